"""The channel `calling.automatic`: a machine rings the people of a call tree; those it does not reach, people ring."""

import hashlib
import time
import uuid
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.sealing import make_token
from todoke.shared.calling import ringing
from todoke.shared.calling.actions import (
    NoSuchTree,
    begin,
    give_rings_time,
    hand_over_to_people,
    hurry_rings,
)
from todoke.shared.calling.automatic.gateway import Callee, CallGateway
from todoke.shared.calling.automatic.recording import recorded
from todoke.shared.calling.automatic.words import Spoken, spoken
from todoke.shared.calling.models import Ring, Round, Tree
from todoke.shared.calling.rules import RingState
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, fetch
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.http_forms.asking import KeyRefused
from todoke.shared.messaging.http_forms.numbers import domestic
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, TryLater

KEY = "calling.automatic"
RECEIPTS = "calling.ring"
CALL_SECONDS = 8.0
SEND_SECONDS = 30.0
TAKE_BACK_SECONDS = 8.0
TAKEN_BACK_AT_ONCE = 20
ASK_SECONDS = 3.0
# A machine that does not answer has so long to come back before people begin.
GRACE = timedelta(seconds=60)


class AutomaticChannel:
    """Calls by a provider's machine. Its address is the key of a tree; in a drill `simulator:` stands before it.

    Without a `gateway`, and whenever it fails, the round is what it is on `calling.tree`: people ring.
    """

    key = KEY

    def __init__(
        self,
        *,
        gateway: CallGateway | None,
        simulator: CallGateway,
        site: str,
        recordings: Path,
        dictionaries: Path,
        call_seconds: float = CALL_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self.gateway = gateway
        self.simulator = simulator
        self.site = site.rstrip("/")
        self.recordings = recordings
        self.dictionaries = dictionaries
        self.call_seconds = call_seconds
        self.facts = ChannelFacts(
            name="自動電話",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.PERSON,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key="呼出しの回の番号",
            quota=grounds.PROVIDER_QUOTA,
            legal_purpose=grounds.CARRIED_BY_PEOPLE,
            looks=Looks.SOUND,
            timeout_seconds=send_seconds,
            concurrency=2,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """What is said, as people read it; a voice gets the names of places in kana."""
        made, left_out = spoken(edition, address.language)
        return Parcel(made.as_bytes(), made.written, edition.title(address.language), left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Begin the round, and order what was not ordered yet. Done twice it is the same round, and no second call."""
        gateway = self.gateway_for(address.address)
        minutes = gateway.form.minutes if gateway else 1
        try:
            round_ = begin(
                key,
                edition=edition.identifier,
                destination=address.key,
                tree_key=bare(address.address),
                at=now(),
                ring_for=timedelta(minutes=minutes),
            )
        except NoSuchTree as refusal:
            raise Never(str(refusal)) from refusal
        if gateway is None:
            return _people(round_, "自動電話の事業者が設定されていません（TODOKE_CALLS）。")
        self.take_back(seconds=TAKE_BACK_SECONDS)
        try:
            self.order(round_, gateway, parcel, edition, address)
        except TryLater:
            # Whatever the ladder brings, people do not wait for it.
            hurry_rings(round_.pk, until=now() + GRACE)
            raise
        except Never as trouble:
            return _people(round_, trouble.says)
        give_rings_time(round_.pk, timedelta(minutes=minutes))
        return _receipt(round_)

    def order(
        self, round_: Round, gateway: CallGateway, parcel: Parcel, edition: FrozenEdition, address: Address
    ) -> None:
        """Order every ring that is due. Raises TryLater, or Never where none will ever be taken."""
        said = self._said(gateway, parcel, edition)
        ends = time.monotonic() + self.facts.timeout_seconds - 1
        doubt: TryLater | None = None
        # Each ring is taken once in a run: one in doubt is repeated by the next.
        done: set[int] = set()
        while True:
            seconds = min(self.call_seconds, ends - time.monotonic())
            if seconds <= 0.1:
                raise TryLater("時間内に全員の自動電話を頼めませんでした。続けて頼みます。", after_seconds=0)
            rings = ringing.take_to_order(
                round_.pk,
                repeatable=bool(gateway.form.remembers_key),
                at=now(),
                limit=gateway.form.batch,
                but=done,
            )
            if not rings:
                break
            done |= {ring.pk for ring in rings}
            try:
                self._ask(gateway, rings, said, edition, address, seconds=seconds)
            except TryLater as trouble:
                if not trouble.may_have_left:
                    raise
                doubt = trouble
        if doubt is not None and gateway.form.remembers_key:
            raise doubt

    def _ask(
        self,
        gateway: CallGateway,
        rings: Sequence[Ring],
        said: dict[str, str],
        edition: FrozenEdition,
        address: Address,
        *,
        seconds: float,
    ) -> None:
        callees = [self._callee(ring, edition, address) for ring in rings]
        able = [one for one in callees if one.number]
        unable = [ring for ring, one in zip(rings, callees, strict=True) if not one.number]
        for ring in unable:
            ringing.failed(ring, says="電話番号として読めません。", at=now())
        if not able:
            return
        there = [ring for ring in rings if ring not in unable]
        try:
            words = gateway.order(able, said, key=_key_of(able), seconds=seconds)
        except KeyRefused as trouble:
            ringing.stayed(there, again_at=now(), says=trouble.says)
            raise
        except TryLater as trouble:
            if not trouble.may_have_left:
                ringing.stayed(there, again_at=now(), says=trouble.says)
            raise
        except Never as trouble:
            for ring in there:
                ringing.failed(ring, says=trouble.says, at=now())
            return
        ringing.settle(there, words, at=now())

    def _callee(self, ring: Ring, edition: FrozenEdition, address: Address) -> Callee:
        return Callee(
            place=ring.place,
            number=domestic(ring.seat.telephone),
            key=delivery_key(edition.identifier, address.key, ring.place * 100 + ring.tries),
            callback=f"{self.site}/calls/receipts/{make_token(ring.pk, purpose=RECEIPTS)}/",
        )

    def take_back(self, *, seconds: float) -> None:
        """Have the provider leave the calls that nobody should get any more, as far as the time goes.

        What it does not answer to is asked at the next look; a call that somebody has taken up goes on, and who heard
        it is rung first.
        """
        ends = time.monotonic() + seconds
        for ring in ringing.take_to_take_back(at=now(), limit=TAKEN_BACK_AT_ONCE):
            gateway = self.gateway_for(ring.round.delivery.destination.address)
            left = min(ASK_SECONDS, ends - time.monotonic())
            if gateway is None or left <= 0.1:
                ringing.ask_again_to_take_back(ring)
                continue
            try:
                if gateway.take_back(ring.reference, seconds=left):
                    ringing.taken_back(ring, at=now())
            except TryLater:
                ringing.ask_again_to_take_back(ring)
                ends = 0
            except Never:
                continue

    def _said(self, gateway: CallGateway, parcel: Parcel, edition: FrozenEdition) -> dict[str, str]:
        words = Spoken.from_bytes(parcel.body)
        said = {
            "text": words.reading,
            # For those who take it inside a document of theirs.
            "text_xml": escape(words.reading),
            "written": words.written,
            "language": words.language,
        }
        if gateway.form.plays_recordings:
            try:
                name, sound = recorded(words, edition, self.recordings, self.dictionaries)
            except (SpeechAway, OSError) as trouble:
                raise Never(f"録音を作れませんでした（{trouble}）。") from trouble
            said |= {
                "recording": b64encode(sound).decode(),
                "recording_url": f"{self.site}/calls/recordings/{name}.wav",
            }
        return said

    def gateway_for(self, address: str) -> CallGateway | None:
        """Who is asked for this address."""
        return self.simulator if is_simulated(address) else self.gateway

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """The provider's server answers to a question; nobody's telephone rings."""
        del addresses
        return [Probe("", f"自動電話（{self.gateway.form.name if self.gateway else '未設定'}）", self._try)]

    def _try(self) -> str:
        if self.gateway is None:
            raise Never("自動電話の事業者が設定されていません。TODOKE_CALLS を設定してください。")
        host = "/".join(self.gateway.form.order.url.split("/")[:3])
        answer = fetch(f"{host}/", timeout_seconds=PROBE_SECONDS)
        if answer.status >= 500 or answer.status == 429:
            raise TryLater(f"{self.gateway.form.name}の側に障害があります（{answer.status}）。")
        return f"{self.gateway.form.name}のサーバーが応答しました（{answer.status}）"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with the key of a tree, or None."""
        if Tree.objects.filter(key=bare(address), is_active=True).exists():
            return None
        return _("「%(key)s」という連絡網はありません。call_trees.csvのキーを書いてください。") % {"key": bare(address)}


def _receipt(round_: Round) -> Receipt:
    states = list(Ring.objects.filter(round=round_).values_list("state", flat=True))
    says = f"{len(states) - states.count(RingState.WITHDRAWN)}人への自動電話を頼みました"
    if doubtful := states.count(RingState.LEAVING):
        says += f"（{doubtful}人は、頼めたか分かりません。時間になれば人が電話します）"
    return Receipt(confirmed=False, reference=round_.key, says=says)


def _people(round_: Round, why: str) -> Receipt:
    hand_over_to_people(round_.pk, why=why, at=now())
    return Receipt(confirmed=False, reference=round_.key, says=f"自動電話を使えないため、人が電話します（{why}）")


def _key_of(callees: Sequence[Callee]) -> str:
    """The key of a request: that of its one call, or one that stands for exactly these."""
    if len(callees) == 1:
        return callees[0].key
    named = "\x1f".join(one.key for one in callees)
    return str(uuid.UUID(bytes=hashlib.sha256(named.encode()).digest()[:16], version=5))
