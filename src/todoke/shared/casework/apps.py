from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "todoke.shared.casework"
    label = "casework"
    verbose_name = "案件"
