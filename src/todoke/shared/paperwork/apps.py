from django.apps import AppConfig


class PaperworkConfig(AppConfig):
    name = "todoke.shared.paperwork"
    label = "paperwork"
    verbose_name = "様式と回答"
