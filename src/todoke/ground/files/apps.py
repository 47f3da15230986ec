from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "todoke.ground.files"
    label = "files"
    verbose_name = "文書保管"
