"""The world outside the house: everything that leaves is written down, and answered as a friendly service would.

The channels are those of a city whose services are real: what goes to a simulator goes to one because its address says
so. Nothing is replaced but the last step, in which bytes would leave: an HTTP call, a mail in its envelope, a FAX call,
a notification before it is sealed, a sound before it is spoken.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default as mail_policy
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote_plus, urlsplit

from django.conf import settings
from django.test import override_settings

from todoke.civic.emergency.setting_up import drill_mail
from todoke.shared.calling.automatic.setting_up import automatic_channel
from todoke.shared.calling.automatic.simulator.provider import simulated_gateway as calls_by
from todoke.shared.fax.gateways import CallReport, Order
from todoke.shared.fax.rules import Ending
from todoke.shared.fax.setting_up import fax_channel
from todoke.shared.lalert import soap
from todoke.shared.lalert.city import lalert_channels
from todoke.shared.loudspeakers import plugs as loudspeakers
from todoke.shared.loudspeakers.channels.reading_script import ReadingScriptChannel
from todoke.shared.loudspeakers.channels.units import UnitsChannel
from todoke.shared.loudspeakers.sounds import silence, wav_bytes
from todoke.shared.messaging.channels import connection, mail, push_each, relays
from todoke.shared.messaging.channels.connection import Answer
from todoke.shared.messaging.channels.mail_server import MailServer, servers_from
from todoke.shared.messaging.channels.outside import outside_channels
from todoke.shared.messaging.channels.push_doors import Doors
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Fate, Receipt, TryLater
from todoke.shared.paper import papers
from todoke.shared.signage.board import BoardChannel
from todoke.shared.sms.setting_up import sms_channel
from todoke.shared.sms.simulator.provider import simulated_gateway as texts_by
from todoke.shared.social.channels import apprise
from todoke.shared.social.networks import networks

REAL_CITY = {
    "SIMULATORS": False,
    "MAIL_SERVER": "smtp+starttls://mail.nagihama.example.jp:587",
    "LINE_TOKEN": "line-token",
    "FAX": "hylafax://fax.nagihama.example.jp",
    "FAX_LINES": 4,
    "LALERT_NODES": ("https://node1.lalert.example.jp/ws", "https://node2.lalert.example.jp/ws"),
    "LALERT_USER": "nagihama",
    "LALERT_PASSWORD": "secret",
    "CONTROL_STATION": "https://station.nagihama.example.jp",
    "SOCIAL_SECRETS": {
        "TODOKE_SOCIAL_SECRET_X_BOSAI": "x",
        "TODOKE_SOCIAL_SECRET_X_EN": "x",
        "TODOKE_SOCIAL_SECRET_MASTODON": "m",
        "TODOKE_SOCIAL_SECRET_FACEBOOK": "f",
        "TODOKE_SOCIAL_SECRET_SLACK_VC": "slack://TokenA1/TokenB2/TokenC3",
    },
}
HERE = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Left:
    """Something that left: for the outside or for a simulator of this machine, to whom, and all that it says."""

    outside: bool
    peer: str
    said: str


@dataclass
class Wire:
    """All that has left since it was last looked at. `chance` draws which calls the other side does not answer."""

    chance: random.Random
    trouble: float = 0.06
    left: list[Left] = field(default_factory=list)
    sounds: dict[str, str] = field(default_factory=dict)

    def take(self) -> list[Left]:
        """What has left, once."""
        found, self.left = self.left, []
        return found

    def note(self, *, outside: bool, peer: str, said: str) -> None:
        """Something leaves, unless the line is down; and now and then nobody says that it arrived."""
        drawn = self.chance.random()
        if drawn < self.trouble / 2:
            raise TryLater("つながりませんでした。")
        self.left.append(Left(outside, peer, said))
        if drawn < self.trouble:
            raise TryLater("返事がありません。", may_have_left=True)

    # ---- the last steps, one for each kind of line ----

    def call(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], *_rest: Any, **_more: Any
    ) -> Answer:
        """HTTP."""
        parts = urlsplit(url)
        if method not in ("GET", "HEAD", "OPTIONS"):
            said = self._text_of(parts.path, body or b"")
            self.note(outside=parts.hostname not in HERE, peer=url, said=f"{unquote_plus(parts.query)}\n{said}")
        return answer_of(method, parts.path, headers)

    def _text_of(self, path: str, body: bytes) -> str:
        if path.startswith("/v1/audio/"):
            return self.sounds[path.rpartition("/")[2]]
        if b"Envelope" in body[:2000]:
            return soap.opened(body)[1].decode()
        text = body.decode()
        if text.startswith("{"):
            return json.dumps(json.loads(text), ensure_ascii=False)
        return unquote_plus(text)

    def submit(self, submission: Any, recipient: str, content: bytes) -> Receipt:
        """One mail to its server."""
        self.note(outside=submission.server.host not in HERE, peer=recipient, said=_mail_text(content))
        return Receipt(reference="250 ok")

    def relay(self, crew: Any, mails: Sequence[Any], told: Any, **_terms: Any) -> list[Any]:
        """Many mails to one relay; those that do not get through stay in hand."""
        server: MailServer = crew._relays[0].server
        held = []
        for one in mails:
            try:
                self.note(outside=server.host not in HERE, peer=one.recipient, said=_mail_text(one.content))
            except TryLater as trouble:
                if not trouble.may_have_left:
                    held.append(one)
                    continue
                told(one, Fate.UNCLEAR, "no reply")
            else:
                told(one, Fate.ACCEPTED, "250 ok")
        return held

    def knock(self, _doors: Any, url: str, body: bytes, _headers: Mapping[str, str], *, only_public: bool) -> Answer:
        """One notification, as its reader will see it."""
        self.note(outside=urlsplit(url).hostname not in HERE or only_public, peer=url, said=body.decode())
        return Answer(201, {}, b"")

    def notify(self, heard: Any) -> None:
        """One post through apprise."""
        try:
            self.note(outside=urlsplit(heard.url).hostname not in HERE, peer=heard.url, said=heard.text)
            heard.taken = True
        except TryLater:
            heard.taken = False

    def speak(self, script: Any, _words: Any, _folder: Any) -> bytes:
        """A sound that is as long as it must be to differ from every other, and what is said in it."""
        said = "\n".join((*script.before, *script.lines))
        length = 0.02 + int.from_bytes(hashlib.sha256(said.encode()).digest()[:3]) / 2**25
        sound = wav_bytes(silence(length))
        self.sounds[hashlib.sha256(sound).hexdigest()] = said
        return sound


@dataclass(frozen=True)
class Dialled:
    """A FAX line: what would come out of the machine at the other end."""

    wire: Wire
    outside: bool
    name = "the world"
    repeatable = "key"

    def dial(self, order: Order, *, seconds: float) -> CallReport:
        """One call."""
        del seconds
        self.wire.note(outside=self.outside, peer=order.number, said=order.pdf.decode())
        return CallReport(Ending.ARRIVED, "arrived", 1, 1, "1")

    def probe(self, *, seconds: float) -> str:
        """No route is tried in these nights."""
        raise AssertionError(f"the line was tried for {seconds} s")


def _mail_text(content: bytes) -> str:
    read = message_from_bytes(content.removesuffix(b".\r\n"), policy=mail_policy)
    body = read.get_body()
    return f"mode {read['X-Todoke-Mode']}\n{read['Subject']}\n{body.get_content() if body else ''}"


def answer_of(method: str, path: str, headers: Mapping[str, str]) -> Answer:
    """A word that each of the services might have said to this."""
    if path.startswith("/ws") or "lalert" in path or "Soap" in str(headers) or "SOAPAction" in headers:
        return Answer(200, {}, soap.answer(soap.Word(0, "ok")))
    told: dict[str, Any] = {"id": headers.get("Idempotency-Key", "100_1"), "data": {"id": "1", "deleted": True}}
    told |= {"success": True, "number": "S-1", "type": "none", "totalUsage": 0, "sentMessages": []}
    status = 201 if path == "/2/tweets" and method == "POST" else 200
    return Answer(status, {"x-line-request-id": "1"}, json.dumps(told).encode())


@contextmanager
def world(chance: random.Random, **roots: Any) -> Iterator[Wire]:
    """The house with real services, and the wire that stands for all of them. `roots` are further settings."""
    wire = Wire(chance)
    with ExitStack() as changed:
        changed.enter_context(override_settings(**REAL_CITY, **roots))
        # A bound method in a class would not be told whose it is; hence the lambdas.
        for target, name, stands_in in (
            (connection, "_call", wire.call),
            (mail._Submission, "send", lambda it, *rest: wire.submit(it, *rest)),  # noqa: PLW0108 - as above
            (relays.Relays, "carry", lambda it, *rest, **more: wire.relay(it, *rest, **more)),  # noqa: PLW0108 - as above
            (Doors, "post", lambda it, *rest, **more: wire.knock(it, *rest, **more)),  # noqa: PLW0108 - as above
            (push_each, "seal", lambda plain, _to: plain),
            (apprise._Heard, "run", lambda it: wire.notify(it)),  # noqa: PLW0108 - as above
            (papers, "press", lambda _name, words, **_more: json.dumps(words, ensure_ascii=False).encode()),
        ):
            changed.enter_context(patch.object(target, name, stands_in))
        changed.enter_context(patch("todoke.shared.loudspeakers.recording.record", wire.speak))
        changed.enter_context(patch.dict(channels._items, {one.key: one for one in _real_channels(wire)}))
        yield wire


def _real_channels(wire: Wire) -> Iterator[Any]:
    yield from outside_channels()
    yield from networks()
    yield drill_mail()
    yield from lalert_channels()
    # Providers in the network who take what the simulated ones take.
    calls, texts = automatic_channel(), sms_channel()
    calls.gateway, texts.gateway = calls_by("https://calls.example.jp"), texts_by("https://sms.example.jp")
    yield calls
    yield texts
    fax = fax_channel()
    fax.gateway, fax.simulator = Dialled(wire, outside=True), Dialled(wire, outside=False)
    yield fax
    yield UnitsChannel(station_for=loudspeakers.station_for, root=settings.LOUDSPEAKER_ROOT)
    yield ReadingScriptChannel(
        server=servers_from(settings.MAIL_SERVER)[0],
        simulator=loudspeakers.SIMULATED_MAIL,
        sender=settings.MAIL_FROM,
        site=settings.SITE_ADDRESS,
        unsubscribe="",
    )
    yield BoardChannel(token="board", simulator="http://127.0.0.1:1/simulators/board", simulated=False)
