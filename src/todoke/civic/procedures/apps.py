from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "todoke.civic.procedures"
    label = "procedures"
    verbose_name = "手続き"
