"""People who carry paper: the channel by which shelters, notice boards and community halls are destinations.

Nothing leaves by wire. The programme makes the sheet and keeps the list; that it hangs there is ticked by a person.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from todoke.base.press.fonts import NoJapaneseFont
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.channels.wording import areas_by_level, essentials
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, Register
from todoke.shared.paper.papers import Place, poster
from todoke.shared.paper.press import CannotPrint
from todoke.shared.paper.saying import BODY_MAX, saying_of

KEY = "paper.courier"


class CourierChannel:
    """The channel `paper.courier`: a poster that somebody takes there, and a line on the list of places."""

    key = KEY

    def __init__(self, *, site: str) -> None:
        self.site = site
        self.facts = ChannelFacts(
            name="紙の配達・掲示",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.PERSON,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key="配達・掲示の一覧の行",
            quota=grounds.BY_HAND,
            legal_purpose=grounds.CARRIED_BY_PEOPLE,
            body_max=BODY_MAX,
            concurrency=1,
            looks=Looks.SHEET,
            registers=(Register.SHEET,),
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The poster in the destination's language, as PDF."""
        saying = saying_of(edition, address.language, self.site, body_max=BODY_MAX)
        try:
            body = poster(edition, site=self.site, language=address.language)
        except (CannotPrint, NoJapaneseFont) as trouble:
            raise Never(str(trouble.says)) from trouble
        shown = [*essentials(edition, address.language), *_areas(edition, address.language), "", *saying.body]
        return Parcel(body=body, preview="\n".join(shown), title=saying.title, left_out=saying.left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - the delivery itself is the line on the list
        """Nothing leaves: the place now stands on the list, until somebody ticks it."""
        return Receipt(confirmed=False, reference=key, says="配達・掲示の一覧に載せました")

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with where the paper goes, or None."""
        if not bare(address).strip() or len(bare(address)) > 200:
            return _("どこへ届けるかを、200文字までで書いてください（例 玄関の掲示板、館長へ）。")
        return None


def _areas(edition: FrozenEdition, language: str) -> list[str]:
    return [f"{words} {'、'.join(names)}".strip() for words, names in areas_by_level(edition, language).items()]


def places_from(rows: Iterable[tuple[str, str]], *, is_drill: bool) -> list[Place]:
    """The places of a list of names and addresses: in a drill those that play along, in earnest the others."""
    return [Place(name, bare(address)) for name, address in rows if is_simulated(address) == is_drill]
