"""How a call can end, and how long to wait before the next one."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Ending(TextChoices):
    """How one call ended, as the FAX server tells it."""

    ARRIVED = "arrived", _("送信済み")
    BUSY = "busy", _("話し中")
    NO_ANSWER = "no-answer", _("応答なし")
    BROKEN = "broken", _("途中で切れた")
    REFUSED = "refused", _("送れない番号・用紙")
    OURS = "ours", _("市の側の障害")
    UNCLEAR = "unclear", _("結果不明")


# Seconds to the next call, by how often it has ended so. A busy line is free in a minute; where nobody answers or the
# paper is out, somebody must come first. The last step repeats.
LADDERS: Mapping[Ending, tuple[int, ...]] = {
    Ending.BUSY: (45, 60, 90, 120, 180),
    Ending.NO_ANSWER: (120, 180, 300, 600),
    Ending.BROKEN: (60, 120, 300, 600),
    Ending.OURS: (15, 30, 60, 120),
}


def pause_after(ending: Ending, times: int) -> int:
    """Seconds to wait after the `times`-th such ending (1 or more)."""
    ladder = LADDERS[ending]
    return ladder[min(times, len(ladder)) - 1]


# What HylaFAX says of a call that failed, in small letters: the first that is found decides. Source: the texts of
# HylaFAX 6.0.7 (faxd/FaxSend, Class1, Class2, faxq).
SAID: tuple[tuple[str, Ending], ...] = (
    ("busy", Ending.BUSY),
    ("blocked by concurrent", Ending.BUSY),
    ("no answer", Ending.NO_ANSWER),
    ("no carrier", Ending.NO_ANSWER),
    ("ringback", Ending.NO_ANSWER),
    ("no local dialtone", Ending.OURS),
    ("no dialtone", Ending.OURS),
    ("unable to open", Ending.OURS),
    ("can not open", Ending.OURS),
    ("modem", Ending.OURS),
    ("invalid dial", Ending.REFUSED),
    ("rejected", Ending.REFUSED),
    ("conversion", Ending.REFUSED),
    ("convert document", Ending.REFUSED),
    ("not a valid", Ending.REFUSED),
)


def ending_of(says: str) -> Ending:
    """How a call ended that did not arrive, by what the FAX server says of it."""
    said = says.lower()
    return next((ending for words, ending in SAID if words in said), Ending.BROKEN)
