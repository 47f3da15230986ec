"""What a sheet of paper says: plain values, in the order of reading, from a frozen edition and nothing else.

Pure. What a template or a person wrote for paper (`Register.SHEET`) or for the ear (`Register.SPEECH`) is taken as it
stands; otherwise it is derived from title, levels, areas and body. A cancellation never repeats what it cancels.
"""

from dataclasses import dataclass
from datetime import datetime

from todoke.base.clock import in_japan
from todoke.shared.messaging.channels.clusters import characters, longest_start
from todoke.shared.messaging.channels.phrases import area_name, level_words, phrases_in
from todoke.shared.messaging.channels.wording import body_of, one_line
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Mode, Register
from todoke.shared.messaging.types.edition import MARKS

# What fits one page of A4 in letters that a FAX machine carries (12 points at 98 lines an inch), whatever the rest is.
BODY_MAX = 650
AREAS_MAX = 40
# About a minute aloud.
SPOKEN_MAX = 300


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
        blocks=_blocks(edition, language),
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


def _blocks(edition: FrozenEdition, language: str) -> tuple[LevelBlock, ...]:
    under: dict[tuple[int | None, str], list[AreaMark]] = {}
    for area in sorted(edition.content.areas, key=lambda area: -(area.level or 0)):
        under.setdefault((area.level, area.notice_in(language)), []).append(area)
    if not under:
        under[edition.content.level, ""] = []
    return tuple(_block(edition, language, level, notice, areas) for (level, notice), areas in under.items())


def _block(edition: FrozenEdition, language: str, level: int | None, notice: str, areas: list[AreaMark]) -> LevelBlock:
    phrases = phrases_in(language)
    official = LEVELS.get(level or 0)
    if official and not notice:
        notice = official.in_language(language).word
    words = level_words(level, notice, language)
    act = official.in_language(language).act if official else ""
    if edition.kind is EditionKind.CANCEL:
        words, act = phrases.cancelled.format(words) if words else "", ""
    names = tuple(area_name(area, language) for area in areas)
    in_force = official is not None and edition.kind is not EditionKind.CANCEL
    return LevelBlock(
        level=level,
        words=words,
        act=act,
        areas=names[:AREAS_MAX],
        areas_left=max(len(names) - AREAS_MAX, 0),
        ground=official.ground if official and in_force else "#FFFFFF",
        ink=official.ink if official and in_force else "#000000",
    )


# ---- for the ear ----------------------------------------------------------------------------------------------------

_MODE_SPOKEN = {Mode.EXERCISE: "これは訓練放送です。", Mode.TEST: "これは試験放送です。"}


def spoken(edition: FrozenEdition) -> tuple[str, ...]:
    """Sentences to be read aloud in Japanese, each short enough for one breath: who speaks, what, where, what to do."""
    mode = _MODE_SPOKEN.get(edition.mode, "")
    opening = f"こちらは、{edition.city}です。"
    said = edition.content.wording("ja").said_in(Register.SPEECH).strip()
    if said and edition.kind is not EditionKind.CANCEL:
        return tuple(line for line in (mode, *_sentences(said), mode) if line)
    lines = [mode, opening, phrases_in("ja").of_kind(edition.kind), *_reasons(edition), *_spoken_levels(edition)]
    if edition.kind is not EditionKind.CANCEL:
        short = " ".join(edition.content.wording("ja").short.split())
        kept = longest_start(short, max(SPOKEN_MAX - sum(map(characters, lines)), 0), characters)
        lines += _sentences(kept if kept == short else f"{kept.rpartition('。')[0]}。" if "。" in kept else kept)
    return tuple(line for line in (*lines, mode) if line)


def _reasons(edition: FrozenEdition) -> list[str]:
    note = edition.note.strip().rstrip("。")
    words = {EditionKind.CANCEL: "取り消しの理由は、", EditionKind.CORRECTION: "訂正した点は、"}.get(edition.kind)
    return [f"{words}{note}。"] if words and note else []


def _spoken_levels(edition: FrozenEdition) -> list[str]:
    said = []
    for block in _blocks(edition, "ja"):
        where = "、".join(block.areas[:8]) + (f"、ほか{len(block.areas) - 8}地域" if len(block.areas) > 8 else "")
        if where:
            said.append(f"対象は、{where}です。")
        if block.words:
            said.append(block.words.replace("　", "、").rstrip("。") + "。")
        if block.act:
            said.append(block.act.replace("！", "").rstrip("。") + "。")
    return said


def _sentences(text: str) -> list[str]:
    found = []
    for line in text.splitlines():
        pieces = line.strip().split("。")
        found += [f"{piece.strip()}。" for piece in pieces[:-1] if piece.strip()]
        found += [pieces[-1].strip()] if pieces[-1].strip() else []
    return found


def readings(edition: FrozenEdition) -> tuple[tuple[str, str, str], ...]:
    """Every area with its reading and its official words; a reading that nobody has entered is empty."""
    return tuple(
        (area.name, area.reading, level_words(area.level, area.notice, "ja")) for area in edition.content.areas
    )


def clock_words(moment: datetime) -> str:
    """An instant as it is said and written in Japan."""
    return phrases_in("ja").date.format(in_japan(moment))
