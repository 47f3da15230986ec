"""Addresses of people that are not allauth's: the simulated authenticator app."""

from django.urls import path

from todoke.ground.people import views

app_name = "people"
urlpatterns = [path("simulators/authenticator", views.authenticator, name="authenticator")]
