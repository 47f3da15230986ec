from django.apps import AppConfig


class CallingConfig(AppConfig):
    name = "todoke.shared.calling"
    label = "calling"
    verbose_name = "連絡網"
