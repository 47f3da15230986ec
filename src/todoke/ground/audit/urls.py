"""Addresses of the record, below /desk/audit/."""

from django.urls import path

from todoke.ground.audit import views

app_name = "audit"
urlpatterns = [path("", views.entries, name="entries")]
