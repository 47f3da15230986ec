"""The sheets, one function each: from a frozen edition to a PDF. Pure, and the same bytes every time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from todoke.base.ui.languages import language_tag
from todoke.shared.messaging.types import FrozenEdition
from todoke.shared.paper.press import press
from todoke.shared.paper.saying import BODY_MAX, Saying, readings, saying_of, spoken


@dataclass(frozen=True)
class Reply:
    """How the reader of a FAX says that it arrived: what the QR code opens, the page to type in, and the short code."""

    link: str
    address: str
    code: str


@dataclass(frozen=True)
class Place:
    """A place to which somebody carries paper: its name, where exactly, and which papers."""

    name: str
    address: str
    papers: str = "掲示用1枚"


def fax_sheet(
    edition: FrozenEdition, *, site: str, language: str = "ja", to: str = "", reply: Reply | None = None
) -> bytes:
    """One page in large print, black and white. With `reply`, it asks its reader to say that it arrived."""
    return press("fax", fax_words(edition, site=site, language=language, to=to, reply=reply), at=edition.sent_at)


def fax_words(
    edition: FrozenEdition, *, site: str, language: str = "ja", to: str = "", reply: Reply | None = None
) -> dict[str, Any]:
    """What the FAX sheet shows, for `press` and `picture`."""
    saying = saying_of(edition, language, site, body_max=BODY_MAX)
    words = {**_words(saying), "to": to, "qr": {"page": saying.page}}
    if reply:
        words |= {"reply": {"address": reply.address, "code": reply.code}, "qr": {"reply": reply.link}}
    return words


def poster(edition: FrozenEdition, *, site: str, language: str = "ja") -> bytes:
    """One page to hang up, with the colour of the level."""
    saying = saying_of(edition, language, site, body_max=BODY_MAX)
    return press("poster", {**_words(saying), "qr": {"page": saying.page}}, at=edition.sent_at)


def bulletin(edition: FrozenEdition, *, site: str) -> bytes:
    """The whole text in every language of the edition, to be handed out."""
    sayings = [saying_of(edition, wording.language, site) for wording in edition.content.wordings]
    words = {
        **_words(saying_of(edition, "ja", site)),
        "parts": [_words(saying) for saying in sayings],
        "qr": {f"page{number}": saying.page for number, saying in enumerate(sayings)},
    }
    return press("bulletin", words, at=edition.sent_at)


def reading_list(edition: FrozenEdition, *, site: str) -> bytes:
    """What a radio car reads out, and where."""
    return press("reading", _aloud(edition, site), at=edition.sent_at)


def dictation(edition: FrozenEdition, *, site: str) -> bytes:
    """The script for a broadcast by hand."""
    return press("dictation", _aloud(edition, site), at=edition.sent_at)


def courier_list(edition: FrozenEdition, places: Sequence[Place], *, site: str) -> bytes:
    """Which paper goes to which place, with a column to sign."""
    words = {**_words(saying_of(edition, "ja", site)), "places": [asdict(place) for place in places]}
    return press("courier", words, at=edition.sent_at)


def _words(saying: Saying) -> dict[str, Any]:
    return {**asdict(saying), "lang": language_tag(saying.language)[:2]}


def _aloud(edition: FrozenEdition, site: str) -> dict[str, Any]:
    places = [{"name": name, "reading": reading, "words": words} for name, reading, words in readings(edition)]
    return {
        **_words(saying_of(edition, "ja", site)),
        "spoken": spoken(edition),
        "places": places,
        "groups": "、".join(place["name"] for place in places) or "全域",
    }
