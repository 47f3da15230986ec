from django.apps import AppConfig


class FormulasConfig(AppConfig):
    """No tables: an app for the sake of its catalogues."""

    name = "todoke.base.formulas"
    label = "formulas"
    verbose_name = "式"
