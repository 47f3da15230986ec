"""Four channels that behave as badly as real ones, for tests and for rehearsing what staff see."""

import time

from todoke.shared.messaging.registry import AreaGrain, Channel, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, TryLater


class DemoChannel:
    """What the four have in common: the title as the parcel. This one succeeds at once."""

    key = "messaging.demo-succeeds"
    name = "見本：成功する"

    def __init__(self, *, idempotency_key: str | None = "demo") -> None:
        self.facts = ChannelFacts(
            name=self.name,
            area_grain=AreaGrain.CITY,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key=idempotency_key,
            timeout_seconds=2,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The marked title."""
        title = edition.title(address.language)
        return Parcel(body=title.encode(), preview=title, title=title)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - the contract's parameters
        """Succeed."""
        return Receipt(reference=key, says="見本のチャンネルが受け付けました")

    def trouble_with(self, address: str) -> str | None:  # noqa: ARG002 - every address will do
        """Nothing is wrong with any address."""
        return None


class FailingChannel(DemoChannel):
    """Refuses politely, as its address says: `never`, `later`, `later:30` (asks for 30 seconds), `unclear`."""

    key = "messaging.demo-fails"
    name = "見本：断る"

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - the contract's parameters
        """Refuse."""
        word, _colon, seconds = address.address.partition(":")
        if word == "later":
            asked = float(seconds) if seconds else None
            raise TryLater("見本のチャンネルが、いまは受け取れないと答えました。", after_seconds=asked)
        if word == "unclear":
            raise TryLater("見本のチャンネルから返事がありません。", may_have_left=True)
        raise Never("見本のチャンネルが断りました。")


class HangingChannel(DemoChannel):
    """Keeps no deadline: sleeps for as many seconds as its address says, and then succeeds."""

    key = "messaging.demo-hangs"
    name = "見本：返事をしない"

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Sleep."""
        time.sleep(float(address.address))
        return super().send(parcel, edition, address, key=key)


class ExplodingChannel(DemoChannel):
    """Breaks the contract: raises what no channel may raise."""

    key = "messaging.demo-explodes"
    name = "見本：壊れている"

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - the contract's parameters
        """Explode."""
        raise RuntimeError("the demo channel explodes")


def demo_channels() -> tuple[Channel, ...]:
    """The four, fresh; for tests' own registries, and for the shared one where all services are simulators."""
    return (DemoChannel(), FailingChannel(), HangingChannel(), ExplodingChannel())
