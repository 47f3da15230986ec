"""The channel `sms.gateway`: a short text to one mobile telephone or a few, by the provider that the form describes."""

import hashlib
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.sealing import make_token
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, fetch
from todoke.shared.messaging.channels.routes import is_simulated
from todoke.shared.messaging.http_forms.asking import KeyRefused
from todoke.shared.messaging.http_forms.numbers import masked
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, TryLater
from todoke.shared.sms.actions import sending
from todoke.shared.sms.gateway import Fate, Outgoing, SmsGateway, Word
from todoke.shared.sms.models import Text, TextState
from todoke.shared.sms.numbers import read_numbers
from todoke.shared.sms.wording import told_length, wording

KEY = "sms.gateway"
RECEIPTS = "sms.receipt"
CALL_SECONDS = 8.0
SEND_SECONDS = 30.0


@dataclass(frozen=True)
class _Said:
    """What goes to every number of one delivery."""

    text: str
    edition: FrozenEdition
    address: Address


class SmsChannel:
    """SMS by a provider's gateway. Without a `gateway` only simulators are served.

    The form of the real provider counts and names the key, where there is one; drills go to `simulator`.
    """

    key = KEY

    def __init__(
        self,
        *,
        gateway: SmsGateway | None,
        simulator: SmsGateway,
        site: str,
        call_seconds: float = CALL_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self.gateway = gateway
        self.simulator = simulator
        self.site = site.rstrip("/")
        self.call_seconds = call_seconds
        form = (gateway or simulator).form
        self.length = form.length
        self.facts = ChannelFacts(
            name="SMS",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.READ_BACK if form.tells_arrivals else ReceiptKind.ACCEPTED,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key=form.remembers_key or None,
            quota=grounds.PROVIDER_QUOTA,
            legal_purpose=grounds.OFFICES,
            body_max=form.length.room,
            timeout_seconds=send_seconds,
            concurrency=4,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The text as it is sent; below the preview, how many parts it is and what they cost."""
        made = wording(edition, address.language, self.site, self.length)
        preview = f"{made.text}\n\n{told_length(made.text, self.length)}"
        return Parcel(made.text.encode(), preview, edition.title(address.language), made.left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - each number has a key of its own, made of the same facts
        """Ask for every message that has not been taken yet; what was taken is never asked for again."""
        gateway = self.gateway_for(address.address)
        if gateway is None:
            raise Never("SMSの事業者が設定されていません。TODOKE_SMS を設定してから、送り直してください。")
        said = _Said(parcel.body.decode(), edition, address)
        texts = sending.texts_for(edition, address, _numbers(address), parts=self.length.parts(said.text))
        if not texts:
            raise Never("この配信の記録が見つからないため、SMSを送りません。")
        ends = time.monotonic() + self.facts.timeout_seconds - 1
        troubles: list[TryLater | Never] = []
        open_ = sending.outstanding(texts, repeatable=bool(gateway.form.remembers_key))
        for chunk in _chunks(open_, gateway.form.batch):
            seconds = min(self.call_seconds, ends - time.monotonic())
            if seconds <= 0.1:
                troubles.append(
                    TryLater("時間内に全部の番号へ送れませんでした。残りを続けて送ります。", after_seconds=0)
                )
                break
            trouble = self._ask(gateway, chunk, said, seconds=seconds)
            if trouble is not None:
                troubles.append(trouble)
            if isinstance(trouble, KeyRefused) or (isinstance(trouble, TryLater) and not trouble.may_have_left):
                # Nobody else would be taken either, and a provider that is asked to wait less gets angrier.
                break
        return self._receipt(texts[0].delivery_id, troubles)

    def gateway_for(self, address: str) -> SmsGateway | None:
        """Who is asked for this address."""
        return self.simulator if is_simulated(address) else self.gateway

    def _ask(
        self, gateway: SmsGateway, chunk: Sequence[Text], said: _Said, *, seconds: float
    ) -> TryLater | Never | None:
        outgoing = [
            Outgoing(
                place=one.place,
                number=sending.number_of(one),
                key=delivery_key(said.edition.identifier, said.address.key, one.place),
                callback=f"{self.site}/sms/receipts/{make_token(one.pk, purpose=RECEIPTS)}/",
            )
            for one in chunk
        ]
        sending.leaving(chunk, at=now())
        try:
            words = gateway.send(outgoing, said.text, key=_key_of(outgoing), seconds=seconds)
        except KeyRefused as trouble:
            sending.stayed(chunk, says=trouble.says)
            return trouble
        except TryLater as trouble:
            if not trouble.may_have_left:
                sending.stayed(chunk, says=trouble.says)
            return trouble
        except Never as trouble:
            refused = {one.place: _refusal(trouble.says) for one in outgoing}
            sending.settle(chunk, refused, at=now())
            return trouble
        sending.settle(chunk, words, at=now())
        return None

    def _receipt(self, delivery_id: int, troubles: list[TryLater | Never]) -> Receipt:
        """What the ledger is told of them all together: the first of these that holds."""
        texts = list(Text.objects.filter(delivery=delivery_id))
        count = {state: sum(text.state == state for text in texts) for state in TextState}
        for trouble in troubles:
            if isinstance(trouble, KeyRefused):
                raise trouble
        later = [trouble for trouble in troubles if isinstance(trouble, TryLater)]
        if count[TextState.PLANNED]:
            # Certainly not taken: asked again soon, whatever is in doubt about the others.
            waits = max((trouble.after_seconds or 0 for trouble in later), default=0) or None
            words = next(
                (trouble.says for trouble in later if not trouble.may_have_left), "まだ送れていない番号があります。"
            )
            raise TryLater(words, after_seconds=waits)
        if count[TextState.LEAVING]:
            words = next((trouble.says for trouble in later), "返事に載っていない番号があります。")
            raise TryLater(words, may_have_left=True)
        if count[TextState.REFUSED] == len(texts):
            sending.mark_told(texts, at=now())
            words = next((trouble.says for trouble in troubles), texts[0].says or "理由なし")
            raise Never(f"{_masked(texts)} に送れません（{words}）。番号を確かめてください。")
        says = f"{len(texts) - count[TextState.REFUSED]}件を受け付けました"
        if count[TextState.REFUSED]:
            refused = [text for text in texts if text.state == TextState.REFUSED]
            says += f"（断られた番号：{_masked(refused)}）"
        return Receipt(confirmed=False, reference=texts[0].reference, says=says)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """The provider's server answers to a question; nobody gets anything."""
        del addresses
        return [Probe("", f"SMS（{self.gateway.form.name if self.gateway else '未設定'}）", partial(self._try))]

    def _try(self) -> str:
        if self.gateway is None:
            raise Never("SMSの事業者が設定されていません。TODOKE_SMS を設定してください。")
        # The bare host: a form's own address would send. Whatever it thinks of the question, it is there.
        host = "/".join(self.gateway.form.send.url.split("/")[:3])
        answer = fetch(f"{host}/", timeout_seconds=PROBE_SECONDS)
        if answer.status >= 500 or answer.status == 429:
            raise TryLater(f"{self.gateway.form.name}の側に障害があります（{answer.status}）。")
        return f"{self.gateway.form.name}のサーバーが応答しました（{answer.status}）"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with the numbers of an address, or None."""
        try:
            read_numbers(address)
        except ValueError as trouble:
            return str(trouble) or _("携帯電話の番号として読めません。")
        return None


def _numbers(address: Address) -> tuple[str, ...]:
    try:
        return read_numbers(address.address)
    except ValueError as trouble:
        raise Never(str(trouble)) from trouble


def _chunks(texts: Sequence[Text], size: int) -> Iterator[list[Text]]:
    """As many as one request may hold, always cut at the same places: who shared one in doubt shares its repeat."""
    groups: dict[int, list[Text]] = {}
    for text in texts:
        groups.setdefault((text.place - 1) // size, []).append(text)
    yield from groups.values()


def _key_of(outgoing: Sequence[Outgoing]) -> str:
    """The key of a request: that of its one message, or one that stands for exactly these."""
    if len(outgoing) == 1:
        return outgoing[0].key
    named = "\x1f".join(one.key for one in outgoing)
    return str(uuid.UUID(bytes=hashlib.sha256(named.encode()).digest()[:16], version=5))


def _refusal(says: str) -> Word:
    return Word(Fate.REFUSED, says=says)


def _masked(texts: Sequence[Text]) -> str:
    return "、".join(masked(sending.number_of(text)) for text in texts)
