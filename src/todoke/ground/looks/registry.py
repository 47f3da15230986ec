"""What other rooms plug into looks: for what purposes their staff look, and whom their records are about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from todoke.base.registry import Registry


@dataclass(frozen=True)
class Purpose:
    """One purpose (利用目的, 個人情報保護法69条): its key, its name for staff and for the person concerned.

    With `asks`, the viewer has to say in their own words why. The key stands in rows and is never reused.
    Example: `Purpose("library.reminders", _("返却のお願いのため"))`.
    """

    key: str
    name: str | Promise
    asks: bool = False


purposes: Registry[Purpose] = Registry("looks.purposes")


@dataclass(frozen=True)
class Concern:
    """Whom records of one type are about; the key is that type, as looks and other rooms' rows name it.

    `people` gives the opaque keys of everybody concerned by the record with this key: who filed it, and for whom.
    Example: `Concern("library.loan", lambda loan: [f"resident:{reader_of(loan)}"])`.
    """

    key: str
    people: Callable[[str], Iterable[str]]


concerns: Registry[Concern] = Registry("looks.concerns")
