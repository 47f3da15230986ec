from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "todoke.project.desk"
    label = "desk"
    verbose_name = "職員の入口"
