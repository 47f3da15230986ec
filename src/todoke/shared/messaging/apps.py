from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "todoke.shared.messaging"
    label = "messaging"
    verbose_name = "情報配信"
