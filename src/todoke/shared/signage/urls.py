"""Addresses below /signage/, /kiosk/ and /simulators/board/."""

from django.urls import path

from todoke.shared.signage import views

app_name = "signage"

urlpatterns = [
    path("", views.signage, name="city"),
    path("<slug:area>/", views.signage, name="area"),
]

kiosk_patterns = [
    path("", views.kiosk, name="home"),
    path("alerts/", views.kiosk_alerts, name="alerts"),
    path("notices/", views.kiosk_notices, name="notices"),
    path("shelters/", views.kiosk_shelters, name="shelters"),
]

simulator_patterns = [
    path("", views.boards, name="boards"),
    path("<slug:name>/", views.board, name="board"),
]
