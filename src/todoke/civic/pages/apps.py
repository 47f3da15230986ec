from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "todoke.civic.pages"
    label = "pages"
    verbose_name = "公開ページ"
