"""What a delegation may say, and whether something falls under it: values in hand, no database."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.shared.messaging.phrasebook import book

# Longer than a year nobody remembers to whom the city lent its voice: agreements are renewed with the budget.
LASTS_MAX = timedelta(days=366)
# Two clocks of two cities: so much later a file may have been made. Its end is never stretched by it.
CLOCKS_APART = timedelta(minutes=5)
ENDS_SOON = timedelta(days=30)
# Channels whose address is all that is needed to reach the place. Elsewhere an account, a key or a line of the city's
# own stands behind it, and a key is not handed to anybody in a file.
PORTABLE = ("messaging.mail", "messaging.person", "fax.line", "loudspeakers.reading-script", "paper.courier")
PAGE_CHANNEL = "delegation.page"

KINDS = ("evacuation", "weather", "flood", "tsunami", "earthquake", "volcano", "lifting", "rumour", "other")
HAZARDS = ("rain", "landslide", "flood", "storm-surge", "wind", "earthquake", "tsunami", "volcano", "fire")
CODE_BYTES = 10
SCRYPT = {"n": 2**14, "r": 8, "p": 1}


class Rule(TextChoices):
    """Who may begin to speak, as the delegating city has laid down."""

    AT_ONCE = "at-once", gettext_lazy("代行する市の担当者1人の判断で")
    TWO_PEOPLE = "two-people", gettext_lazy("連絡が取れないとき、代行する市の2人の判断で")
    CODE = "code", gettext_lazy("委任した市が合言葉を伝えたときだけ、2人で")


def kind_name(kind: str) -> str:
    """A kind of notice, in Japanese."""
    return book("ja").find(f"kind.{kind}") or kind


def hazard_name(hazard: str) -> str:
    """A hazard, in Japanese."""
    return book("ja").find(f"hazard.{hazard}") or hazard


def new_code() -> str:
    """A word for the telephone, sixteen letters and digits without those that are misheard."""
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
    return "-".join("".join(secrets.choice(letters) for _place in range(4)) for _group in range(4))


def code_hash(code: str, salt: str) -> str:
    """What the file holds instead of the code: 79 bits behind scrypt are not tried out."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.scrypt(plain.encode(), salt=salt.encode(), dklen=32, **SCRYPT).hex()


def is_code(code: str, salt: str, wanted: str) -> bool:
    """Whether this is the code."""
    return hmac.compare_digest(code_hash(code, salt), wanted)


def is_in_time(valid_from: datetime, valid_until: datetime, at: datetime) -> bool:
    """Whether a delegation holds at this instant: from its beginning on, and no longer at its end."""
    return valid_from <= at < valid_until


def trouble_with(
    kind: str,
    hazard: str,
    *,
    kinds: Sequence[str],
    hazards: Sequence[str],
    has_strange_areas: bool,
    expires_at: datetime,
    valid_until: datetime,
) -> str | None:
    """Why a delegation does not cover a notice, in a sentence for the screen; None where it does.

    `hazards` without any means all of them. A notice about no hazard in particular is one about all.
    """
    if kind not in kinds:
        return str(
            _("委任された種類のお知らせではありません。この委任で出せるのは、%(kinds)sです。")
            % {"kinds": "、".join(kind_name(each) for each in kinds)}
        )
    if hazards and hazard not in hazards:
        return str(
            _("委任された災害ではありません。この委任で出せるのは、%(hazards)sです。")
            % {"hazards": "、".join(hazard_name(each) for each in hazards)}
        )
    if has_strange_areas:
        return str(_("委任されていない地域が入っています。委任された地域だけを選んでください。"))
    if expires_at > valid_until:
        return str(_("有効期限が、委任の期限より後です。委任の期限までにしてください。"))
    return None
