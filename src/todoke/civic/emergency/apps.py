from django.apps import AppConfig


class EmergencyConfig(AppConfig):
    name = "todoke.civic.emergency"
    label = "emergency"
    verbose_name = "災害対応"
