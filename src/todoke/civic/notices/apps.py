from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "todoke.civic.notices"
    label = "notices"
    verbose_name = "お知らせ"
