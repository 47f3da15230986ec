"""What a resident can take with them, change and close."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account, CounterNumber, Mandate, Resident, SignInEvent, VerifiedFact
from todoke.ground.people.residents import passkeys
from todoke.ground.people.residents.entering import CannotEnter
from todoke.ground.people.residents.facts import facts_of
from todoke.ground.people.residents.letters import address_in


class LastMeans(CannotEnter):
    """It is the only way in."""

    says = _("これは最後のサインイン方法です。先に別の方法を加えるか、登録を閉じてください。")


def own_data(resident: Resident, *, at: datetime) -> dict[str, Any]:
    """Everything that this room keeps about a resident, for themselves (個人情報の保護に関する法律76条, 開示)."""
    return {
        "reference": resident.reference,
        "created_at": resident.created_at.isoformat(),
        "mail_addresses": [
            {"address": address_in(each.sealed), "verified_at": each.verified_at.isoformat()}
            for each in resident.mail_addresses.order_by("pk")
        ],
        "passkeys": [each.wrap().name for each in passkeys.of(resident)],
        "outside_identities": [
            {"provider": each.provider, "linked_at": each.linked_at.isoformat()}
            for each in resident.outside_identities.order_by("pk")
        ],
        "facts": [
            {
                "name": each.name,
                "value": each.value,
                "source": each.source,
                "verified_at": each.verified_at.isoformat(),
                "expires_at": each.expires_at.isoformat(),
            }
            for each in facts_of(resident, at=at)
        ],
        "mandates": [
            {
                "kind": each.kind,
                "state": each.state,
                "as": "principal" if each.principal_id == resident.pk else "agent",
                "scope": each.scope,
                "start_date": each.start_date.isoformat(),
                "end_date": each.end_date.isoformat(),
            }
            for each in Mandate.objects.filter(principal=resident) | Mandate.objects.filter(agent=resident)
        ],
        "protections": [
            {"start_date": each.start_date.isoformat(), "end_date": each.end_date.isoformat()}
            for each in resident.protections.order_by("pk")
        ],
        "sign_ins": [
            {"means": each.means, "level": each.level, "at": each.at.isoformat()}
            for each in resident.sign_ins.order_by("pk")
        ],
    }


def means_count(resident: Resident) -> int:
    """How many ways in this resident has."""
    return resident.mail_addresses.count() + resident.outside_identities.count() + len(passkeys.of(resident))


@transaction.atomic
def remove_means(resident: Resident, kind: str, pk: int) -> None:
    """Take away one way in: "mail", "outside" or "passkey"; other sessions end. Raises LastMeans."""
    Resident.objects.select_for_update().get(pk=resident.pk)
    if means_count(resident) <= 1:
        raise LastMeans
    removed = 0
    if kind == "mail":
        removed, _each = resident.mail_addresses.filter(pk=pk).delete()
    elif kind == "outside":
        removed, _each = resident.outside_identities.filter(pk=pk).delete()
    elif kind == "passkey":
        for each in passkeys.of(resident):
            if each.pk == pk:
                each.delete()
                removed = 1
    if removed:
        end_sessions(resident)
        record("people.means-removed", on=resident, by=resident, after={"means": kind})


def end_sessions(resident: Resident) -> None:
    """End every session of this resident; the one that goes on is told so (session.keep_generation)."""
    resident.generation += 1
    resident.save(update_fields=["generation"])


@transaction.atomic
def close(resident: Resident, *, at: datetime) -> None:
    """Close the registration for good: ways in, addresses, facts and numbers go, mandates end, sessions too.

    The row stays, without anything personal, because records point to it. What was applied for stays with the offices
    that have it, for as long as their retention rules say.
    """
    resident.mail_addresses.all().delete()
    resident.outside_identities.all().delete()
    VerifiedFact.objects.filter(resident=resident).delete()
    CounterNumber.objects.filter(resident=resident).delete()
    SignInEvent.objects.filter(resident=resident).delete()
    standing = Mandate.objects.filter(principal=resident) | Mandate.objects.filter(agent=resident)
    standing.exclude(state=Mandate.State.WITHDRAWN).update(state=Mandate.State.WITHDRAWN, withdrawn_at=at)
    if resident.account_id is not None:
        for each in passkeys.of(resident):
            each.delete()
        Account.objects.filter(pk=resident.account_id).update(is_active=False)
    resident.closed_at = at
    resident.generation += 1
    resident.save(update_fields=["closed_at", "generation"])
    record("people.resident-closed", on=resident, by=resident)
