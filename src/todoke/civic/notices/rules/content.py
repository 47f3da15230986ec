"""From a notice to what the ledger freezes: texts, areas, topics; values in hand, no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from todoke.civic.notices.rules.rights import PAGE
from todoke.shared.messaging.types import AreaMark, CapFacts, Content, EditionKind, Wording

LANGUAGES = ("ja", "ja-easy", "en")
PARTS = ("title", "short", "body")
TITLE_MAX, SHORT_MAX, BODY_MAX = 100, 200, 4000

# What a template leaves for the writer to fill in.
BLANK = "〇"

Texts = Mapping[str, Mapping[str, str]]

# What a cancellation says in each language; the old words must not be read once more.
TAKEN_BACK = {
    "ja": "「{title}」のお知らせを取り消します。",
    "ja-easy": "「{title}」の お知（し）らせを とりけします。",
    "en": "The notice “{title}” has been cancelled.",
}


@dataclass(frozen=True)
class AreaName:
    """An area as a notice names it."""

    key: str
    name: str
    name_en: str = ""
    name_easy: str = ""
    code: str = ""
    reading: str = ""


def wordings(texts: Texts) -> tuple[Wording, ...]:
    """The texts in the order of the languages; a language without a title is left out rather than sent half empty."""
    return tuple(
        Wording(
            language=language,
            title=texts[language]["title"].strip(),
            body=texts[language].get("body", "").strip(),
            short=texts[language].get("short", "").strip() or texts[language]["title"].strip(),
        )
        for language in LANGUAGES
        if texts.get(language, {}).get("title", "").strip()
    )


def content(texts: Texts, areas: Iterable[AreaName], topics: Sequence[str], contact: str) -> Content:
    """What the ledger freezes; ValueError where there is no Japanese title yet."""
    said = wordings(texts)
    return Content(
        wordings=said,
        areas=tuple(
            AreaMark(area.key, area.name, area.name_en, area.name_easy, area.code, reading=area.reading)
            for area in areas
        ),
        # An ordinary notice is no warning: whoever reads CAP is told that nothing is asked of anybody (CAP 1.2, 3.2.2).
        cap=CapFacts(category="Other", event=said[0].title if said else "", response_type="None", severity="Minor"),
        contact=contact,
        topics=tuple(topics),
        page=PAGE,
    )


def half_written(texts: Texts) -> str | None:
    """The first language other than Japanese in which a text has no title or no body; None where all are whole."""
    for language in LANGUAGES[1:]:
        own = texts.get(language, {})
        if any(own.get(part, "").strip() for part in PARTS) and not (
            own.get("title", "").strip() and own.get("body", "").strip()
        ):
            return language
    return None


def languages_with_blanks(texts: Texts) -> list[str]:
    """The languages in which a 〇 of a template may still wait to be filled in. A person judges: 〇 is also a word."""
    return [language for language in LANGUAGES if any(BLANK in text for text in texts.get(language, {}).values())]


def next_texts(kind: EditionKind, latest: Texts) -> dict[str, dict[str, str]]:
    """What the next edition begins with: the words of the latest, or of a cancellation those that take them back."""
    if kind != EditionKind.CANCEL:
        return {language: dict(text) for language, text in latest.items()}
    taken_back = {}
    for language, text in latest.items():
        sentence = TAKEN_BACK.get(language, TAKEN_BACK["ja"]).format(title=text["title"])
        taken_back[language] = {"title": text["title"], "short": sentence, "body": sentence}
    return taken_back
