"""Facts that a source vouched for: sealed, with an end, and only those that a procedure asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from todoke.base.sealing import open_sealed, seal
from todoke.ground.people.models import Resident, VerifiedFact

SEALED_AS = b"people.fact"
# Long enough to finish an application that was saved on the way; the application keeps what it needs itself.
VALID = timedelta(days=30)

# As OpenID Connect names them (Core 1.0, 5.1), and as we do.
OF_CLAIMS = {
    "name": VerifiedFact.Name.NAME,
    "address": VerifiedFact.Name.ADDRESS,
    "birthdate": VerifiedFact.Name.BIRTH_DATE,
    "gender": VerifiedFact.Name.GENDER,
}


@dataclass(frozen=True)
class Fact:
    """A fact that holds: what, who says so, since when and until when."""

    name: str
    value: str
    source: str
    verified_at: datetime
    expires_at: datetime


def keep_facts(
    resident: Resident, facts: Mapping[str, str], *, source: str, at: datetime, valid: timedelta = VALID
) -> None:
    """Keep these facts (by VerifiedFact.Name) from this source; they take the place of its older ones."""
    for name, value in facts.items():
        VerifiedFact.objects.update_or_create(
            resident=resident,
            name=VerifiedFact.Name(name),
            source=source,
            defaults={
                "sealed": seal(value.encode(), context=_context(resident)),
                "verified_at": at,
                "expires_at": at + valid,
            },
        )


def facts_of(resident: Resident, *, at: datetime) -> list[Fact]:
    """What holds about this resident now, the newest word of each fact first."""
    return [
        Fact(
            each.name,
            open_sealed(bytes(each.sealed), context=_context(resident)).decode(),
            each.source,
            each.verified_at,
            each.expires_at,
        )
        for each in resident.facts.filter(verified_at__lte=at, expires_at__gt=at).order_by("name", "-verified_at")
    ]


def forget_expired(*, at: datetime) -> int:
    """Delete what has expired; how many."""
    return int(VerifiedFact.objects.filter(expires_at__lte=at).delete()[0])


def _context(resident: Resident) -> bytes:
    # Bound to the person: a row that is given another owner does not open.
    return SEALED_AS + b":" + resident.key.bytes
