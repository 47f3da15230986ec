from django.apps import AppConfig


class PaperConfig(AppConfig):
    name = "todoke.shared.paper"
    label = "paper"
    verbose_name = "紙の知らせ"
