"""Passkeys of residents: allauth's WebAuthn, in a session of our own kind."""

import json
from datetime import datetime
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account, Resident
from todoke.ground.people.residents.entering import PASSKEY, CannotEnter, let_in
from todoke.ground.people.residents.evidence import Shown
from todoke.ground.people.residents.way import Way
from todoke.ground.people.rules import Level

LOGIN_NAME = "resident-"
NAME_LENGTH_MAX = 60


class NoPasskey(CannotEnter):
    """The device did not show a passkey that leads here."""

    says = _("パスキーを確かめられませんでした。もう一度試すか、ほかの方法を選んでください。")


def question_for_adding(request: HttpRequest, resident: Resident) -> dict[str, Any]:
    """What the browser asks the device, to make a passkey that opens the door by itself."""
    with context.request_context(request):
        return auth.begin_registration(_account_of(resident), True)


@transaction.atomic
def add(request: HttpRequest, resident: Resident, answer: str, name: str) -> None:
    """Keep the passkey that the device has made. Raises NoPasskey."""
    account = _account_of(resident)
    credential = _read(answer)
    with context.request_context(request):
        try:
            auth.parse_registration_response(credential)
            made = auth.complete_registration(credential)
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise NoPasskey from error
    if not made.is_user_verified():
        raise NoPasskey
    auth.WebAuthn.add(account, name.strip()[:NAME_LENGTH_MAX] or f"{len(of(resident)) + 1}", credential)
    record("people.means-added", on=resident, by=resident, after={"means": PASSKEY})


def question_for_entering(request: HttpRequest) -> dict[str, Any]:
    """What the browser asks the device; it names nobody, the device knows whose passkey it is."""
    with context.request_context(request):
        return auth.begin_authentication(None)


def come_in(request: HttpRequest, answer: str, way: Way | None, *, at: datetime) -> Resident:
    """Let in whoever shows a resident's passkey, at level ACCOUNT: the device, and a finger, face or PIN.

    Raises NoPasskey; a member of staff's passkey opens the staff's door only.
    """
    credential = _read(answer)
    with context.request_context(request):
        try:
            account = auth.extract_user_from_response(credential)
            resident = Resident.objects.filter(account=account, closed_at__isnull=True).first()
            if resident is None:
                raise NoPasskey
            # Counts the signature and checks challenge, origin, key and that the person was verified.
            used = auth.complete_authentication(account, credential)
        except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoPasskey from error
    used.record_usage()
    let_in(request, resident, Shown(PASSKEY, Level.ACCOUNT, at.timestamp()), way, at=at)
    return resident


def of(resident: Resident) -> list[Authenticator]:
    """The passkeys of this resident."""
    if resident.account_id is None:
        return []
    return list(
        Authenticator.objects.filter(user_id=resident.account_id, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    )


def _account_of(resident: Resident) -> Account:
    """The account that holds the passkeys: without password, name or address, signing in nowhere else."""
    if resident.account is None:
        account = Account(login_name=f"{LOGIN_NAME}{resident.key.hex}", name=resident.reference)
        account.set_unusable_password()
        account.save()
        resident.account = account
        resident.save(update_fields=["account"])
    return resident.account


def _read(answer: str) -> dict[str, Any]:
    try:
        credential = json.loads(answer)
    except ValueError as error:
        raise NoPasskey from error
    if not isinstance(credential, dict):
        raise NoPasskey
    return credential
