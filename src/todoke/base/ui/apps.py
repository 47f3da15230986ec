from django.apps import AppConfig

from todoke.base.ui.languages import introduce_easy_japanese


class UiConfig(AppConfig):
    name = "todoke.base.ui"
    label = "ui"
    verbose_name = "画面部品"

    def ready(self) -> None:
        introduce_easy_japanese()
