"""A city whose outside services are simulators, and what the tests send from it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.shared.messaging.editions import edition
from todoke.base.clock import now
from todoke.shared.messaging.actions import multicasts, pace
from todoke.shared.messaging.channels.line import LineChannel
from todoke.shared.messaging.channels.line_each import LineEachChannel
from todoke.shared.messaging.channels.mail import MailChannel
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.channels.push_each import PushEachChannel
from todoke.shared.messaging.channels.signing import secret_for
from todoke.shared.messaging.channels.webhook import WebhookChannel
from todoke.shared.messaging.registry import Channel
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import Address, FrozenEdition, Receipt

SITE = "https://www.city.example.jp"
PATIENCE_SECONDS = 1.0
MASTER = "the master secret of the tests"
PUSH_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"  # the receiver's of RFC 8291, appendix A

MAIL = Address("press", "報道機関", "press@news.example.jp")
LINE = Address("line", "市公式LINE", "broadcast")
WEBHOOK = Address("broadcaster", "放送局", "https://broadcaster.example.jp/hook")


@dataclass(frozen=True)
class City:
    """Its three channels, by route."""

    smtp_port: int
    http_port: int
    made: list[PushEachChannel] = field(default_factory=list)

    @staticmethod
    def secret_of(destination_key: str) -> str:
        return secret_for(destination_key, MASTER)

    def mail(self, **changed: Any) -> MailChannel:
        server = MailServer("127.0.0.1", self.smtp_port)
        facts = {"server": server, "simulator": server, "sender": "oshirase@city.example.jp", "site": SITE}
        return MailChannel(**{**facts, "timeout_seconds": PATIENCE_SECONDS, **changed})

    def line(self, **changed: Any) -> LineChannel:
        web = f"http://127.0.0.1:{self.http_port}"
        facts = {"token": "token", "service": web, "simulator": web, "site": SITE}
        return LineChannel(**{**facts, "timeout_seconds": PATIENCE_SECONDS, **changed})

    def line_each(self, **changed: Any) -> LineEachChannel:
        web = f"http://127.0.0.1:{self.http_port}"
        facts = {"token": "token", "service": web, "simulator": web, "site": SITE, "pace": pace, "rounds": multicasts}
        facts["settings_page"] = f"{SITE}/subscriptions/"
        return LineEachChannel(**{**facts, "reply_seconds": PATIENCE_SECONDS, **changed})

    def push_each(self, **changed: Any) -> PushEachChannel:
        web = f"http://127.0.0.1:{self.http_port}"
        facts = {"private_key": PUSH_KEY, "contact": "mailto:bosai@city.example.jp", "simulator": web, "site": SITE}
        channel = PushEachChannel(**{"simulated": True, **facts, "reply_seconds": PATIENCE_SECONDS, **changed})
        self.made.append(channel)
        return channel

    def close(self) -> None:
        """Close what its channels keep open."""
        for channel in self.made:
            channel.close()

    def webhook(self, **changed: Any) -> WebhookChannel:
        web = f"http://127.0.0.1:{self.http_port}"
        facts = {"secret_of": self.secret_of, "simulator": web, "simulated": True, "site": SITE}
        return WebhookChannel(**{**facts, "timeout_seconds": PATIENCE_SECONDS, **changed})

    def route(self, name: str) -> tuple[Channel, Address]:
        return {"mail": (self.mail(), MAIL), "line": (self.line(), LINE), "webhook": (self.webhook(), WEBHOOK)}[name]


def fresh(**changed: Any) -> FrozenEdition:
    """An edition of this moment: LINE forgets its keys after a day."""
    at = now().replace(microsecond=0)
    return edition(**{"sent_at": at, "expires_at": at + timedelta(hours=6), **changed})


def send(channel: Channel, address: Address, what: FrozenEdition | None = None, *, key: str = "") -> Receipt:
    """One attempt, as the dispatcher makes it."""
    sent = what or fresh()
    parcel = channel.prepare(sent, address)
    return channel.send(parcel, sent, address, key=key or delivery_key(sent.identifier, address.key))
