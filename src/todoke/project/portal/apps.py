from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "todoke.project.portal"
    label = "portal"
    verbose_name = "住民の入口"
