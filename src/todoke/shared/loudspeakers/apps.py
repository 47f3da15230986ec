from django.apps import AppConfig


class LoudspeakersConfig(AppConfig):
    name = "todoke.shared.loudspeakers"
    label = "loudspeakers"
    verbose_name = "屋外スピーカー"
