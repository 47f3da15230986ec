"""From a letter, facts and clauses to words for the press: which blocks stand, what stands in them. No database here.

It runs in processes of their own when thousands are made at once, so it takes plain values and gives bytes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from todoke.base.press import qr_code, set_type, set_type_as_pictures
from todoke.shared.documents.rules.days import on_paper
from todoke.shared.documents.rules.facts import FactName, filled, is_of_kind, words_of
from todoke.shared.documents.rules.letters import PAGES, LetterBody

SHEETS = Path(__file__).parent / "sheets"
# Tagged, with title and language, alternative texts and an order of reading: ISO 14289-1.
STANDARDS = ("ua-1",)
SMALL_POINTS, USUAL_POINTS = 9.5, 10.5


class BadFacts(ValueError):
    """The facts do not fit the letter; `faults` says which and how, for staff."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True)
class Instruction:
    """A clause as it is printed: heading and text with slots."""

    heading: str
    text: str


@dataclass(frozen=True)
class Composition:
    """Everything that stands on one document."""

    body: LetterBody
    facts: Mapping[str, Any]
    number: str
    day: date
    city: str
    addressee: tuple[str, ...]
    sender: tuple[str, ...]
    address: str
    shown_code: str
    expires_on: date | None = None
    reasons: tuple[str, ...] = ()
    instructions: Instruction | None = None
    clauses: Mapping[str, Instruction] = field(default_factory=dict)
    seal: str = ""
    seal_name: str = ""
    seal_mm: int = 21
    mark: str = ""
    # The numbers of the blocks that a condition leaves out.
    left_out: frozenset[int] = frozenset()


def check_facts(names: Mapping[str, FactName], facts: Mapping[str, Any]) -> None:
    """Whether every fact is known, there and of its kind. Raises BadFacts with all faults."""
    faults = [f"{key}: この文書では使わない項目です。" for key in sorted(set(facts) - set(names))]
    for key, name in names.items():
        value = facts.get(key)
        if value is None or value == "":
            if not name.optional:
                faults.append(f"{key}（{name.words}）: 値がありません。")
        elif not is_of_kind(value, name.kind):
            faults.append(f"{key}（{name.words}）: 種類（{name.kind}）が合いません。")
    if faults:
        raise BadFacts(faults)


def paper(made: Composition, *, at: datetime) -> bytes:
    """The document as an accessible PDF (PDF/UA-1), unsigned: the same bytes for the same composition.

    Raises CannotPrint or NoJapaneseFont.
    """
    form, files, words = _prepared(made)
    return set_type(form, files, words, at=at, standards=STANDARDS)


def pictures(made: Composition, *, at: datetime, dots_per_inch: int = 80) -> list[bytes]:
    """The same as PNG, a page each, for a preview."""
    form, files, words = _prepared(made)
    return set_type_as_pictures(form, files, words, at=at, dots_per_inch=dots_per_inch)


def text_digest(paragraphs: Sequence[str]) -> str:
    """SHA-256 of what was stated: by it the row shows that reasons were there, without holding them."""
    return hashlib.sha256("\n".join(paragraphs).encode()).hexdigest()


def slot_values(made: Composition) -> dict[str, str]:
    """The words for every slot of the letter."""
    own = {
        "document.number": made.number,
        "document.date": on_paper(made.day),
        "document.expires": on_paper(made.expires_on) if made.expires_on else "",
        "city.name": made.city,
        "city.mayor": f"{made.city}長",
        "sender.title": made.sender[0] if made.sender else "",
        "sender.name": made.sender[1] if len(made.sender) > 1 else "",
    }
    told = {
        key: words_of(made.facts[key], name.kind)
        for key, name in made.body.names.items()
        if made.facts.get(key) is not None
    }
    return {**told, **own}


def _prepared(made: Composition) -> tuple[str, dict[str, bytes], dict[str, Any]]:
    values = slot_values(made)
    form = "overlay" if made.body.overlay is not None else "letter"
    files = {"main": _sheet(form), "verify.svg": qr_code(made.address).encode()}
    if made.seal:
        files["seal.svg"] = made.seal.encode()
    words: dict[str, Any] = {
        "title": filled(made.body.title, values),
        "city": made.city,
        "number": made.number,
        "lang": str(made.body.raw.get("language", "ja")),
        "mark": made.mark,
    }
    if form == "overlay":
        words["overlay"] = _overlay(made, values)
    else:
        words["blocks"] = [
            told
            for number, block in enumerate(made.body.blocks)
            if number not in made.left_out and (told := _block(block, made, values))
        ]
    return form, files, words


