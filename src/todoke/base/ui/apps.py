from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "todoke.base.ui"
    label = "ui"
    verbose_name = "画面部品"
