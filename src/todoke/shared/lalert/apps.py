from django.apps import AppConfig


class LalertConfig(AppConfig):
    name = "todoke.shared.lalert"
    label = "lalert"
    verbose_name = "Lアラート・緊急速報メール"
