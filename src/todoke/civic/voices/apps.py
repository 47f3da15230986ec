from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "todoke.civic.voices"
    label = "voices"
    verbose_name = "市民の声・アンケート"
