from django.apps import AppConfig


class LooksConfig(AppConfig):
    name = "todoke.ground.looks"
    label = "looks"
    verbose_name = "閲覧記録"
