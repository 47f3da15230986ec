from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "todoke.shared.subscriptions"
    label = "subscriptions"
    verbose_name = "お知らせの登録"
