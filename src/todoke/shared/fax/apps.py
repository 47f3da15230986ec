from django.apps import AppConfig


class FaxConfig(AppConfig):
    name = "todoke.shared.fax"
    label = "fax"
    verbose_name = "FAX"
