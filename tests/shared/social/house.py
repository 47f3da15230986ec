"""The house behind a channel, as a test wants it: a past, a doubt, a quota that says no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.shared.messaging.editions import SENT_AT
from todoke.shared.messaging.queries import Errand, PastReceipt
from todoke.shared.messaging.types import Address, FrozenEdition, Receipt

SITE = "https://bosai.city.example.jp"
X = Address("x", "防災X", "simulator:@aoba_bosai")
MASTODON = Address("mastodon", "防災Mastodon", "simulator:@bosai@social.city.example.jp")
FACEBOOK = Address("facebook", "防災Facebook", "simulator:page:100000000000001")
SLACK = Address("slack", "防災Slack", "simulator:slack:bosai")


@dataclass
class House:
    """Answers as it is told, and remembers what stands where, as the ledger would."""

    past: list[PastReceipt] = field(default_factory=list)
    doubtful: bool = False
    refuses: Exception | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)

    def secret(self, channel: str, account: str) -> Mapping[str, str]:
        return self.secrets

    def earlier(self, edition: FrozenEdition, destination_key: str) -> Sequence[PastReceipt]:
        return self.past

    def errand(self, key: str) -> Errand | None:
        return Errand("emergency", SENT_AT + timedelta(hours=24), self.doubtful)

    def allow(self, channel: str, account: str, edition: FrozenEdition, errand: Errand | None, *, key: str) -> None:
        if self.refuses:
            raise self.refuses

    def remember(self, edition: FrozenEdition, receipt: Receipt) -> None:
        self.past.insert(0, PastReceipt(edition.number, edition.kind, receipt.reference))


def send(channel, address: Address, edition: FrozenEdition, *, key: str = "key-1") -> Receipt:
    """One attempt, as the dispatcher makes it."""
    return channel.send(channel.prepare(edition, address), edition, address, key=key)
