from django.apps import AppConfig


class SignageConfig(AppConfig):
    name = "todoke.shared.signage"
    label = "signage"
    verbose_name = "サイネージ"
