"""The addresses of the JSON interface, below /api/v1/."""

from django.urls import path

from todoke.civic.procedures.views.interface import api

app_name = api.NAMESPACE

urlpatterns = [
    path(api.DESCRIPTION, api.description, name="openapi"),
    *(path(route, view, name=name) for name, (route, view) in api.views().items()),
]
