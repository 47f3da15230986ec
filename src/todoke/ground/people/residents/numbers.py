"""The counter's number: a clerk checks who somebody is, at the counter or by post; the number opens once."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from todoke.base.sealing import keyed_hash
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account, CounterNumber, Resident
from todoke.ground.people.residents.entering import LETTERS, NUMBER, REFERENCE_LENGTH, CannotEnter, let_in
from todoke.ground.people.residents.evidence import Shown
from todoke.ground.people.residents.facts import keep_facts
from todoke.ground.people.residents.way import Way
from todoke.ground.people.rules import Level, Viewer

LENGTH = 8
TRIES_MAX = 5
# Two weeks: a letter by 特定記録 and a resident who is away for one of them.
VALID = timedelta(days=14)
IDENTITY_VALID = timedelta(days=365)


class NoSuchResident(CannotEnter):
    """There is no open registration with this reference."""

    says = _("この番号の登録はありません。住民の「わたしの登録」の画面にある、10文字の番号を確かめてください。")


class WrongNumber(CannotEnter):
    """The number is not the one that was given, or opens no more."""

    says = _(
        "番号が違うか、もう使えません。窓口でもらった8文字の番号を確かめてください。5回まちがえると使えなくなります。"
    )


def resident_referred_to(reference: str) -> Resident:
    """The resident with this reference, however it was typed. Raises NoSuchResident."""
    found = Resident.objects.filter(reference=_plain(reference)[:REFERENCE_LENGTH], closed_at__isnull=True).first()
    if found is None or len(_plain(reference)) != REFERENCE_LENGTH:
        raise NoSuchResident
    return found


@transaction.atomic
def give_number(resident: Resident, *, evidence: str, by: Viewer, at: datetime) -> str:
    """The number to hand over, after `by` has seen this evidence (the kind of paper, never its number).

    An earlier number that was not used opens no more.
    """
    code = "".join(secrets.choice(LETTERS) for _each in range(LENGTH))
    CounterNumber.objects.filter(resident=resident, used_at=None).delete()
    CounterNumber.objects.create(
        resident=resident,
        code=_hash(resident, code),
        by=Account.objects.get(pk=by.account_id or 0),
        created_at=at,
        expires_at=at + VALID,
    )
    keep_facts(resident, {"identity": evidence}, source="people.counter", at=at, valid=IDENTITY_VALID)
    record("people.identity-checked", on=resident, by=by, after={"evidence": evidence})
    return f"{code[:4]}-{code[4:]}"


def enter_number(request: HttpRequest, resident: Resident, typed: str, way: Way | None, *, at: datetime) -> None:
    """Lift the session of this resident to level COUNTER with the number that they were given. Raises WrongNumber."""
    alive = CounterNumber.objects.filter(resident=resident, used_at=None, expires_at__gt=at, tries__lt=TRIES_MAX)
    # Counted before it is compared, and outside any transaction that a refusal would roll back.
    if not alive.update(tries=F("tries") + 1):
        raise WrongNumber
    held = CounterNumber.objects.filter(resident=resident, used_at=None).latest("pk")
    if not secrets.compare_digest(bytes(held.code), _hash(resident, _plain(typed))):
        raise WrongNumber
    if not CounterNumber.objects.filter(pk=held.pk, used_at=None).update(used_at=at):
        raise WrongNumber
    let_in(request, resident, Shown(NUMBER, Level.COUNTER, at.timestamp()), way, at=at)


def _plain(typed: str) -> str:
    wide = str.maketrans({chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)})
    return "".join(letter for letter in typed.translate(wide).upper() if letter.isalnum())


def _hash(resident: Resident, code: str) -> bytes:
    return keyed_hash(f"{resident.pk}\x1f{code}", purpose="people.counter-number")
