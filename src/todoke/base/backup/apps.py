from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "todoke.base.backup"
    label = "backup"
    verbose_name = "バックアップ"
