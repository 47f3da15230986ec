"""Coming in: what somebody has shown leads to a resident, known or new, and to the level that it proves."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.models import MailAddress, OutsideIdentity, Resident, SignInEvent
from todoke.ground.people.residents.evidence import Shown
from todoke.ground.people.residents.facts import keep_facts
from todoke.ground.people.residents.session import RESIDENT, enter, resident_in
from todoke.ground.people.residents.way import Way, carry_over
from todoke.ground.people.rules import Level

# Neither 0 and O nor 1, I and L: it is said aloud and written by hand.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 10
MAIL = "people.mail"
PASSKEY = "people.passkey"
NUMBER = "people.counter-number"
JOINING = "people_joining"


class CannotEnter(Exception):
    """Signing in was refused; `says` is fit for the screen."""

    says: str | Promise = _("サインインできませんでした。もう一度お試しください。")

    def __init__(self, says: str | Promise | None = None) -> None:
        self.says = says or self.says
        super().__init__(str(self.says))


class BelongsToAnother(CannotEnter):
    """What was shown already leads to another resident."""

    says = _(
        "このメールアドレスまたはカードは、別の登録で使われています。いったんサインアウトして、それで入ってください。"
    )


@dataclass(frozen=True)
class Proof:
    """What somebody has shown: by which means, of which level, when, and the hash by which it is found again.

    `sealed` is the mail address, in base64; `facts` are what the provider vouches for.
    """

    means: str
    level: int
    lookup: str
    at: float
    sealed: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> Shown:
        return Shown(self.means, Level(self.level), self.at)


def resident_of(proof: Proof) -> Resident | None:
    """The resident to whom this proof leads."""
    key = bytes.fromhex(proof.lookup)
    if proof.means == MAIL:
        return Resident.objects.filter(mail_addresses__lookup=key, closed_at__isnull=True).first()
    return Resident.objects.filter(outside_identities__subject_hash=key, closed_at__isnull=True).first()


def new_resident(at: datetime, *, is_ephemeral: bool = False) -> Resident:
    """Somebody who comes for the first time; an ephemeral one is there for one act."""
    reference = "".join(secrets.choice(LETTERS) for _each in range(REFERENCE_LENGTH))
    return Resident.objects.create(reference=reference, created_at=at, is_ephemeral=is_ephemeral)


@transaction.atomic
def attach(resident: Resident, proof: Proof, *, at: datetime) -> None:
    """Let this proof lead to this resident from now on. Raises BelongsToAnother."""
    owner = resident_of(proof)
    if owner == resident:
        return
    if owner is not None:
        raise BelongsToAnother
    key = bytes.fromhex(proof.lookup)
    if proof.means == MAIL:
        MailAddress.objects.create(resident=resident, lookup=key, sealed=base64.b64decode(proof.sealed), verified_at=at)
    else:
        OutsideIdentity.objects.create(resident=resident, provider=proof.means, subject_hash=key, linked_at=at)
    record("people.means-added", on=resident, by=resident, after={"means": proof.means})


def needs_a_word(request: HttpRequest, proof: Proof) -> bool:
    """Whether to ask first: somebody is signed in, and what was shown leads to nobody yet.

    It may be theirs (they go up the ladder), or that of the next person at the same computer.
    """
    return resident_in(request.session) is not None and resident_of(proof) is None


def ask_first(request: HttpRequest, proof: Proof, way: Way | None) -> None:
    """Keep the proof in the session until the person has said whose it is."""
    request.session[JOINING] = {"proof": asdict(proof), "way": way.word if way else ""}


def asked_first(request: HttpRequest) -> tuple[Proof, str] | None:
    """The proof that waits for a word, and the word of its way; taken out, so that it counts once."""
    kept: Any = request.session.pop(JOINING, None)
    return (Proof(**kept["proof"]), kept["way"]) if isinstance(kept, dict) else None


@transaction.atomic
def arrive(request: HttpRequest, proof: Proof, way: Way | None, *, at: datetime, join: bool = False) -> Resident:
    """Let in whoever has shown this proof; with `join` it is added to the resident of this session.

    Raises BelongsToAnother.
    """
    present = resident_in(request.session)
    if join and present is not None:
        attach(present, proof, at=at)
        resident = present
    else:
        resident = resident_of(proof) or new_resident(at)
        attach(resident, proof, at=at)
    if proof.facts:
        keep_facts(resident, proof.facts, source=proof.means, at=at)
    let_in(request, resident, proof.shown, way, at=at)
    return resident


def let_in(request: HttpRequest, resident: Resident, shown: Shown, way: Way | None, *, at: datetime) -> None:
    """Begin or go on with the session of this resident, and write down what was shown."""
    kept: Any = request.session.get(RESIDENT)
    was_somebody_else = request.user.is_authenticated or (isinstance(kept, dict) and (kept.get("id") != resident.pk))
    enter(request, resident, shown)
    if way is not None:
        # What somebody else had entered is not shown to whoever comes after them.
        carry_over(request.session, replace(way, form="") if was_somebody_else else way)
    SignInEvent.objects.create(resident=resident, means=shown.means, level=shown.level, at=at)
    record("people.resident-signed-in", on=resident, by=resident, after={"means": shown.means, "level": shown.level})
