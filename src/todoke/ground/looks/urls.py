"""Addresses of the looks, below /desk/looks/."""

from django.urls import path

from todoke.ground.looks import views

app_name = "looks"
urlpatterns = [path("", views.looks, name="looks")]
