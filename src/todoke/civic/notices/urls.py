"""The addresses of the room: the desk's, below /desk/notices/, and the public ones, below /notices/."""

from django.urls import path

from todoke.civic.notices.views import deciding, desk, editions, public, sounds

app_name = "notices"

urlpatterns = [
    path("", desk.notice_list, name="list"),
    path("start/", desk.start, name="start"),
    path("<int:pk>/", desk.notice_page, name="notice"),
    path("<int:pk>/preview/", desk.preview, name="preview"),
    path("<int:pk>/speech.wav", sounds.notice_sound, name="speech"),
    path("<int:pk>/submit/", deciding.submit, name="submit"),
    path("<int:pk>/take-back/", desk.take_notice_back, name="take-back"),
    path("<int:pk>/approve/", deciding.approve, name="approve"),
    path("<int:pk>/return/", deciding.send_back, name="return"),
    path("<int:pk>/drop/", desk.drop, name="drop"),
    path("messages/<uuid:key>/cancel/", editions.cancel, name="cancel"),
    path("messages/<uuid:key>/<slug:way>/", editions.follow, name="follow"),
]

public_patterns = [
    path("", public.notice_list, name="list"),
    path("feed.atom", public.feed, name="feed"),
    path("<uuid:key>/", public.notice_page, name="notice"),
]
