from django.apps import AppConfig


class DelegationConfig(AppConfig):
    name = "todoke.shared.delegation"
    label = "delegation"
    verbose_name = "代行発信"
