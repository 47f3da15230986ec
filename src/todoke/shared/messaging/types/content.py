"""What an edition says: plain facts, frozen at release, from which every channel makes its own wording."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

DEFAULT_LANGUAGE = "ja"


class Register(StrEnum):
    """The ways in which one matter is said, each for a kind of reader.

    - `post`: one short text that stands alone, for social networks
    - `board`: the fifty characters of a display board
    - `urgent`: 緊急速報メール, without address, telephone or mail address; `urgent-title` is its title
    - `speech`: sentences for the ear, read aloud as they stand
    - `sheet`: large print, for FAX and posters
    """

    POST = "post"
    BOARD = "board"
    URGENT_TITLE = "urgent-title"
    URGENT = "urgent"
    SPEECH = "speech"
    SHEET = "sheet"


@dataclass(frozen=True)
class Wording:
    """The text in one language (`ja`, `ja-easy`, `en` …): title without drill mark, body in plain paragraphs, and a
    short form for channels with little room (one or two sentences that can stand alone).

    `registers` holds what a template or a person wrote for one register; what is not there a channel makes itself.
    """

    language: str
    title: str
    body: str
    short: str
    registers: Mapping[str, str] = field(default_factory=dict)

    def said_in(self, register: Register) -> str:
        """What was written for this register, or nothing."""
        return self.registers.get(register, "")


@dataclass(frozen=True)
class AreaMark:
    """One area as it was called and drawn when the edition was released.

    `level` is the 警戒レベル 1–5 or None, `notice` the official word beside it (避難指示 of the city, 大雨特別警報 of
    the weather service …), `notice_en` and `notice_easy` that word in English and やさしい日本語, `code` the
    全国地方公共団体コード or empty, `reading` how the name is spoken, in kana, `polygon` rings (longitude, latitude),
    outer rings only, closed.
    """

    key: str
    name: str
    name_en: str = ""
    name_easy: str = ""
    code: str = ""
    level: int | None = None
    notice: str = ""
    notice_en: str = ""
    notice_easy: str = ""
    reading: str = ""
    polygon: tuple[tuple[tuple[float, float], ...], ...] = ()

    def notice_in(self, language: str) -> str:
        """The official word in this language, or in Japanese."""
        return {"en": self.notice_en, "ja-easy": self.notice_easy}.get(language) or self.notice


@dataclass(frozen=True)
class CapFacts:
    """The fields of CAP 1.2 <info> that a machine compares (OASIS CAP 1.2, section 3.2.2)."""

    category: str = "Safety"
    event: str = ""
    response_type: str = "Monitor"
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"


@dataclass(frozen=True)
class Content:
    """Everything an edition says. `level` is the highest 警戒レベル of its areas, or None; `facts` are small named
    values of the sending room (hazard, office …), `contact` is who answers questions. `topics` are the keys of the
    subjects under which people have asked for it; `facts` and `topics` say to an audience who is meant. `page` is where
    to read on, below the city's address, with `{message}` for the key of the message; empty is the alert's own page."""

    wordings: tuple[Wording, ...]
    areas: tuple[AreaMark, ...] = ()
    level: int | None = None
    cap: CapFacts = field(default_factory=CapFacts)
    facts: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    topics: tuple[str, ...] = ()
    page: str = ""

    def __post_init__(self) -> None:
        if not any(wording.language == DEFAULT_LANGUAGE for wording in self.wordings):
            raise ValueError("an edition needs its Japanese wording")

    def wording(self, language: str) -> Wording:
        """The wording in this language, or the Japanese one."""
        by_language = {wording.language: wording for wording in self.wordings}
        return by_language.get(language) or by_language[DEFAULT_LANGUAGE]

    def as_json(self) -> dict[str, Any]:
        """The form that is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The content from its stored form."""
        return cls(
            wordings=tuple(Wording(**wording) for wording in stored["wordings"]),
            areas=tuple(
                AreaMark(**{**area, "polygon": tuple(tuple((x, y) for x, y in ring) for ring in area["polygon"])})
                for area in stored["areas"]
            ),
            level=stored["level"],
            cap=CapFacts(**stored["cap"]),
            facts=dict(stored["facts"]),
            contact=stored["contact"],
            # Absent in what was frozen before there were topics.
            topics=tuple(stored.get("topics", ())),
            # Absent in what was frozen when there were alerts alone.
            page=stored.get("page", ""),
        )
