"""LINE, by the Messaging API (https://developers.line.biz/en/reference/messaging-api/, read in November 2026).

An address is `broadcast`, `user:U…`, `group:C…`, `room:R…`, or `users:U…,U…` for a multicast of at most 500.
"""

import json
import logging
import re
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import utf16_units
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, Answer, Deadline, fetch, post
from todoke.shared.messaging.channels.line_flex import Message, Said, said
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.channels.wording import fit_text
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, TryLater

log = logging.getLogger(__name__)

TEXT_MAX = 5000
MULTICAST_MAX = 500
RETRY_KEY_LIVES = timedelta(hours=24)
ONE = {"user": "U", "group": "C", "room": "R"}


class LineChannel:
    """The channel `messaging.line`. Without a token only simulators are served.

    One message per edition: five are allowed, but a notice in pieces is read in pieces. It is a bubble where there is a
    警戒レベル and the whole text fits into one, else a text.
    """

    key = "messaging.line"

    def __init__(
        self,
        *,
        token: str,
        simulator: str,
        site: str,
        service: str = "https://api.line.me",
        timeout_seconds: float = 10,
    ) -> None:
        self.token = token
        self.simulator = simulator
        self.service = service
        self.site = site
        self.facts = ChannelFacts(
            name="LINE",
            area_grain=AreaGrain.CITY,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key="X-Line-Retry-Key",
            quota=grounds.LINE_QUOTA,
            legal_purpose=grounds.LINE,
            body_max=TEXT_MAX,
            timeout_seconds=timeout_seconds,
            looks=Looks.TELEPHONE,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The request's body: one bubble, or one text of at most 5,000 UTF-16 units, as LINE counts."""
        text = fit_text(edition, address.language, self.site, TEXT_MAX, utf16_units)
        return Parcel(
            body=_request(address, said(edition, address.language, self.site, text.text).best),
            preview=text.text,
            title=edition.title(address.language),
            left_out=text.left_out,
        )

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Push, multicast or broadcast; a 409 for our own retry key says that it had been accepted before."""
        simulated = is_simulated(address.address)
        if not simulated and not self.token:
            raise Never(
                "LINEのアクセストークンが設定されていません。TODOKE_LINE_TOKEN を設定してから、送り直してください。"
            )
        # LINE forgets a retry key after a day; a repeat would then reach everybody a second time.
        if not simulated and now() - edition.sent_at > RETRY_KEY_LIVES:
            raise Never(
                "発信から24時間を過ぎ、二重に届くおそれがあるため送りません。必要なら続報として発信してください。"
            )
        deadline = Deadline(self.facts.timeout_seconds)
        answer = self._post(parcel.body, address, key, deadline.remaining(), simulated=simulated)
        if is_refused_form(answer) and not deadline.has_passed and (plain := _as_text(parcel)):
            # A refused request leaves the retry key unused, so the text goes out under the same one.
            log.warning("line_refused_a_bubble", extra={"edition": edition.identifier})
            answer = self._post(plain, address, key, deadline.remaining(), simulated=simulated)
        return _receipt(answer)

    def _post(self, body: bytes, address: Address, key: str, seconds: float, *, simulated: bool) -> Answer:
        return post(
            f"{self.simulator if simulated else self.service}/v2/bot/message/{_endpoint(bare(address.address))}",
            body,
            {
                "Content-Type": "application/json; charset=utf-8",
                "Authorization": f"Bearer {'simulator' if simulated else self.token}",
                "X-Line-Retry-Key": retry_key(key),
            },
            timeout_seconds=seconds,
        )

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """One way: LINE's own interface, asked who we are."""
        del addresses
        seconds = min(self.facts.timeout_seconds, PROBE_SECONDS)
        return [Probe("", self.facts.name, lambda: ask_line(self.token, self.service, timeout_seconds=seconds))]

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a LINE address, or None."""
        form, _colon, names = bare(address).partition(":")
        if bare(address) == "broadcast":
            return None
        if form in ONE and re.fullmatch(rf"{ONE[form]}[0-9a-f]{{32}}", names):
            return None
        people = names.split(",")
        if form == "users" and all(re.fullmatch(r"U[0-9a-f]{32}", name) for name in people):
            if len(people) <= MULTICAST_MAX:
                return None
            return _("一度に送れるのは500人までです。配信先を分けてください。")
        return _(
            "LINEの宛先として読めません。broadcast、user:U…、group:C…、room:R…、users:U…,U… のどれかを書いてください。"
        )


def ask_line(token: str, service: str, *, timeout_seconds: float) -> str:
    """Ask LINE who we are: counted against no quota (2,000 calls a second are allowed), and nobody gets anything.

    Raises TryLater or Never.
    """
    if not token:
        raise Never("LINEのアクセストークンが設定されていません。TODOKE_LINE_TOKEN を設定してください。")
    answer = fetch(f"{service}/v2/bot/info", {"Authorization": f"Bearer {token}"}, timeout_seconds=timeout_seconds)
    if answer.status == 200:
        return "LINEが応答しました"
    if answer.status == 401:
        raise Never(f"LINEがアクセストークンを認めません。TODOKE_LINE_TOKEN を取り直してください（{_said(answer)}）。")
    raise TryLater(f"LINEが、いまは応じません（{answer.status} {_said(answer)}）。")


def retry_key(key: str) -> str:
    """The key as the UUID that LINE wants: itself where it is one, otherwise always the same one made from it."""
    try:
        return str(uuid.UUID(key))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"todoke:{key}"))


def is_refused_form(answer: Answer) -> bool:
    """Whether LINE refuses the form of the message, and not whom it is for, nor us."""
    if answer.status != 400:
        return False
    try:
        told = json.loads(answer.body)
        details = [str(detail.get("property", "")) for detail in told.get("details", [])]
        about = f"{told['message']} {' '.join(details)}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return "messages" in about or any(name.startswith("/") for name in details)


def _request(address: Address, message: Message) -> bytes:
    request = {**_recipient(bare(address.address)), "messages": [message]}
    return json.dumps(request, ensure_ascii=False, sort_keys=True).encode()


def _as_text(parcel: Parcel) -> bytes | None:
    """The same request with the plain text in place of the bubble; None where it was a text already."""
    request = json.loads(parcel.body)
    if request["messages"][0]["type"] == "text":
        return None
    request["messages"] = [Said(parcel.preview).plain]
    return json.dumps(request, ensure_ascii=False, sort_keys=True).encode()


def _recipient(address: str) -> dict[str, object]:
    form, _, names = address.partition(":")
    if form == "broadcast":
        return {}
    return {"to": names.split(",") if form == "users" else names}


def _endpoint(address: str) -> str:
    form = address.partition(":")[0]
    return {"broadcast": "broadcast", "users": "multicast"}.get(form, "push")


def _receipt(answer: Answer) -> Receipt:
    """LINE's answer as our outcome (https://developers.line.biz/en/docs/messaging-api/retrying-api-request/)."""
    if 200 <= answer.status <= 299:
        return Receipt(reference=answer.headers.get("x-line-request-id", ""), says="LINEが受け付けました")
    accepted = answer.headers.get("x-line-accepted-request-id", "")
    if answer.status == 409 and accepted:
        return Receipt(reference=accepted, says="LINEは、前の送信ですでに受け付けていました")
    said = _said(answer)
    if answer.status == 401:
        raise Never(
            f"LINEがアクセストークンを認めません。TODOKE_LINE_TOKEN を取り直してから、送り直してください（{said}）。"
        )
    if answer.status == 403:
        raise Never(f"LINEの契約では、この送り方ができません。LINE公式アカウントの設定を確かめてください（{said}）。")
    if answer.status == 429 and "monthly limit" in said:
        # Waiting does not help before the month is over: somebody must raise the plan now.
        raise Never(f"LINEの今月の送信数を使い切りました。料金プランを上げてから、送り直してください（{said}）。")
    if answer.status == 429:
        raise TryLater(f"LINEが、送信が多すぎると答えました（{said}）。", after_seconds=answer.retry_after())
    if answer.status >= 500 or answer.status == 409:
        # LINE itself says that after a 5xx the message may have been delivered.
        raise TryLater(f"LINEの側に障害があります（{answer.status} {said}）。", may_have_left=True)
    raise Never(f"LINEがこの内容か宛先を受け付けません（{answer.status} {said}）。宛先を確かめてください。")


def _said(answer: Answer) -> str:
    try:
        said = json.loads(answer.body)["message"]
    except (ValueError, KeyError, TypeError):
        return "説明なし"
    return " ".join(str(said).split())[:200]
