"""How an edition would look on every channel, as its reader will meet it: for who writes and who approves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from todoke.shared.messaging.channels.matter import plain
from todoke.shared.messaging.channels.mendable import trouble_with_own
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.registry import AreaGrain, Channel, Looks, MassChannel, audiences, channels
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Register


@dataclass(frozen=True)
class OwnText:
    """What became of a text that was written for a register: whether this channel says it, and if not, why."""

    register: Register
    is_used: bool
    trouble: str = ""


@dataclass(frozen=True)
class Rendering:
    """How one channel shows an edition in one language; `trouble` says why it cannot, `left_out` what it cuts.

    `looks` picks the frame in which it is drawn, `registers` are those it is made from, and `own` says of each text
    that somebody wrote for one of them whether it is used.
    """

    channel: str
    language: str
    places: tuple[str, ...]
    title: str = ""
    text: str = ""
    left_out: str = ""
    trouble: str = ""
    title_max: int | None = None
    body_max: int | None = None
    withdrawal: str = ""
    looks: Looks = Looks.TEXT
    registers: tuple[Register, ...] = ()
    says_short: bool = False
    own: tuple[OwnText, ...] = ()

    @property
    def title_length(self) -> int:
        """Characters of the title."""
        return len(self.title)

    @property
    def text_length(self) -> int:
        """Characters of the text."""
        return len(self.text)

    @property
    def below_title(self) -> str:
        """The text without the title, where it begins with it: a telephone shows that line bold, and once."""
        return self.text.removeprefix(self.title).lstrip("\n") if self.title else self.text


def renderings_of(edition: FrozenEdition, places: Sequence[Destination]) -> list[Rendering]:
    """Every channel's own wording of this edition, one for each language in which it has readers there.

    Behind an audience there are readers of every language in which the edition speaks. What looks alike stands
    together, what people see first comes first, Japanese before the others; data for machines comes last.
    """
    spoken = [wording.language for wording in edition.content.wordings]
    groups: dict[tuple[str, str], list[Destination]] = {}
    for place in places:
        for language in spoken if audiences.find(place.address) is not None else (place.language,):
            groups.setdefault((place.channel, language), []).append(place)
    return [
        _rendering(edition, key, language, members)
        for (key, language), members in sorted(groups.items(), key=lambda group: _reading_order(*group[0]))
    ]


def without_own(edition: FrozenEdition, language: str, register: Register) -> FrozenEdition:
    """The edition as if nobody had written anything for this register in this language."""
    wordings = tuple(
        replace(one, registers={key: text for key, text in one.registers.items() if key != register})
        if one.language == language
        else one
        for one in edition.content.wordings
    )
    return replace(edition, content=replace(edition.content, wordings=wordings))


def _reading_order(key: str, language: str) -> tuple[bool, int, str, int]:
    channel = channels.find(key)
    for_machines = channel is not None and channel.facts.area_grain is AreaGrain.POLYGON
    looks = channel.facts.looks if channel is not None else Looks.TEXT
    place = LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)
    return for_machines, list(Looks).index(looks), key, place


def _rendering(edition: FrozenEdition, key: str, language: str, members: Sequence[Destination]) -> Rendering:
    names = tuple(place.name for place in members)
    channel = channels.find(key)
    if channel is None:
        return Rendering(key, language, names, trouble="この経路は、いま使えません。")
    facts, first = channel.facts, members[0]
    address = Address(first.key, first.name, first.address, language)
    empty = Rendering(
        str(facts.name),
        language,
        names,
        title_max=facts.title_max,
        body_max=facts.body_max,
        withdrawal=str(facts.withdrawal),
        looks=facts.looks,
        registers=facts.registers,
        says_short=facts.says_short,
    )
    try:
        parcel = channel.prepare(edition, address)
    except Never as refusal:
        return replace(empty, trouble=refusal.says)
    own = tuple(_own_text(edition, channel, address, register, parcel) for register in _written_for(edition, empty))
    return replace(empty, title=parcel.title, text=parcel.preview, left_out=parcel.left_out, own=own)


def _written_for(edition: FrozenEdition, rendering: Rendering) -> list[Register]:
    own = next((one for one in edition.content.wordings if one.language == rendering.language), None)
    return [register for register in rendering.registers if own is not None and own.said_in(register).strip()]


def _own_text(
    edition: FrozenEdition, channel: Channel | MassChannel, address: Address, register: Register, parcel: Parcel
) -> OwnText:
    """Whether the text is used: what the channel says with it is not what it would say without it, or is it already."""
    without = without_own(edition, address.language, register)
    try:
        made = channel.prepare(without, address)
    except Never:
        return OwnText(register, is_used=True)
    written = edition.content.wording(address.language).said_in(register)
    said = plain(f"{parcel.title}\n{parcel.preview}")
    if plain(f"{made.title}\n{made.preview}") != said or plain(written) in said:
        return OwnText(register, is_used=True)
    trouble = parcel.left_out.removesuffix(made.left_out).rstrip("、")
    return OwnText(
        register, is_used=False, trouble=trouble or trouble_with_own(edition, without, address.language, register)
    )
