"""`todoke`: the one command. Each verb is a management command of the room that it belongs to."""

import os
import sys

from todoke.civic.emergency.telegrams.show import show
from todoke.project.environment import BadVariable


def main() -> None:
    """Run one verb; a bad environment variable is told in one line."""
    verb, *words = sys.argv[1:] or [""]
    if verb == "telegram" and words and not any(word.startswith("-") for word in words):
        # It needs neither settings nor a database, and is done before Django would have started.
        sys.exit(show(words))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.project.settings")
    from django.core.management import execute_from_command_line  # after the settings' name is known

    try:
        execute_from_command_line(sys.argv)
    except BadVariable as error:
        sys.exit(f"todoke: {error}")
