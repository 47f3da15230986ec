"""`todoke`: the one command. Each verb is a management command of the room that it belongs to."""

import os
import sys
from typing import NoReturn

from todoke.base.postgres import ServerTrouble
from todoke.civic.emergency.telegrams.show import show
from todoke.project.environment import BadVariable

# A mail server that pipes a mail into us keeps it for this code (EX_TEMPFAIL, sysexits.h), and loses it for any other.
EX_TEMPFAIL = 75
PIPED_INTO = ("bounces",)


def main() -> None:
    """Run one verb; a bad environment variable, or a database that is away, is told in a few words."""
    verb, *words = sys.argv[1:] or [""]
    if verb == "telegram" and words and not any(word.startswith("-") for word in words):
        # It needs neither settings nor a database, and is done before Django would have started.
        sys.exit(show(words))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.project.settings")
    # Both after the settings' name is known.
    from django.core.management import execute_from_command_line  # noqa: PLC0415
    from django.db import OperationalError  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except BadVariable as error:
        _leave(verb, str(error))
    except ServerTrouble as error:
        _leave(verb, str(error))
    except OperationalError as error:
        _leave(
            verb,
            f"データベースにつながりません（{str(error).strip().splitlines()[0]}）。"
            "「todoke up」が動いているか、DATABASE_URL が正しいかを確かめてください。",
        )


def _leave(verb: str, says: str) -> NoReturn:
    sys.stderr.write(f"todoke: {says}\n")
    sys.exit(EX_TEMPFAIL if verb in PIPED_INTO else 1)


if __name__ == "__main__":
    main()
