"""The channel `notices.page`: the page of ordinary notices, made from the ledger each time it is opened."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from todoke.civic.notices.queries.public import published_editions
from todoke.civic.notices.rules.rights import LANE, PAGE_CHANNEL
from todoke.shared.messaging import grounds
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, EditionKind, FrozenEdition, Parcel, Receipt, TryLater


class PageChannel:
    """Nothing leaves the house: the page reads the ledger, and this says when the notice can be found on it."""

    key = PAGE_CHANNEL
    facts = ChannelFacts(
        name=_("ホームページ（お知らせ）"),
        area_grain=AreaGrain.NEIGHBOURHOOD,
        withdrawal=Withdrawal.REPLACES,
        receipt=ReceiptKind.ACCEPTED,
        drill=DrillWay.BESIDE,
        # Looked up twice, it is the same notice.
        idempotency_key="edition",
        quota=grounds.NO_QUOTA,
        legal_purpose=grounds.NOTICES,
        timeout_seconds=5,
        concurrency=1,
        lanes=frozenset({LANE}),
        looks=Looks.PAGE,
    )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The words of this edition as the page shows them."""
        wording = edition.content.wording(address.language)
        body = "" if edition.kind == EditionKind.CANCEL else wording.body
        areas = "、".join(area.name for area in edition.content.areas)
        parts = (edition.note, areas, body, edition.content.contact)
        text = "\n\n".join(part for part in parts if part)
        return Parcel(body=text.encode("utf-8", "replace"), preview=text, title=edition.title(address.language))

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Find the edition where the page looks for it."""
        del parcel, address, key
        if edition.identifier not in {each.identifier for each in published_editions(UUID(edition.message_key))}:
            raise TryLater("お知らせのページに、この版がまだ見つかりません。")
        return Receipt(reference=f"notices/{edition.message_key}/", says="お知らせのページに載っています。")

    def trouble_with(self, address: str) -> str | None:
        """Nothing: the place is the city's own page, whatever the address says."""
        del address
        return None
