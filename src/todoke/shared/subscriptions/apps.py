from django.apps import AppConfig

from todoke.shared.subscriptions.discretion import keep_tokens_out_of_logs


class SubscriptionsConfig(AppConfig):
    name = "todoke.shared.subscriptions"
    label = "subscriptions"
    verbose_name = "お知らせの登録"

    def ready(self) -> None:
        keep_tokens_out_of_logs()
