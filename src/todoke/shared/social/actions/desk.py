"""What the channels ask of the house while they send, answered by the register, the ledger and the planner."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import transaction
from django.utils.translation import override

from todoke.base.clock import in_japan, now
from todoke.base.sealing import CannotOpen, open_sealed
from todoke.shared.messaging import queries as ledger
from todoke.shared.messaging.queries import Errand, PastReceipt
from todoke.shared.messaging.types import FrozenEdition, Never, TryLater
from todoke.shared.social.actions.register import SEAL_CONTEXT
from todoke.shared.social.models import Held, SocialAccount
from todoke.shared.social.queries import account_behind, meters_of
from todoke.shared.social.rules import Decision, Ruling, judge
from todoke.shared.social.types import Window

P = ParamSpec("P")
R = TypeVar("R")


def _in_time(ask: Callable[P, R]) -> Callable[P, R]:
    """A database that does not answer is a trouble of ours, before anything has left."""

    @wraps(ask)
    def asked(*values: P.args, **named: P.kwargs) -> R:
        try:
            return ask(*values, **named)
        except DatabaseTrouble as trouble:
            raise TryLater(f"記録を読めないため、投稿を待ちます（{type(trouble).__name__}）。") from trouble

    return asked


class LedgerDesk:
    """The house itself."""

    @_in_time
    def secret(self, channel: str, account: str) -> Mapping[str, str]:
        """The account's secret: JSON with names, or one word. Raises Never where it cannot be used."""
        found = _standing(channel, account)
        if found.sealed_secret is not None:
            try:
                text = open_sealed(bytes(found.sealed_secret), context=SEAL_CONTEXT).decode()
            except CannotOpen:
                raise Never("台帳の鍵を開けません。TODOKE_SEAL_KEYS を確かめるか、鍵を入れ直してください。") from None
        else:
            text = settings.SOCIAL_SECRETS.get(found.secret_name, "")
        if not text:
            named = found.secret_name or "TODOKE_SOCIAL_SECRET_…"
            raise Never(f"「{found.name}」の鍵がありません。環境変数 {named} か、アカウント台帳に入れてください。")
        return read_secret(text)

    @_in_time
    def earlier(self, edition: FrozenEdition, destination_key: str) -> Sequence[PastReceipt]:
        """What the ledger has of earlier editions here."""
        return ledger.earlier_receipts(edition, destination_key) if edition.number > 1 else ()

    @_in_time
    def errand(self, key: str) -> Errand | None:
        """The delivery behind this key."""
        return ledger.errand_behind(key)

    @_in_time
    def allow(self, channel: str, account: str, edition: FrozenEdition, errand: Errand | None, *, key: str) -> None:
        """Let it through the account's quotas; what is held is written down with its reason."""
        found = _standing(channel, account)
        if errand is None:
            return
        at = now()
        meters = meters_of(found, at, but=key)
        ruling = judge(meters, edition, errand.lane, at=at, expires_at=errand.expires_at)
        if ruling.decision is Decision.GO:
            Held.objects.filter(delivery_key=key).delete()
            return
        reason = reason_of(ruling)
        _note(found, key, edition, reason, dropped=ruling.decision is Decision.DROP, at=at)
        if ruling.decision is Decision.DROP or ruling.until is None:
            raise Never(reason)
        raise TryLater(reason, after_seconds=(ruling.until - at).total_seconds())


def _standing(channel: str, account: str) -> SocialAccount:
    found = account_behind(channel, account)
    if found is None:
        raise Never(f"「{account}」はアカウント台帳にありません。台帳に登録してから、送り直してください。")
    if not found.is_open:
        raise Never(f"「{found.name}」は閉鎖したアカウントです。配信先を止めてください。")
    return found


def read_secret(text: str) -> dict[str, str]:
    """A secret by names: JSON where it is an object of texts, otherwise one word, the `token`."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if isinstance(told, dict) and all(isinstance(value, str) for value in told.values()):
        return told
    return {"token": text.strip()}


def reason_of(ruling: Ruling) -> str:
    """Why a post does not go, for staff; in Japanese, as everything in the ledger."""
    meter = ruling.meter
    assert meter is not None  # whoever holds a post names the quota
    with override("ja"):
        window = str(Window(meter.window).label)
    until = f"{in_japan(ruling.until):%-m/%-d %H:%M}" if ruling.until else ""
    used = f"{window}の上限{meter.limit}件のうち{meter.used}件を使いました。"
    if ruling.decision is Decision.GATHER:
        return f"{used}投稿の残りが少ないため、続報をまとめます。{until} まで待ちます。"
    kept = f"{used}{meter.reserve}件は命に関わる情報のために残すので、"
    return f"{kept}{until} まで待ちます。" if ruling.decision is Decision.WAIT else f"{kept}この投稿は見送りました。"


@transaction.atomic
def _note(
    account: SocialAccount, key: str, edition: FrozenEdition, reason: str, *, dropped: bool, at: datetime
) -> None:
    Held.objects.update_or_create(
        delivery_key=key,
        defaults={
            "account": account,
            "title": edition.title()[:300],
            "reason": reason,
            "is_dropped": dropped,
            "held_at": at,
        },
    )
