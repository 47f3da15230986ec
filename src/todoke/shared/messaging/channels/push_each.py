"""Web push to each subscriber: a notification on the screen of their telephone or computer, by their browser's service.

One request for each reader (RFC 8030), many at once. A push has no key by which a repeat is known; it has a topic, by
which a later one takes the place of an earlier one that has not arrived, and a tag, by which it takes its place on the
screen. Both name the matter, so that a repeat, a correction and a cancellation leave one notification.
"""

import hashlib
import json
import logging
import queue
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.clock import now
from todoke.base.ui.languages import language_tag
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import longest_start
from todoke.shared.messaging.channels.connection import PROBE_SECONDS
from todoke.shared.messaging.channels.push_doors import Doors
from todoke.shared.messaging.channels.push_services import (
    PROBED,
    SIMULATED_HOST,
    Passes,
    Rests,
    fate_of,
    is_push_service,
    simulated_path,
    try_service,
)
from todoke.shared.messaging.channels.routes import SIMULATOR_MARK, bare, is_simulated, trouble_with_audience
from todoke.shared.messaging.channels.web_push import (
    PLAIN_MAX,
    BadSubscription,
    Sender,
    Subscription,
    base64url,
    seal,
)
from todoke.shared.messaging.channels.wording import essentials, fit_title, in_each_language
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.registry import (
    AreaGrain,
    ChannelFacts,
    DrillWay,
    Looks,
    ReceiptKind,
    Withdrawal,
    audiences,
)
from todoke.shared.messaging.types import (
    Address,
    Copy,
    EditionKind,
    Fate,
    FrozenEdition,
    Never,
    Parcel,
    Receipt,
    Report,
    Result,
    Text,
    TryLater,
    WaysOut,
)

log = logging.getLogger(__name__)

TITLE_MAX = 60
TOKEN_ROOM = 64
CARRY_SECONDS = 45.0
REPORTED_AT_ONCE = 50
# A warning that a telephone finds when it is switched on half a day later has often been overtaken.
EMERGENCY_TTL = timedelta(hours=4)
TTL_MAX = timedelta(days=28)
LETTER_TTL = timedelta(days=1)
LINK = re.compile(r"https?://\S+")
URGENCY = {"emergency": "high", "normal": "normal"}
EXAMPLE_TOKEN = "(個別の記号)"  # noqa: S105 - shown in the place of a real one


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every copy in one language has in common, as JSON with a gap for the reader's token."""

    before: bytes
    after: bytes
    title: str
    text: str
    left_out: str

    def filled(self, token: str) -> bytes:
        """One reader's copy."""
        return self.before + token.encode() + self.after


@dataclass(frozen=True, slots=True)
class Stationery:
    """The sheets of an edition by language, and what its requests have in common."""

    sheets: Mapping[str, Sheet]
    topic: str
    expires_at: datetime


