from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "todoke.shared.watch"
    label = "watch"
    verbose_name = "経路の健康"
