from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class StartConfig(AppConfig):
    """Starts the house: finds every room's plugs once all models are there."""

    name = "todoke.project.start"
    label = "start"
    verbose_name = "起動"

    def ready(self) -> None:
        for room in apps.get_app_configs():
            if room.name.startswith("todoke.") and find_spec(f"{room.name}.plugs"):
                import_module(f"{room.name}.plugs")
