from django.apps import AppConfig


class SocialConfig(AppConfig):
    name = "todoke.shared.social"
    label = "social"
    verbose_name = "ソーシャルメディア"
