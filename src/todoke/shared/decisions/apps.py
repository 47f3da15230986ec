from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "todoke.shared.decisions"
    label = "decisions"
    verbose_name = "起案・決裁"
