from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "todoke.shared.sms"
    label = "sms"
    verbose_name = "SMS"
