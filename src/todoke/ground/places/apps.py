from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "todoke.ground.places"
    label = "places"
    verbose_name = "地域と施設"
