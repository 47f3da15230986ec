"""What the ledger's tests start from: a city, two officers, destinations, and channels that do as they are told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from todoke.base.registry import Registry
from todoke.ground.people.models import Account
from todoke.ground.places.models import City
from todoke.shared.messaging.actions.release import Order
from todoke.shared.messaging.models import Destination, Edition
from todoke.shared.messaging.registry import (
    AreaGrain,
    Channel,
    ChannelFacts,
    DrillWay,
    MessageKind,
    ReceiptKind,
    Withdrawal,
)
from todoke.shared.messaging.types import (
    Address,
    Content,
    EditionKind,
    FrozenEdition,
    Mode,
    Parcel,
    Reach,
    Receipt,
    Wording,
)

NIGHT = datetime(2026, 8, 29, 18, 0, tzinfo=UTC)  # 3 o'clock in Japan
HOUR = timedelta(hours=1)
KIND = MessageKind("tests.alert", "試験のお知らせ", "emergency")

Answer = Callable[[Parcel, FrozenEdition, Address, str], Receipt]


@dataclass
class ObedientChannel:
    """A channel that answers as the test says and remembers what it was asked."""

    key: str
    answer: Answer = lambda parcel, edition, address, key: Receipt()
    idempotency_key: str | None = "key"
    timeout_seconds: float = 1
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def facts(self) -> ChannelFacts:
        return ChannelFacts(
            name=self.key,
            area_grain=AreaGrain.CITY,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key=self.idempotency_key,
            timeout_seconds=self.timeout_seconds,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        text = f"{edition.title()}\n{edition.content.wording(address.language).body}"
        return Parcel(body=text.encode(), preview=text)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        self.sent.append((edition.identifier, address.key, key))
        return self.answer(parcel, edition, address, key)

    def trouble_with(self, address: str) -> str | None:
        return None


def channels_of(*obedient: ObedientChannel) -> Registry[Channel]:
    """A registry of its own for one test."""
    registry: Registry[Channel] = Registry("tests.channels")
    for channel in obedient:
        registry.register(channel)
    return registry


def make_city() -> City:
    return City.objects.create(pk=1, name="試験市", code="999997", cap_sender="bosai@city.example.jp")


def make_officers() -> tuple[Account, Account]:
    return (
        Account.objects.create(login_name="sato", name="佐藤"),
        Account.objects.create(login_name="suzuki", name="鈴木"),
    )


def make_destination(key: str, channel: str = "tests.plain", **facts: object) -> Destination:
    return Destination.objects.create(**{"key": key, "channel": channel, "name": key, "address": key, **facts})


def some_content(body: str = "川の水が増えています。") -> Content:
    return Content(wordings=(Wording("ja", "避難指示", body, "警戒レベル4 避難指示"),), level=4)


def first(officers: tuple[Account, Account], *destinations: Destination, mode: Mode = Mode.ACTUAL) -> Order:
    """The order for a first edition, written by the first officer and approved by the second."""
    return Order(
        kind=EditionKind.FIRST,
        content=some_content(),
        destinations=destinations,
        expires_at=NIGHT + 6 * HOUR,
        author=officers[0],
        approver=officers[1],
        message_kind=KIND.key,
        mode=mode,
    )


def following(edition: Edition, kind: EditionKind, *destinations: Destination) -> Order:
    """The order for the next edition of the same message."""
    return Order(
        kind=kind,
        content=some_content("水は引きました。"),
        destinations=destinations,
        expires_at=NIGHT + 6 * HOUR,
        author=edition.author,
        approver=edition.approver,
        note="区域の誤り" if kind in (EditionKind.CORRECTION, EditionKind.CANCEL) else "",
        message=edition.message,
        after_number=edition.number,
    )


def reach(mode: Mode) -> dict[str, object]:
    """The facts of a destination that takes this mode."""
    return {"reach": Reach.PUBLIC} if mode is Mode.ACTUAL else {"reach": Reach.SIMULATOR}
