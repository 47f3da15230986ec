from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "todoke.shared.documents"
    label = "documents"
    verbose_name = "公文書"
