"""What other rooms plug into looks: for what purposes their staff look at people's data."""

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
