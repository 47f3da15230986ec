from django.apps import AppConfig


class SaidConfig(AppConfig):
    name = "todoke.shared.said"
    label = "said"
    verbose_name = "発信内容の照会"
