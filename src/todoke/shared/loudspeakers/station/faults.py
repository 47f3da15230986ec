"""What is broken at the simulated station: ordered by a page, kept in a file, read at every call."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from todoke.base.disk import write_atomically


class Trouble(TextChoices):
    """What the whole station does wrong."""

    NONE = "", _("正常")
    BUSY = "busy", _("ほかの放送に使われている（断る）")
    HANG = "hang", _("返事をしない（受け取らない）")
    SWALLOW = "swallow", _("受け取って放送するが、返事をせずに切る")
    LOSE = "lose", _("受け付けたと答えるが、放送しない")
    GARBAGE = "garbage", _("読めない返事を返す")


@dataclass(frozen=True)
class Faults:
    """`trouble` of the station; `dead` units do not sound, and `mute` ones never say what became of them."""

    trouble: Trouble = Trouble.NONE
    dead: frozenset[str] = field(default_factory=frozenset)
    mute: frozenset[str] = field(default_factory=frozenset)

    def as_json(self) -> dict[str, Any]:
        """The stored form."""
        return {**asdict(self), "trouble": self.trouble.value, "dead": sorted(self.dead), "mute": sorted(self.mute)}


def faults_in_force(root: Path) -> Faults:
    """What is broken now; nothing where nobody has ordered anything, or the file cannot be read."""
    try:
        told = json.loads((root / "faults.json").read_bytes())
        return Faults(Trouble(told["trouble"]), frozenset(told["dead"]), frozenset(told["mute"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Faults()


def order_faults(root: Path, faults: Faults) -> None:
    """Have these faults from the next call on. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    write_atomically(root / "faults.json", json.dumps(faults.as_json()).encode(), mode=0o600)
