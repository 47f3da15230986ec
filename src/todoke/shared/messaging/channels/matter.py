"""What every register must say of an edition: what it is, where it holds, what to do. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from todoke.shared.messaging.channels.clusters import Measure
from todoke.shared.messaging.channels.phrases import (
    READ_JAPANESE_NAMES,
    area_name,
    level_words,
    phrases_in,
    tight_level_words,
)
from todoke.shared.messaging.channels.urgent import strangers_in
from todoke.shared.messaging.channels.wording import one_line
from todoke.shared.messaging.phrasebook import actions_for, book
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition

# Of a free text, so many sentences are read or heard beside what must be said.
SENTENCES_MAX = 3
_SENTENCE_ENDS = re.compile(r"(?<=[。！？।])|(?<=[.!?…])\s+|\n")
_FURIGANA = re.compile(r"（[ぁ-ゖー\s]+）")
# A spoken or written list of more names than this helps nobody.
NAMES_MAX = 30
ENDS = tuple("。．.!！?？।…")


@dataclass(frozen=True)
class Room:
    """How much there is, by whose counting (None: no limit), and what becomes of a text before it is counted.

    `narrow_set` says that not every character can be written there, `has_lines` that each thing said may have a line
    of its own. `behind` is what the channel puts after the text; it is counted along and never cut.
    """

    limit: int | None
    measure: Measure
    finish: Callable[[str], str]
    narrow_set: bool = False
    has_lines: bool = False
    behind: str = ""

    def takes(self, text: str) -> bool:
        """Whether the text, once finished, fits and can be written there."""
        return self.fits(text) and not (self.narrow_set and strangers_in(self.finish(text)))

    def fits(self, text: str) -> bool:
        """Whether there is room for the text and what stands behind it."""
        return self.limit is None or self.measure(self.whole(text)) <= self.limit

    def whole(self, text: str) -> str:
        """The text as it leaves."""
        return self.finish(text) + self.behind


@dataclass(frozen=True)
class Group:
    """The areas under one level and official word; `level` is None where there is none."""

    level: int | None
    notice: str
    areas: tuple[AreaMark, ...]


@dataclass(frozen=True)
class Matter:
    """The parts of one edition in one language.

    `headings` and `actions` go from the fullest to the tightest; each of them says all that must be said.
    `short_headings` are those of a title. `own_title` is true where no official word names the matter, so that the
    title of the edition stands for it, and may be cut.
    """

    edition: FrozenEdition
    language: str
    marks: str
    headings: tuple[str, ...]
    short_headings: tuple[str, ...]
    own_title: bool
    groups: tuple[Group, ...]
    actions: tuple[str, ...]

    def names(self, group: Group) -> list[str]:
        """What the areas of a group are called in this language."""
        return [one_line(area_name(area, self.language)) for area in group.areas]

    @property
    def city(self) -> str:
        """What the city is called in this language, as far as the edition says it."""
        romanised = self.edition.content.facts.get("city_en", "")
        return self.edition.city if self.language in READ_JAPANESE_NAMES else romanised or self.edition.city

    @property
    def why(self) -> str:
        """Why it is taken back, or what was corrected; nothing in other editions."""
        return phrases_in(self.language).of_note(self.edition.kind, one_line(self.edition.note))

    @property
    def told(self) -> tuple[str, ...]:
        """The first sentences of what was written in this language where only its writer can say what it is about.

        Nothing where an official word names the matter: heading and action say all of it, and better. Nothing in a
        cancellation either, which carries the cancelled words along.
        """
        own = next((one for one in self.edition.content.wordings if one.language == self.language), None)
        if own is None or not self.own_title or self.edition.kind is EditionKind.CANCEL:
            return ()
        said = plain(own.title)
        return tuple(one for one in sentences_of(own.short or own.body) if plain(one).rstrip("。.") != said)[
            :SENTENCES_MAX
        ]

    @property
    def is_lifting(self) -> bool:
        """Whether the whole of it says that something is over."""
        return is_lifting(self.edition)

    @property
    def top(self) -> Group:
        """The group of the highest level; without areas it is the whole city."""
        return self.groups[0]


def matter_of(edition: FrozenEdition, language: str) -> Matter:
    """Read the parts out of an edition."""
    words = _official_headings(edition, language)
    title = one_line(edition.content.wording(language).title)
    taken_back = phrases_in(language).cancelled.format
    is_cancelled = edition.kind is EditionKind.CANCEL
    headings = words or (title,)
    return Matter(
        edition=edition,
        language=language,
        marks=edition.marks(language),
        headings=tuple(taken_back(each) for each in headings) if is_cancelled else headings,
        # A title says by its mark that it takes something back.
        short_headings=headings,
        own_title=not words,
        groups=groups_of(edition),
        actions=_actions(edition, language),
    )


def groups_of(edition: FrozenEdition) -> tuple[Group, ...]:
    """The areas by level and official word, highest first; the whole city where the edition names no area."""
    if not edition.content.areas:
        city = AreaMark(key="", name=edition.city, level=edition.content.level)
        return (Group(edition.content.level, "", (city,) if edition.city else ()),)
    under: dict[tuple[int | None, str], list[AreaMark]] = {}
    for area in sorted(edition.content.areas, key=lambda area: (is_lifted(area), -(area.level or 0))):
        under.setdefault((area.level, area.notice), []).append(area)
    return tuple(Group(level, notice, tuple(areas)) for (level, notice), areas in under.items())


def is_lifted(area: AreaMark) -> bool:
    """Whether the edition says that it is over in this area."""
    return area.level is None and area.notice == "解除"


def is_lifting(edition: FrozenEdition) -> bool:
    """Whether the whole edition says that something is over."""
    areas = edition.content.areas
    return edition.content.facts.get("lifted") == "yes" or (bool(areas) and all(is_lifted(area) for area in areas))


def lifted_of(edition: FrozenEdition) -> list[tuple[int | None, str]]:
    """What a lifting lifts, as levels and official words; nothing where the sender did not say it for machines."""
    found: list[tuple[int | None, str]] = []
    for one in edition.content.facts.get("lifted_levels", "").split(","):
        number, _colon, word = one.partition(":")
        if word:
            found.append((int(number) if number.isdigit() else None, word))
    return found


def _official_headings(edition: FrozenEdition, language: str) -> tuple[str, ...]:
    """What names the matter officially, the fullest form first; nothing where no official word does."""
    phrases, said = phrases_in(language), book(language)
    if is_lifting(edition):
        lifted = lifted_of(edition)
        full = phrases.comma.join(level_words(level, word, language) for level, word in lifted)
        compact = phrases.comma.join(tight_level_words(level, word, language) for level, word in lifted)
        kind, done = said.find(f"kind.{edition.content.facts.get('kind', '')}"), said.notice("解除")
        # 「解除：解除」 would say nothing twice.
        over = [each for each in (full, compact) if each] or [each for each in (kind,) if each and each != done]
        return tuple(dict.fromkeys(map(phrases.lifted.format, over))) or (done,)
    top = groups_of(edition)[0]
    notice = top.areas[0].notice_in(language) if top.areas else ""
    level = top.level or edition.content.level
    full = level_words(level, notice, language)
    if not full:
        return ()
    words: tuple[str, ...] = (full, tight_level_words(level, notice, language) if notice else full)
    hazard = said.find(f"hazard.{edition.content.facts.get('hazard', '')}")
    if hazard and edition.content.facts.get("kind") == "evacuation":
        words = (f"{full}（{hazard}）" if phrases.comma == "、" else f"{full} ({hazard})", *words)
    return tuple(dict.fromkeys(words))


def _actions(edition: FrozenEdition, language: str) -> tuple[str, ...]:
    if edition.kind is EditionKind.CANCEL:
        return (phrases_in(language).cancel,)
    facts, top = edition.content.facts, groups_of(edition)[0]
    return actions_for(
        language,
        kind=facts.get("kind", ""),
        hazard=facts.get("hazard", ""),
        level=top.level,
        notice=top.notice,
        lifted=is_lifting(edition),
    )


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each on one line."""
    return [one for piece in _SENTENCE_ENDS.split(text) if (one := one_line(piece or ""))]


def flowing(sentences: Iterable[str], stop: str) -> str:
    """The sentences one after the other, each ended by the language's own stop where it has no end of its own."""
    ended = [one if one.endswith(ENDS) else one + stop for one in sentences if one]
    # Japanese and Chinese put no space between sentences; a stop that has one brings its own.
    return "".join(each if each.endswith(" ") or stop == "。" else each + " " for each in ended).strip()


def without_furigana(text: str) -> str:
    """The text without readings in brackets: 避難指示（ひなん しじ） becomes 避難指示."""
    return _FURIGANA.sub("", text)


def plain(text: str) -> str:
    """The text as it is compared: one width, no readings, no blanks."""
    return re.sub(r"\s+", "", without_furigana(unicodedata.normalize("NFKC", without_furigana(text))))
