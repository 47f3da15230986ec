"""The watch's addresses, below /desk/watch/."""

from django.urls import path

from todoke.shared.watch import views

app_name = "watch"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("moving/", views.moving, name="moving"),
    path("routes/<int:pk>/try/", views.try_at_once, name="try-at-once"),
    path("troubles/<int:pk>/in-hand/", views.take_in_hand, name="take-in-hand"),
]
