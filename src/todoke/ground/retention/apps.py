from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "todoke.ground.retention"
    label = "retention"
    verbose_name = "保存と廃棄"