class PushEachChannel:
    """The channel `messaging.push-each`: a contact's address is a browser's PushSubscription, as JSON.

    `private_key` is the city's, of P-256 in base64url; browsers have bound their subscriptions to it. `contact` tells a
    push service how to reach the city (`mailto:` or `https:`). With `simulated`, everything goes to the simulator.
    """

    key = "messaging.push-each"
    bundle_size = 200

    def __init__(
        self,
        *,
        private_key: str,
        contact: str,
        simulator: str,
        simulated: bool,
        site: str,
        per_host: int = 16,
        reply_seconds: float = 10,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.sender = Sender(private_key, contact)
        self.simulator = simulator
        self.simulated = simulated
        self.site = site
        self.clock = clock
        self.doors = Doors(per_host=per_host, reply_seconds=reply_seconds)
        self._passes = Passes(self.sender)
        self._rests = Rests()
        self.facts = ChannelFacts(
            name=gettext_lazy("プッシュ通知（登録者）"),
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.REPLACES,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key="Topic",
            quota=grounds.PUSH_QUOTA,
            legal_purpose=grounds.SUBSCRIBERS,
            title_max=TITLE_MAX,
            timeout_seconds=CARRY_SECONDS + 2 * reply_seconds,
            concurrency=2,
            looks=Looks.TELEPHONE,
            says_short=True,
        )

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a destination's address, which is the key of an audience, or None."""
        return trouble_with_audience(address)

    def trouble_with_contact(self, address: str) -> str | None:
        """What is wrong with what a browser gave, or None."""
        try:
            found = Subscription.read(bare(address.strip()))
        except BadSubscription:
            return _("ブラウザーの通知の登録として読めません。通知の画面を開き直して、もう一度登録してください。")
        simulated = self.simulated or is_simulated(address.strip())
        if not is_push_service(found.host) and not (simulated and found.host == SIMULATED_HOST):
            return _("このブラウザーの通知サービス（%(host)s）には送れません。ほかの受け取り方を選んでください。") % {
                "host": found.host[:100]
            }
        return None

    def normal(self, address: str) -> str:
        """One short form of the JSON; what cannot be read stays as it is."""
        text = address.strip()
        try:
            found = Subscription.read(bare(text))
        except BadSubscription:
            return text
        return (SIMULATOR_MARK if is_simulated(text) else "") + found.as_text()

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The notification of an imagined reader."""
        audience = audiences.find(address.address)
        ways_out = audience.ways_out() if audience else WaysOut(self.site + "/{token}", self.site + "/{token}")
        sheet = self._sheet(edition, address.language, ways_out)
        return Parcel(
            body=sheet.filled(EXAMPLE_TOKEN),
            preview=f"{sheet.title}\n{sheet.text}",
            title=edition.title(address.language),
            left_out=sheet.left_out,
        )

    def stationery(self, edition: FrozenEdition, ways_out: WaysOut) -> Stationery:
        """The sheets of every language in which the edition is worded."""
        return Stationery(
            sheets=in_each_language(edition, lambda language: self._sheet(edition, language, ways_out)),
            topic=topic_of(edition),
            expires_at=edition.expires_at,
        )

    def _sheet(self, edition: FrozenEdition, language: str, ways_out: WaysOut) -> Sheet:
        title = fit_title(edition, language, TITLE_MAX)
        lines = essentials(edition, language)[1:]
        if edition.kind is not EditionKind.CANCEL:
            lines.append(edition.content.wording(language).short.strip())
        whole = "\n".join(filter(None, lines))
        told = {
            "title": title.text,
            "body": "",
            "url": read_on_at(self.site, edition, language),
            "lang": language_tag(language),
            "tag": topic_of(edition),
            "edition": edition.identifier,
            "mode": edition.mode.value,
            "sent": edition.sent_at.isoformat(),
            "change": ways_out.change,
        }
        room = PLAIN_MAX - TOKEN_ROOM - len(_json(told))
        text = whole if _bytes(whole) <= room else longest_start(whole, room - _bytes("…"), _bytes) + "…"
        before, after = _json({**told, "body": text, "change": "\0"}).split(b"\\u0000")
        change = [_json(part)[1:-1] for part in ways_out.change.split("{token}", 1)]
        left_out = " ".join(filter(None, (title.left_out, "本文（題名と短い文だけを知らせます）")))
        return Sheet(before + change[0], b"".join(change[1:]) + after, title.text, text, left_out)

    def is_free(self, lane: str) -> bool:
        """Always: each push service has a rest of its own, and one that rests stops no other."""
        del lane
        return True

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """The three great push services, each a way of its own; the simulator where everything is simulated."""
        del addresses
        seconds = min(self.doors.reply_seconds, PROBE_SECONDS)
        if self.simulated:
            ask = partial(try_service, f"{self.simulator}/push/", only_public=False, timeout_seconds=seconds)
            return [Probe("", self.facts.name, ask)]
        return [
            Probe(
                name.lower(), name, partial(try_service, f"https://{host}/", only_public=True, timeout_seconds=seconds)
            )
            for host, name in PROBED.items()
        ]

    def carry(self, stationery: Stationery, copies: Sequence[Copy], report: Report, *, lane: str) -> None:
        """Send the copies, each service's beside the others'; what the time does not let out is HELD."""
        letters: dict[str, deque[tuple[Copy, Subscription]]] = {}
        refused = []
        for copy in copies:
            try:
                found = Subscription.read(bare(copy.address))
            except BadSubscription:
                refused.append(Result(copy.contact_id, Fate.REFUSED, "登録の内容が読めません。"))
                continue
            letters.setdefault(found.host, deque()).append((copy, found))
        headers = self._headers(stationery, lane)
        told: queue.SimpleQueue[Result] = queue.SimpleQueue()
        until = time.monotonic() + CARRY_SECONDS
        for host, waiting in letters.items():
            for number in range(min(self.doors.per_host, len(waiting))):
                threading.Thread(
                    target=self._send_all,
                    args=(stationery, headers, waiting, told, until),
                    name=f"push {host} {number}",
                    daemon=True,
                ).start()
        # Each of them ends by itself, and says something of every copy it took.
        _pass_on(told, len(copies) - len(refused), report, patience_seconds=self.facts.timeout_seconds)
        report(refused)

    def send_letter(self, text: Text, *, key: str, at: datetime) -> Receipt:
        """One person's letter as a notification; touching it opens the first link of its text. Raises TryLater, Never.

        A repeat has the same tag and topic as the first, so that one of them is seen.
        """
        try:
            to = Subscription.read(bare(text.address))
        except BadSubscription:
            raise Never("登録の内容が読めません。") from None
        tag = _topic(key)
        headers = {
            "TTL": str(int(LETTER_TTL.total_seconds())),
            "Urgency": URGENCY["normal"],
            "Topic": tag,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }
        plain = _letter(text, tag=tag, site=self.site, at=at)
        fate, says = self._post(plain, headers, to, simulated=self.simulated or is_simulated(text.address))
        if fate is Fate.ACCEPTED:
            return Receipt(says=says)
        if fate in (Fate.LATER, Fate.UNCLEAR):
            raise TryLater(says, may_have_left=fate is Fate.UNCLEAR)
        raise Never(says)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self.doors.close()

    def _headers(self, stationery: Stationery, lane: str) -> dict[str, str]:
        lives = stationery.expires_at - self.clock()
        longest = EMERGENCY_TTL if lane == "emergency" else TTL_MAX
        seconds = max(0, int(min(lives, longest).total_seconds()))
        return {
            "TTL": str(seconds),
            "Urgency": URGENCY.get(lane, "low"),
            "Topic": stationery.topic,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }

    def _send_all(
        self,
        stationery: Stationery,
        headers: Mapping[str, str],
        waiting: "deque[tuple[Copy, Subscription]]",
        told: "queue.SimpleQueue[Result]",
        until: float,
    ) -> None:
        while True:
            try:
                copy, to = waiting.popleft()
            except IndexError:
                return
            if time.monotonic() >= until:
                told.put(Result(copy.contact_id, Fate.HELD))
                continue
            try:
                fate, says = self._send(stationery, headers, copy, to)
            except Exception as trouble:
                # Whoever waits for this copy must hear of it.
                log.exception("push_broke_off", extra={"contact": copy.contact_id})
                fate, says = Fate.UNCLEAR, type(trouble).__name__
            told.put(Result(copy.contact_id, fate, says))

    def _send(
        self, stationery: Stationery, headers: Mapping[str, str], copy: Copy, to: Subscription
    ) -> tuple[Fate, str]:
        sheet = stationery.sheets.get(copy.language) or stationery.sheets["ja"]
        simulated = self.simulated or is_simulated(copy.address)
        return self._post(sheet.filled(copy.token), headers, to, simulated=simulated)

    def _post(self, plain: bytes, headers: Mapping[str, str], to: Subscription, *, simulated: bool) -> tuple[Fate, str]:
        if self._rests.is_resting(to.host):
            return Fate.LATER, f"{to.host} を休ませています。"
        if not simulated and not is_push_service(to.host):
            return Fate.REFUSED, f"{to.host} は通知サービスではありません。"
        try:
            answer = self.doors.post(
                f"{self.simulator}{simulated_path(to)}" if simulated else to.endpoint,
                seal(plain, to),
                {**headers, "Authorization": self._passes.of(to.origin, at=self.clock())},
                only_public=not simulated,
            )
        except Never as refusal:
            return Fate.REFUSED, refusal.says
        except TryLater as trouble:
            self._rests.note_trouble(to.host)
            return (Fate.UNCLEAR if trouble.may_have_left else Fate.LATER), trouble.says
        fate, says = fate_of(answer, to.host)
        self._rests.heed(to.host, answer)
        return fate, says


def topic_of(edition: FrozenEdition) -> str:
    """What names the matter in every request about it: 32 characters, all that RFC 8030 allows."""
    return _topic(edition.message_key)


def _topic(matter: str) -> str:
    return base64url(hashlib.sha256(matter.encode()).digest())[:32]


def _letter(text: Text, *, tag: str, site: str, at: datetime) -> bytes:
    """A letter as the worker in the browser reads a notification (static/messaging/push-worker.js)."""
    link = LINK.search(text.body)
    told = {
        "title": text.title[:TITLE_MAX],
        "body": "",
        "url": link[0] if link else f"{site}/",
        "lang": language_tag(text.language),
        "tag": tag,
        "edition": tag,
        "mode": "",
        "sent": at.isoformat(),
        "change": "",
    }
    # The link is what a touch opens; nobody reads it out.
    words = "\n".join(line for line in text.body.splitlines() if line.strip() and not LINK.search(line))
    room = PLAIN_MAX - len(_json(told))
    body = words if _bytes(words) <= room else longest_start(words, room - _bytes("…"), _bytes) + "…"
    return _json({**told, "body": body})


def _pass_on(told: "queue.SimpleQueue[Result]", count: int, report: Report, *, patience_seconds: float) -> None:
    """Report what comes in. Raises queue.Empty when somebody stays silent; what they took is then unclear."""
    results: list[Result] = []
    for _each in range(count):
        results.append(told.get(timeout=patience_seconds))
        if len(results) >= REPORTED_AT_ONCE:
            report(results)
            results = []
    report(results)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _bytes(text: str) -> int:
    return len(_json(text)) - 2
