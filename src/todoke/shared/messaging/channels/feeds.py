"""The channel `messaging.feeds`: CAP files, Atom, JSON Feed and GeoJSON in the public folder."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings

from todoke.base.clock import now
from todoke.shared.messaging import grounds
from todoke.shared.messaging.cap import ARTEFACT, cap_of
from todoke.shared.messaging.channels.public_page import try_public
from todoke.shared.messaging.feeds import ENTRIES_MAX, FeedState, cap_name, feed_files
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.public_files import Upkeep, alerts_address, alerts_root, bring_about, locked, read
from todoke.shared.messaging.published import Published, Source, published_on
from todoke.shared.messaging.queries import artefact_bytes
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Mode, Parcel, Receipt, TryLater

KEY = "messaging.feeds"

_KEPT_CAPS_MAX = 500
_kept_caps: OrderedDict[str, bytes] = OrderedDict()


class FeedsChannel:
    """Writes the feeds anew from the ledger, and believes them only when it has read them back."""

    key = KEY
    facts = ChannelFacts(
        name="データ配信（CAP・Atom・JSON）",
        area_grain=AreaGrain.POLYGON,
        withdrawal=Withdrawal.REPLACES,
        receipt=ReceiptKind.READ_BACK,
        drill=DrillWay.BESIDE,
        # A file written twice is the same file.
        idempotency_key="file",
        quota=grounds.NO_QUOTA,
        legal_purpose=grounds.PUBLISHING,
        timeout_seconds=10,
        concurrency=1,
        lanes=frozenset({"emergency"}),
    )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The edition's CAP message: what the feeds point at."""
        del address
        message = cap_of(edition)
        return Parcel(body=message, preview=message.decode(), title=edition.title("ja"))

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Bring the feeds to what the ledger says now, and find this edition in them."""
        del parcel, address, key
        try:
            refresh(edition.mode, at=now())
        except OSError as trouble:
            raise TryLater(f"公開フォルダーに書き込めませんでした（{trouble.strerror or trouble}）。") from trouble
        root = alerts_root(edition.mode)
        frozen, feed = read(root / cap_name(edition.identifier)), read(root / "feed.json") or b""
        if frozen is None or edition.identifier.encode() not in feed:
            raise TryLater("書き込んだあとの確認で、この情報がデータ配信に見つかりませんでした。")
        return Receipt(confirmed=True, reference=cap_name(edition.identifier), says="読み返して確認しました。")

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """One way: the Atom feed, read as a stranger reads it."""
        del addresses
        return [Probe("", self.facts.name, lambda: try_public(feed_address(Mode.ACTUAL), b"</feed>"))]

    def trouble_with(self, address: str) -> str | None:
        """Nothing: the place is the city's own public folder, whatever the address says."""
        del address
        return None


def feed_address(mode: Mode) -> str:
    """Where the public reads the Atom feed of this mode."""
    return f"{alerts_address(settings.SITE_ADDRESS, mode)}feed.atom"


def cap_address(mode: Mode, identifier: str) -> str:
    """Where the public reads an edition's CAP message."""
    return f"{alerts_address(settings.SITE_ADDRESS, mode)}{cap_name(identifier)}"


def refresh(
    mode: Mode,
    *,
    at: datetime,
    source: Source | None = None,
    cap_bytes: Callable[[str], bytes | None] | None = None,
) -> list[str]:
    """Make the feeds of this mode what the ledger says at this moment, and name the files that had to be written.

    The ledger is read under the lock of the folder. Raises OSError (a full disk, FolderBusy).
    """
    root = alerts_root(mode)
    with locked(root):
        published = (source or _from_ledger)(mode, at)
        shown = {edition.identifier for edition in (*published.in_force, *published.recent[:ENTRIES_MAX])}
        caps = {identifier: (cap_bytes or _frozen_cap)(identifier) for identifier in sorted(shown)}
        city = published.city or next((edition.city for edition in published.recent), "")
        return bring_about(
            root,
            feed_files(
                FeedState(
                    mode=mode,
                    city=city,
                    site=settings.SITE_ADDRESS,
                    published=published,
                    caps={identifier: message for identifier, message in caps.items() if message is not None},
                )
            ),
        )


def _from_ledger(mode: Mode, at: datetime) -> Published:
    return published_on(KEY, mode, at)


def _frozen_cap(identifier: str) -> bytes | None:
    """The bytes made at release. They never change, so they are asked for once."""
    if identifier not in _kept_caps:
        message = artefact_bytes(identifier, ARTEFACT.name)
        if message is None:
            return None
        _kept_caps[identifier] = message
        while len(_kept_caps) > _KEPT_CAPS_MAX:
            _kept_caps.popitem(last=False)
    return _kept_caps[identifier]


COMPANION = Upkeep("messaging.feeds-upkeep", lambda mode: refresh(mode, at=now()))