def _block(  # noqa: PLR0911, PLR0912 - a table: one line for each block
    block: Mapping[str, Any], made: Composition, values: Mapping[str, str]
) -> dict[str, Any] | None:
    """What one block says; None where it has nothing to say."""
    kind = block["block"]

    def lines(texts: Sequence[str]) -> list[str]:
        return [line for text in texts for line in filled(text, values).split("\n")]

    match kind:
        case "number":
            return {"block": kind, "text": made.number}
        case "date":
            return {"block": kind, "text": on_paper(made.day)}
        case "addressee":
            return {"block": kind, "lines": list(made.addressee)} if made.addressee else None
        case "sender":
            return {
                "block": kind,
                "lines": list(made.sender),
                "seal": "seal.svg" if made.seal else "",
                "seal_words": f"公印：{made.seal_name}",
                "size_mm": made.seal_mm,
                "omitted": "" if made.seal else "（公印省略）",
            }
        case "heading":
            return {"block": kind, "text": filled(block["text"], values)}
        case "body":
            return {"block": kind, "paragraphs": lines(block["paragraphs"])}
        case "facts":
            rows = [[filled(label, values), filled(value, values)] for label, value in block["rows"]]
            told = [row for row in rows if row[1]]
            return {"block": kind, "rows": told} if told else None
        case "record":
            items = [line for line in lines(block["items"]) if line]
            return {"block": kind, "heading": "記", "items": items, "ends": "以上"} if items else None
        case "table":
            rows = [list(row) for row in made.facts.get(block["fact"]) or ()]
            return {"block": kind, "columns": list(block["columns"]), "rows": rows} if rows else None
        case "reasons":
            return _said(kind, "理由", made.reasons, USUAL_POINTS) if made.reasons else None
        case "instructions":
            told_how = made.instructions
            return _said(kind, told_how.heading, lines([told_how.text]), SMALL_POINTS) if told_how else None
        case "clause":
            clause = made.clauses[block["key"]]
            return _said(kind, clause.heading, lines([clause.text]), SMALL_POINTS)
        case "contact":
            return {"block": kind, "lines": lines(block["lines"])}
        case _:
            return {"block": kind, "lines": _verify_lines(made), "alt": _qr_words(made)}


def _said(kind: str, heading: str, paragraphs: Sequence[str], points: float) -> dict[str, Any]:
    return {
        "block": kind,
        "heading": heading,
        "paragraphs": [each for each in paragraphs if each.strip()],
        "points": points,
    }


def _verify_lines(made: Composition) -> list[str]:
    return [
        "この文書が本物で、いまも有効かどうかは、次のページで確かめられます。",
        made.address,
        f"確認番号　{made.shown_code}",
    ]


def _qr_words(made: Composition) -> str:
    return f"確認ページ {made.address} の二次元コード"


# ---- the city's own form --------------------------------------------------------------------------------------------


def _overlay(made: Composition, values: Mapping[str, str]) -> dict[str, Any]:
    overlay = made.body.overlay
    assert overlay is not None
    width, height = PAGES[overlay["page"]]
    items = [_label(label, values) for label in overlay.get("labels", ())]
    for place in overlay.get("places", ()):
        told = _place(place, made, values)
        if told is not None:
            items.append(told)
    items.sort(key=lambda item: (item["y"], item["x"]))
    return {
        "width": width,
        "height": height,
        "boxes": [{"stroke": 0.5, **box} for box in overlay.get("boxes", ())],
        "lines": [{"stroke": 0.5, **line} for line in overlay.get("lines", ())],
        "items": items,
    }


def _spot(place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "x": place["x"],
        "y": place["y"],
        "width": place.get("width", 60),
        "height": place.get("height", 6),
        "points": place.get("points", USUAL_POINTS),
        "align": place.get("align", "left"),
    }


def _label(label: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    kind = "heading" if label.get("heading") else "text"
    return {**_spot(label), "kind": kind, "text": filled(label["text"], values)}


def _place(  # noqa: PLR0911 - a table: one line for each kind
    place: Mapping[str, Any], made: Composition, values: Mapping[str, str]
) -> dict[str, Any] | None:
    kind, spot = place["kind"], _spot(place)
    value = filled(place.get("value", ""), values)
    match kind:
        case "number":
            return {**spot, "kind": "text", "text": made.number}
        case "date":
            return {**spot, "kind": "text", "text": on_paper(made.day)}
        case "addressee":
            return {**spot, "kind": "text", "text": "\n".join(made.addressee)}
        case "sender":
            return {**spot, "kind": "text", "text": "\n".join(made.sender)}
        case "seal":
            words = f"公印：{made.seal_name}"
            return {**spot, "kind": kind, "width": made.seal_mm, "text": words} if made.seal else None
        case "qr":
            return {**spot, "kind": kind, "text": _qr_words(made)}
        case "code":
            return {**spot, "kind": "text", "text": f"確認番号　{made.shown_code}"}
        case "boxes":
            return {**spot, "kind": kind, "letters": list(value), "pitch": place.get("pitch", 5)}
        case "circle":
            ringed = value == place.get("when_is")
            return {**spot, "kind": kind, "text": f"「{value}」に○"} if ringed else None
        case "vertical":
            return {**spot, "kind": kind, "columns": _columns(value, place.get("letters", 20))}
    return {**spot, "kind": "text", "text": value}


def _columns(text: str, letters: int) -> list[list[str]]:
    """The text in columns of so many letters, the first one rightmost. 長音 stands upright in 縦書き as ｜."""
    upright = text.replace("ー", "｜").replace("－", "｜").replace("-", "｜")
    lines = upright.split("\n")
    columns = [list(line[start : start + letters]) for line in lines for start in range(0, len(line), letters)]
    return columns[::-1]


@lru_cache(maxsize=4)
def _sheet(name: str) -> bytes:
    return (SHEETS / f"{name}.typ").read_bytes()
