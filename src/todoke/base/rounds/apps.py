from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "todoke.base.rounds"
    label = "rounds"
    verbose_name = "巡回"
