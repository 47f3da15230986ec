"""The addresses of 市民の声: the staff's, below /desk/voices/, and everybody's, below /voices/."""

from django.urls import path

from todoke.civic.voices.views import handling, writing

app_name = "opinions"

urlpatterns = [
    path("", handling.voice_list, name="list"),
    path("themes/<uuid:key>/", handling.theme_page, name="theme"),
    path("themes/<uuid:key>/publish/", handling.publish, name="publish"),
    path("themes/<uuid:key>/withhold/", handling.withhold, name="withhold"),
    path("<uuid:key>/", handling.one, name="voice"),
    path("<uuid:key>/hand-on/", handling.hand_on, name="hand-on"),
    path("<uuid:key>/handler/", handling.choose_handler, name="handler"),
    path("<uuid:key>/join/", handling.join, name="join"),
    path("<uuid:key>/leave/", handling.leave, name="leave"),
    path("<uuid:key>/end/<slug:action>/", handling.end, name="end"),
]

public_patterns = [
    path("", writing.opening, name="list"),
    path("begin/<slug:key>/", writing.begin, name="begin"),
    path("status/", writing.status, name="status"),
    path("resume/", writing.resume, name="resume"),
    path("answers/<uuid:key>/", writing.theme, name="theme"),
    path("<uuid:key>/", writing.own, name="own"),
    path("<uuid:key>/pages/<slug:page>/", writing.page, name="page"),
    path("<uuid:key>/review/", writing.review, name="review"),
    path("<uuid:key>/pause/", writing.pause, name="pause"),
    path("<uuid:key>/receipt/", writing.receipt, name="receipt"),
    path("<uuid:key>/consent/", writing.take_back_consent, name="consent"),
    path("<uuid:key>/documents/<uuid:document>/", writing.document, name="document"),
]
