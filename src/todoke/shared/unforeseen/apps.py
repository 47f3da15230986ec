from django.apps import AppConfig


class UnforeseenConfig(AppConfig):
    name = "todoke.shared.unforeseen"
    label = "unforeseen"
    verbose_name = "臨時の送り先"
