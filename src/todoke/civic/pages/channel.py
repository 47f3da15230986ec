"""The channel `pages.site`: the city's public alert pages."""

from collections.abc import Sequence

from django.conf import settings

from todoke.civic.pages.actions import CHANNEL, refresh
from todoke.civic.pages.render import digest_of
from todoke.civic.pages.words import LANGUAGES
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.public_page import try_public
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.public_files import alerts_address, alerts_root, page_name, read
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Mode, Parcel, Receipt, TryLater


class SiteChannel:
    """Writes the pages anew from the ledger, and is content only when it has read its own words on disk."""

    key = CHANNEL
    facts = ChannelFacts(
        name="公開ページ",
        area_grain=AreaGrain.NEIGHBOURHOOD,
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
        looks=Looks.PAGE,
    )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The words of this edition as the page shows them, in the language of the address."""
        wording = edition.content.wording(address.language)
        areas = "、".join(area.name for area in edition.content.areas)
        parts = (edition.title(address.language), edition.note, areas, wording.body, edition.content.contact)
        text = "\n\n".join(part for part in parts if part)
        return Parcel(
            body=text.encode("utf-8", "replace"), preview=text, title=edition.title(address.language), left_out=""
        )

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Bring the pages to what the ledger says now, and find this edition's words in each language."""
        del parcel, address, key
        try:
            refresh(edition.mode)
        except OSError as trouble:
            raise TryLater(f"公開フォルダーに書き込めませんでした（{trouble.strerror or trouble}）。") from trouble
        for language in LANGUAGES:
            page = read(alerts_root(edition.mode) / edition.message_key / page_name(language)) or b""
            if f'data-digest="{digest_of(edition, language)}"'.encode() not in page:
                raise TryLater("書き込んだあとの確認で、この情報が公開ページに見つかりませんでした。")
        return Receipt(confirmed=True, reference=f"alerts/{edition.message_key}/", says="読み返して確認しました。")

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """One way: the list of what is in force, read as a stranger reads it."""
        del addresses
        address = alerts_address(settings.SITE_ADDRESS, Mode.ACTUAL)
        return [Probe("", self.facts.name, lambda: try_public(address, b"</html>"))]

    def trouble_with(self, address: str) -> str | None:
        """Nothing: the place is the city's own public folder, whatever the address says."""
        del address
        return None
