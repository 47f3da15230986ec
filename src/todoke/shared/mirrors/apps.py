from django.apps import AppConfig


class MirrorsConfig(AppConfig):
    name = "todoke.shared.mirrors"
    label = "mirrors"
    verbose_name = "写しのサイト"
