"""One edition as plain text: what must be read first, what may be cut, and a fit into whatever room there is.

Pure: the same edition, language and site give the same text, always.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from todoke.base.clock import in_japan
from todoke.shared.messaging.channels.clusters import Measure, characters, longest_start
from todoke.shared.messaging.channels.phrases import area_name, level_words, phrases_in, tight_level_words
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Never
from todoke.shared.messaging.types.content import DEFAULT_LANGUAGE

Made = TypeVar("Made")

# A list of ninety districts helps nobody on a telephone; the page behind the address has them all.
AREAS_SHOWN_MAX = 30
NOT_REPEATED = "取り消したお知らせの本文（もう一度載せると、まだ有効だと読まれるため）"


@dataclass(frozen=True)
class Fitted:
    """A text that fits, and in words what did not.

    `reading` is the same text for a voice, names of places in kana; only the register of speech has one.
    """

    text: str
    left_out: str = ""
    reading: str = ""


def fit_title(edition: FrozenEdition, language: str, limit: int, measure: Measure = characters) -> Fitted:
    """The title with its marks within the limit. When it must be cut, the level and its official word come first."""
    title = one_line(edition.title(language))
    if measure(title) <= limit:
        return Fitted(title)
    marks = edition.marks(language)
    wanted = highest_level(edition, language)
    own = one_line(edition.content.wording(language).title)
    start = longest_start(marks + own, limit - measure("…"), measure)
    for words in (wanted, tight_level(edition, language)):
        if not words or words in start:
            return Fitted(start + "…", "題名の後ろの部分")
        start = longest_start(f"{marks}{words} {own}", limit - measure("…"), measure)
        if words in start:
            return Fitted(start + "…", "題名の後ろの部分")
    raise Never(f"題名が{limit}文字に収まりません。「{wanted}」を切らずに入れられません。")


def in_each_language(edition: FrozenEdition, make: Callable[[str], Made]) -> dict[str, Made]:
    """What `make` gives for each language of the edition, for the copies of many readers.

    A language in which level and word do not fit is left out, and its readers get the Japanese one: one language never
    keeps the others waiting. Raises Never where not even the Japanese one fits.
    """
    made = {DEFAULT_LANGUAGE: make(DEFAULT_LANGUAGE)}
    for language in sorted({wording.language for wording in edition.content.wordings} - {DEFAULT_LANGUAGE}):
        with suppress(Never):
            made[language] = make(language)
    return made


def one_line(text: str) -> str:
    """The text without line breaks: a title is one line, and a header of a mail must be."""
    return " ".join(text.splitlines()).strip()


def highest_level(edition: FrozenEdition, language: str) -> str:
    """The highest 警戒レベル of the edition with its official word; the word alone, or nothing, where there is none."""
    areas = sorted(edition.content.areas, key=lambda area: -(area.level or 0))
    for area in areas:
        if area.level or area.notice:
            return level_words(area.level, area.notice_in(language), language)
    return level_words(edition.content.level, "", language)


def tight_level(edition: FrozenEdition, language: str) -> str:
    """The same in its tightest form, レベル4避難指示, for where the full one has no room."""
    areas = sorted(edition.content.areas, key=lambda area: -(area.level or 0))
    top = next((area for area in areas if area.level or area.notice), None)
    return tight_level_words(top.level, top.notice_in(language), language) if top else ""


def areas_by_level(edition: FrozenEdition, language: str) -> dict[str, list[str]]:
    """The names of the areas under each level with its official word, highest level first."""
    under: dict[str, list[str]] = {}
    for area in sorted(edition.content.areas, key=lambda area: -(area.level or 0)):
        words = level_words(area.level, area.notice_in(language), language)
        under.setdefault(words, []).append(area_name(area, language))
    return under


def level_holds(edition: FrozenEdition) -> bool:
    """Whether the level asks for something now: not when it was cancelled, or lifted everywhere."""
    if edition.kind is EditionKind.CANCEL or not edition.content.level:
        return False
    highest = [area for area in edition.content.areas if area.level == edition.content.level]
    if highest:
        return any("解除" not in area.notice for area in highest)
    return "AllClear" not in edition.content.cap.response_type


def essentials(edition: FrozenEdition, language: str) -> list[str]:
    """The lines that are never cut: title with marks, drill sentence, what is taken back, levels and official words."""
    phrases = phrases_in(language)
    words = phrases.comma.join(word for word in areas_by_level(edition, language) if word)
    words = words or level_words(edition.content.level, "", language)
    if words and edition.kind is EditionKind.CANCEL:
        words = phrases.cancelled.format(words)
    lines = [one_line(edition.title(language)), phrases.of_mode(edition.mode), phrases.of_kind(edition.kind), words]
    return [line for line in lines if line]


def body_of(edition: FrozenEdition, language: str) -> str:
    """The body; nothing in a cancellation.

    What is cancelled was an order to act, and a cancellation carries its text along: whoever reads or hears
    「全員避難してください」 once more, under whatever heading, acts on it.
    """
    return "" if edition.kind is EditionKind.CANCEL else edition.content.wording(language).body.strip()


def area_lines(edition: FrozenEdition, language: str) -> list[str]:
    """One line for each level with its areas; a single line `対象地域：…` where there is one level or none."""
    phrases = phrases_in(language)
    under = areas_by_level(edition, language)
    lines = []
    for words, names in under.items():
        shown = names[:AREAS_SHOWN_MAX]
        if len(names) > len(shown):
            shown.append(phrases.other_areas.format(len(names) - AREAS_SHOWN_MAX))
        listed = phrases.comma.join(shown)
        is_alone = len(under) == 1 or not words
        lines.append(phrases.areas.format(listed) if is_alone else f"{words}{phrases.colon}{listed}")
    return lines


def signature(edition: FrozenEdition, language: str, site: str) -> list[str]:
    """The last lines: whom to ask, where to read on, who sent it and when, by a Japanese clock."""
    phrases = phrases_in(language)
    at = phrases.date.format(in_japan(edition.sent_at))
    contact = edition.content.contact
    return [
        *([phrases.contact.format(contact)] if contact else []),
        phrases.more.format(read_on_at(site, edition, language)),
        phrases.sent.format(city=edition.city, at=at),
    ]


def fit_text(edition: FrozenEdition, language: str, site: str, limit: int | None, measure: Measure) -> Fitted:
    """The whole text, within the limit if there is one.

    What does not fit is cut from the end, after a whole character, and the text then closes with where to read on. The
    essential lines are never cut: `Never` where not even they fit.
    """
    first = "\n".join(essentials(edition, language))
    note = phrases_in(language).of_note(edition.kind, edition.note)
    lines = "\n".join(line for line in (note, *area_lines(edition, language)) if line)
    parts = (lines, "\n" + body_of(edition, language))
    flow = "".join(f"\n{part}" for part in parts if part.strip())
    end = "\n\n" + "\n".join(signature(edition, language, site))
    whole = first + flow + end
    if limit is None or measure(whole) <= limit:
        return Fitted(whole, NOT_REPEATED if edition.kind is EditionKind.CANCEL else "")
    # Whom to ask and who sent it go first: the page has them, and the room is worth more to the body.
    page = read_on_at(site, edition, language)
    cut = phrases_in(language).cut.format(page)
    room = limit - measure(first) - measure(cut)
    if room < 0:
        raise Never(
            f"題名と警戒レベルだけで{limit}文字を超えます。題名を短くしてください（いま{measure(first)}文字）。"
        )
    kept = longest_start(flow, room, measure)
    lost = characters(flow[len(kept) :])
    left_out = f"本文の後ろ{lost}文字、問い合わせ先" if lost else "問い合わせ先と発信者"
    return Fitted(first + kept + cut, left_out)
