"""One edition as a post: a short text that stands alone, and that loses neither level, place nor action.

Pure: the same edition, language and site give the same text, always.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from todoke.base.clock import in_japan
from todoke.shared.messaging.channels.clusters import Measure, clusters
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.wording import NOT_REPEATED, areas_by_level, highest_level, one_line
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Mode, Never, Register

# So many names are read at a glance; the page behind the link has them all.
NAMES_SHOWN_MAX = 12


@dataclass(frozen=True)
class Post:
    """A post that fits, and in words what was left out of it."""

    text: str
    left_out: str = ""


@dataclass(frozen=True)
class _Try:
    """One way to say it, from the fullest to the shortest: how many names each level shows, and what else is told."""

    names: int
    reason: bool
    sentence: bool
    detail: str
    left_out: tuple[str, ...]


def make_post(edition: FrozenEdition, language: str, site: str, limit: int, measure: Measure) -> Post:
    """The post within `limit`, as `measure` counts whole texts; what somebody wrote for posts goes before what we make.

    Never cut: the marks of a drill, a correction and a cancellation, every level with its word and at least one place,
    what people are to do, the time, the link. Raises `Never` where not even that fits.
    """
    written = one_written(edition, language)
    if written:
        whole = "\n".join((written, *_end(edition, language, site)))
        if measure(whole) <= limit:
            return Post(whole)
    too_long = ("投稿用に書かれた文（長すぎるため）",) if written else ()
    title = one_line(edition.content.wording(language).title)
    attempt = None
    for attempt in _tries(edition, language):
        text = _compose(edition, language, site, attempt, title)
        if measure(text) <= limit:
            return Post(text, "、".join((*too_long, *attempt.left_out)))
    if attempt and _is_named_by_title(edition):
        shortest = attempt
        kept = longest_that_fits(
            title, limit, lambda start: measure(_compose(edition, language, site, shortest, f"{start}…"))
        )
        if kept:
            text = _compose(edition, language, site, shortest, f"{kept}…")
            return Post(text, "、".join((*too_long, "題名の後ろの部分", *shortest.left_out)))
    raise Never(f"警戒レベルと地域と行動だけで、投稿の上限（{limit}）を超えます。投稿用の文を短く書いてください。")


def one_written(edition: FrozenEdition, language: str) -> str:
    """What was written for posts in this language, with the marks in front of it; nothing in a cancellation.

    Whoever reads 「全員避難」 once more, under whatever heading, acts on it.
    """
    written = edition.content.wording(language).said_in(Register.POST).strip()
    if not written or edition.kind is EditionKind.CANCEL:
        return ""
    marks = edition.marks(language)
    # Somebody may have written the mark by hand; the system's own stands in any case, and once.
    return f"{marks}{written.removeprefix(marks)}{_reason(edition, language)}"


def _reason(edition: FrozenEdition, language: str) -> str:
    told = phrases_in(language).of_note(edition.kind, one_line(edition.note))
    return f"\n{told}" if told else ""


def _tries(edition: FrozenEdition, language: str) -> Iterator[_Try]:
    """From the fullest to the shortest."""
    detail = ""
    if edition.kind is not EditionKind.CANCEL:
        wording = edition.content.wording(language)
        detail = one_line(wording.short or wording.body)
    longest = max((len(names) for names in areas_by_level(edition, language).values()), default=1)
    most = min(max(longest, 1), NAMES_SHOWN_MAX)
    told = ("取り消したお知らせの本文",) if edition.kind is EditionKind.CANCEL else ()
    yield _Try(most, reason=True, sentence=True, detail=detail, left_out=(NOT_REPEATED,) if told else ())
    short = () if told else ("本文",)
    yield _Try(most, reason=True, sentence=True, detail="", left_out=short)
    for names in range(most - 1, 0, -1):
        yield _Try(names, reason=True, sentence=True, detail="", left_out=(*short, "地域の一部"))
    short = (*short, "地域の一部") if longest > 1 else short
    plain = edition.mode is Mode.ACTUAL and edition.kind in (EditionKind.FIRST, EditionKind.UPDATE)
    if not plain:
        short = (*short, "訓練・訂正・取消の説明文")
        yield _Try(1, reason=True, sentence=False, detail="", left_out=short)
        yield _Try(1, reason=False, sentence=False, detail="", left_out=(*short, "訂正・取消の理由"))


def _compose(edition: FrozenEdition, language: str, site: str, attempt: _Try, title: str) -> str:
    phrases = phrases_in(language)
    said = _levels(edition, language, attempt.names)
    if _is_named_by_title(edition):
        said.insert(0, title)
    if edition.kind is EditionKind.CANCEL:
        said = [phrases.cancelled.format(phrases.comma.join(said))]
    lines = [f"{edition.marks(language)}{said[0]}", *said[1:], action(edition, language)]
    if attempt.sentence:
        lines += [phrases.of_mode(edition.mode), phrases.of_kind(edition.kind)]
    if attempt.reason:
        lines.append(_reason(edition, language).strip())
    if attempt.detail not in ("", *lines):
        lines.append(attempt.detail)
    return "\n".join(line for line in (*lines, *_end(edition, language, site)) if line)


def _is_named_by_title(edition: FrozenEdition) -> bool:
    """Whether the title alone says what it is about: no area has a level or an official word."""
    return not any(area.level or area.notice for area in edition.content.areas)


def _levels(edition: FrozenEdition, language: str, names: int) -> list[str]:
    """One line for each level: its words, the first places, and how many more there are."""
    phrases = phrases_in(language)
    under = areas_by_level(edition, language)
    lines = [] if any(under) or not edition.content.level else [highest_level(edition, language)]
    for words, places in under.items():
        shown = [one_line(place) for place in places[:names]]
        if len(places) > len(shown):
            shown.append(phrases.other_areas.format(len(places) - len(shown)))
        listed = phrases.comma.join(shown)
        colon = "：" if phrases.comma == "、" else ": "
        lines.append(f"{words}{colon}{listed}" if words else phrases.areas.format(listed))
    return lines


def action(edition: FrozenEdition, language: str) -> str:
    """What people do at the highest level, in the official words; nothing where an alert is lifted or cancelled."""
    level = edition.content.level
    if not level or edition.kind is EditionKind.CANCEL or edition.content.facts.get("lifted") == "yes":
        return ""
    known = LEVELS.get(level)
    return known.in_language(language).act if known else ""


def _end(edition: FrozenEdition, language: str, site: str) -> tuple[str, str]:
    # The instant also keeps two editions apart that say the same: X refuses a text that it has already.
    at = in_japan(edition.sent_at)
    return f"{at.month}/{at.day} {at.hour}:{at.minute:02} {edition.city}", read_on_at(site, edition, language)


def longest_that_fits(text: str, limit: int, weigh: Callable[[str], int]) -> str:
    """The longest start of the text, in whole characters, with which the whole weighs at most `limit`."""
    parts = clusters(text)
    low, high = 0, len(parts)
    while low < high:
        middle = (low + high + 1) // 2
        if weigh("".join(parts[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    return "".join(parts[:low])
