"""Addresses of retention, below /desk/retention/."""

from django.urls import path

from todoke.ground.retention import views

app_name = "retention"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("propose/", views.propose, name="propose"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/certificate.json", views.certificate, name="certificate"),
    path("runs/<int:pk>/approve/", views.approve, name="approve"),
    path("runs/<int:pk>/drop/", views.drop, name="drop"),
    path("select/<uuid:key>/", views.choose, name="select"),
    path("hold/", views.hold, name="hold"),
    path("holds/<int:pk>/lift/", views.lift, name="lift"),
]
