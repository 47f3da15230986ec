"""What a sheet of paper says: plain values, in the order of reading, from a frozen edition and nothing else.

Pure. Levels, places and what to do always stand in blocks of their own; what a template or a person wrote for paper
(`Register.SHEET`) takes the place of the body. A cancellation never repeats what it cancels.
"""

from dataclasses import dataclass

from todoke.base.clock import in_japan
from todoke.shared.messaging.channels.clusters import characters, longest_start
from todoke.shared.messaging.channels.matter import Group, Matter, matter_of
from todoke.shared.messaging.channels.phrases import area_name, level_words, phrases_in
from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.channels.wording import body_of, one_line
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Register
from todoke.shared.messaging.types.edition import MARKS

# What fits one page of A4 in letters that a FAX machine carries (12 points at 98 lines an inch), whatever the rest is.
BODY_MAX = 650
AREAS_MAX = 40


@dataclass(frozen=True)
class LevelBlock:
    """Areas under one level: number and official word together, what to do, and the colours of the official table."""

    level: int | None
    words: str
    act: str
    areas: tuple[str, ...]
    areas_left: int
    ground: str
    ink: str


@dataclass(frozen=True)
class Saying:
    """Everything that a sheet shows. `mark` stands on every edge: 【訓練】 or 【試験】, empty in earnest."""

    language: str
    mark: str
    title: str
    warning: str
    blocks: tuple[LevelBlock, ...]
    lines: tuple[str, ...]
    body: tuple[str, ...]
    sent: str
    until: str
    contact: str
    city: str
    page: str
    left_out: str


def saying_of(edition: FrozenEdition, language: str, site: str, *, body_max: int | None = None) -> Saying:
    """What a sheet in this language says. With `body_max`, the body ends there and says where it goes on."""
    phrases = phrases_in(language)
    page = read_on_at(site, edition, language)
    body, left_out = _body(edition, language), ""
    if body_max is not None and characters(body) > body_max:
        kept = longest_start(body, body_max, characters)
        left_out = f"本文の後ろ{characters(body) - characters(kept)}文字"
        body = kept + phrases.cut.format(page)
    note = phrases.of_note(edition.kind, edition.note)
    return Saying(
        language=language,
        mark=MARKS.get(language, MARKS["ja"]).get(edition.mode, "").strip(),
        title=one_line(edition.title(language)),
        warning=phrases.of_mode(edition.mode),
        blocks=_blocks(matter_of(edition, language)),
        lines=tuple(line for line in (phrases.of_kind(edition.kind), note) if line),
        body=tuple(line.strip() for line in body.splitlines() if line.strip()),
        sent=phrases.date.format(in_japan(edition.sent_at)),
        until=phrases.date.format(in_japan(edition.expires_at)),
        contact=edition.content.contact,
        city=edition.city,
        page=page,
        left_out=left_out,
    )


def _body(edition: FrozenEdition, language: str) -> str:
    if edition.kind is EditionKind.CANCEL:
        return ""
    return edition.content.wording(language).said_in(Register.SHEET).strip() or body_of(edition, language)


def _blocks(matter: Matter) -> tuple[LevelBlock, ...]:
    return tuple(_block(matter, group) for group in matter.groups)


def _block(matter: Matter, group: Group) -> LevelBlock:
    edition, language = matter.edition, matter.language
    official = LEVELS.get(group.level or 0)
    if group is matter.top:
        words, act = "" if matter.own_title else matter.headings[0], matter.actions[0]
    else:
        words = level_words(group.level, group.areas[0].notice_in(language), language)
        act = official.in_language(language).act if official else ""
    if edition.kind is EditionKind.CANCEL:
        # What takes it back stands in a line of its own; the words of the others are no order either.
        words, act = words if group is matter.top else phrases_in(language).cancelled.format(words), ""
    names = tuple(area_name(area, language) for area in group.areas) if edition.content.areas else ()
    in_force = official is not None and edition.kind is not EditionKind.CANCEL
    return LevelBlock(
        level=group.level,
        words=words,
        act=act,
        areas=names[:AREAS_MAX],
        areas_left=max(len(names) - AREAS_MAX, 0),
        ground=official.ground if official and in_force else "#FFFFFF",
        ink=official.ink if official and in_force else "#000000",
    )


# ---- for the ear ----------------------------------------------------------------------------------------------------


def spoken(edition: FrozenEdition) -> tuple[str, ...]:
    """Sentences to be read aloud in Japanese, each short enough for one breath: who speaks, what, where, what to do."""
    return tuple(in_register(edition, "ja", Register.SPEECH).text.splitlines())


def readings(edition: FrozenEdition) -> tuple[tuple[str, str, str], ...]:
    """Every area with its reading and its official words; a reading that nobody has entered is empty."""
    return tuple(
        (area.name, area.reading, level_words(area.level, area.notice, "ja")) for area in edition.content.areas
    )
