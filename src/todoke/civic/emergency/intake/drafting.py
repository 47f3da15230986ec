"""Where intake hands over to drafting."""

from todoke.base.clock import now
from todoke.civic.emergency.actions.prepare import prepare_waiting


def prepared() -> int:
    """Called after every telegram that was taken in, and every few seconds: how many telegrams were dealt with."""
    return prepare_waiting(now())
