"""How each channel would show a notice, as its reader will see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from todoke.civic.notices.queries.reach import channel_name
from todoke.civic.notices.rules.content import LANGUAGES
from todoke.civic.notices.rules.rights import SUBSCRIBERS
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Address, FrozenEdition, Never


@dataclass(frozen=True)
class Rendering:
    """One channel's wording in one language; `trouble` says why it cannot carry the notice, `left_out` what it cuts."""

    channel: str
    language: str
    places: tuple[str, ...]
    title: str = ""
    text: str = ""
    left_out: str = ""
    trouble: str = ""
    title_max: int | None = None
    body_max: int | None = None


def renderings_of(edition: FrozenEdition, places: Sequence[Destination]) -> list[Rendering]:
    """Every channel's own wording, one for each language in which it has readers; subscribers read all that is said."""
    spoken = [wording.language for wording in edition.content.wordings]
    groups: dict[tuple[str, str], list[Destination]] = {}
    for place in places:
        for language in spoken if place.address == SUBSCRIBERS else [place.language]:
            groups.setdefault((place.channel, language), []).append(place)
    order = {language: number for number, language in enumerate(LANGUAGES)}
    return [
        _rendering(edition, key, language, members)
        for (key, language), members in sorted(groups.items(), key=lambda item: (item[0][0], order.get(item[0][1], 9)))
    ]


def _rendering(edition: FrozenEdition, key: str, language: str, members: Sequence[Destination]) -> Rendering:
    names = tuple(place.name for place in members)
    channel = channels.find(key)
    if channel is None:
        return Rendering(key, language, names, trouble="この経路は、いま使えません。")
    first = members[0]
    try:
        parcel = channel.prepare(edition, Address(first.key, first.name, first.address, language))
    except Never as refusal:
        return Rendering(channel_name(key), language, names, trouble=refusal.says)
    return Rendering(
        channel_name(key),
        language,
        names,
        parcel.title,
        parcel.preview,
        parcel.left_out,
        title_max=channel.facts.title_max,
        body_max=channel.facts.body_max,
    )
