"""A signed POST to a partner: a broadcaster, a mirror of our pages, an app."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import characters
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, Answer, fetch, post
from todoke.shared.messaging.channels.phrases import area_name, level_words, phrases_in
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.channels.signing import signature
from todoke.shared.messaging.channels.wording import body_of, essentials, fit_text
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import (
    Address,
    AreaMark,
    EditionKind,
    FrozenEdition,
    Never,
    Parcel,
    Receipt,
    TryLater,
)


class WebhookChannel:
    """The channel `messaging.webhook`: JSON, signed by the Standard Webhooks specification.

    The `webhook-id` is the delivery's key, so a partner that keeps the ids it has seen takes a repeat for what it is.
    `secret_of` gives the secret of a destination by its key. With `simulated`, everything goes to the simulator.
    """

    key = "messaging.webhook"

    def __init__(
        self,
        *,
        secret_of: Callable[[str], str],
        simulator: str,
        site: str,
        simulated: bool,
        timeout_seconds: float = 10,
    ) -> None:
        self.secret_of = secret_of
        self.simulator = simulator
        self.site = site
        self.simulated = simulated
        self.facts = ChannelFacts(
            name="外部連携（Webhook）",
            area_grain=AreaGrain.POLYGON,
            withdrawal=Withdrawal.REPLACES,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key="webhook-id",
            quota=grounds.PARTNER_QUOTA,
            legal_purpose=grounds.PARTNERS,
            timeout_seconds=timeout_seconds,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The JSON, with everything a machine compares and every wording."""
        text = fit_text(edition, address.language, self.site, None, characters)
        body = json.dumps(_told(edition, address.language, text.text), ensure_ascii=False, sort_keys=True).encode()
        return Parcel(body=body, preview=text.text, title=edition.title(address.language), left_out=text.left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """POST it, signed now; redirects are not followed."""
        simulated = self.simulated or is_simulated(address.address)
        stamp = int(now().timestamp())
        answer = post(
            f"{self.simulator}/webhook/{quote(address.key)}" if simulated else address.address,
            parcel.body,
            {
                "Content-Type": "application/json",
                "User-Agent": "Todoke (https://www.standardwebhooks.com/)",
                "X-Todoke-Mode": edition.mode.value,
                "webhook-id": key,
                "webhook-timestamp": str(stamp),
                "webhook-signature": signature(self.secret_of(address.key), key, stamp, parcel.body),
            },
            timeout_seconds=self.facts.timeout_seconds,
            only_public=not simulated,
        )
        return _receipt(answer, key)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """A way for each partner: its server is asked what it takes (OPTIONS), which changes nothing there."""
        return [Probe(address.key, address.name, partial(self._try, address)) for address in addresses]

    def _try(self, address: Address) -> str:
        simulated = self.simulated or is_simulated(address.address)
        answer = fetch(
            f"{self.simulator}/webhook/{quote(address.key)}" if simulated else address.address,
            method="OPTIONS",
            timeout_seconds=min(self.facts.timeout_seconds, PROBE_SECONDS),
            only_public=not simulated,
        )
        # Whatever a partner thinks of OPTIONS: that its server answers is what we want to know. A 404 or 410 is not
        # held against it either, since some answer so to everything but a signed POST.
        if answer.status >= 500 or answer.status == 429:
            raise TryLater(f"相手の側に障害があります（{answer.status}）。")
        return f"相手のサーバーが応答しました（{answer.status}）"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a partner's address, or None."""
        try:
            parts = urlsplit(bare(address))
            fits = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fits = False
        if not fits:
            return _("https:// で始まるURLを書いてください（例 https://partner.example.jp/hook）。")
        if parts.username or parts.password or parts.fragment:
            return _("URLに利用者名、パスワード、# は書けません。相手は署名で確かめます。")
        return None


def _told(edition: FrozenEdition, language: str, text: str) -> dict[str, Any]:
    content = edition.content
    languages = [wording.language for wording in content.wordings]
    return {
        "type": f"message.{edition.kind.value}",
        "timestamp": _instant(edition.sent_at),
        "data": {
            "mode": edition.mode.value,
            "kind": edition.kind.value,
            "identifier": edition.identifier,
            "message": edition.message_key,
            "number": edition.number,
            "sent_at": _instant(edition.sent_at),
            "expires_at": _instant(edition.expires_at),
            "sender": edition.sender,
            "city": edition.city,
            "note": edition.note,
            "references": [
                {"identifier": reference.identifier, "sent_at": _instant(reference.sent_at)}
                for reference in edition.references
            ],
            "level": content.level,
            "areas": [_area(area, language) for area in content.areas],
            "facts": dict(content.facts),
            "contact": content.contact,
            "title": edition.title(language),
            "text": text,
            "wordings": {code: _wording(edition, code) for code in languages},
        },
    }


def _wording(edition: FrozenEdition, language: str) -> dict[str, str]:
    # What must be read first stands before every body: a partner may show the body alone.
    first = "\n".join(essentials(edition, language))
    taken_back = edition.kind is EditionKind.CANCEL
    short = phrases_in(language).cancel if taken_back else edition.content.wording(language).short
    return {
        "title": edition.title(language),
        "body": f"{first}\n\n{body_of(edition, language)}".strip(),
        "short": f"{edition.marks(language)}{short}",
    }


def _area(area: AreaMark, language: str) -> dict[str, Any]:
    return {
        "key": area.key,
        "code": area.code,
        "name": area_name(area, language),
        "level": area.level,
        "notice": area.notice,
        "words": level_words(area.level, area.notice, language),
        "polygon": area.polygon,
    }


def _instant(instant: datetime) -> str:
    return instant.isoformat()


def _receipt(answer: Answer, key: str) -> Receipt:
    if 200 <= answer.status <= 299:
        return Receipt(reference=key, says=f"相手が受け付けました（{answer.status}）")
    # Only a partner that names our id says “I have it already”; any other conflict is a refusal.
    if answer.status == 409 and answer.headers.get("webhook-id") == key:
        return Receipt(reference=key, says="相手は、前の送信ですでに受け付けていました")
    if answer.status in (408, 429):
        raise TryLater(
            f"相手が、いまは受け取れないと答えました（{answer.status}）。", after_seconds=answer.retry_after()
        )
    if answer.status >= 500:
        raise TryLater(
            f"相手の側に障害があります（{answer.status}）。", may_have_left=True, after_seconds=answer.retry_after()
        )
    if answer.status == 410:
        raise Never("相手は、この受け口を廃止しました（410）。配信先を止めるか、新しいURLに直してください。")
    if 300 <= answer.status <= 399:
        raise Never(f"相手が別のURLを案内しました（{answer.status}）。転送には従いません。新しいURLに直してください。")
    raise Never(f"相手が受け取りを断りました（{answer.status}）。URLと署名の鍵を相手と確かめてください。")
