"""What the law asks of a letter, by the nature of what was decided."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Nature(TextChoices):
    """What a decision does to whoever gets it."""

    NOTICE = "notice", _("通知・証明（処分ではないもの）")
    GRANT = "grant", _("認める")
    PARTIAL = "partial", _("一部を認める")
    REFUSAL = "refusal", _("認めない")
    ADVERSE = "adverse", _("取り消す・義務を課す")


AGAINST_SOMEBODY = frozenset({Nature.PARTIAL, Nature.REFUSAL, Nature.ADVERSE})


def needs_reasons(nature: Nature | str) -> bool:
    """Whether the reasons must be stated: 行政手続法8条 (a refusal, also in part), 14条 (不利益処分)."""
    return nature in AGAINST_SOMEBODY


def needs_instructions(nature: Nature | str) -> bool:
    """Whether the letter must say how to object: 行政不服審査法82条1項, 行政事件訴訟法46条1項.

    Both ask it of every disposition in writing that can be objected to. For one that grants all that was asked, the
    city may leave it out or put it in; for the others nobody may leave it out.
    """
    return nature in AGAINST_SOMEBODY
