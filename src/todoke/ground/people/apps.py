from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "todoke.ground.people"
    label = "people"
    verbose_name = "職員と権限"
