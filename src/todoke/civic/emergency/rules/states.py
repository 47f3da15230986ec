"""What the city says of its own state: which shelters are open, and whether the headquarters stands.

Pure. Each gives the facts of a draft: those that machines read (`shared/messaging/shelters.py`), and, by language, the
words that fill the frames of the phrasebook.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from todoke.base.clock import in_japan
from todoke.shared.messaging.phrasebook import BOOKS, book, said_at
from todoke.shared.messaging.shelters import SHELTERS, Opening, ShelterEntry, told

# 災害対策基本法 23条の2: a municipality's headquarters is 設置 and 廃止; L-Alert's words are 設置 and 解散.
SET_UP, DISSOLVED = "設置", "解散"
OPEN = (Opening.OPEN, Opening.FULL)
# A board holds fifty characters; 【訓練】 and 【訂正】 take eight.
BOARD_ROOM = 42
SPOKEN = {
    Opening.OPEN: "{}が開いています。",
    Opening.FULL: "{}は、満員です。",
    Opening.CLOSED: "{}は、閉じました。",
}
NAMED = {Opening.OPEN: "shelter.open-names", Opening.FULL: "shelter.full-names"}
STATES = {Opening.OPEN: "shelter.open", Opening.FULL: "shelter.full", Opening.CLOSED: "shelter.closed"}


@dataclass(frozen=True)
class NamedShelter:
    """One entry with what the shelter is called, by language (`ja` is always there), and how that is read aloud."""

    entry: ShelterEntry
    names: Mapping[str, str]
    reading: str = ""

    def name(self, language: str) -> str:
        """Its name in this language, or in Japanese."""
        return self.names.get(language) or self.names["ja"]


def shelter_facts(shelters: Sequence[NamedShelter], *, city: str) -> dict[str, str]:
    """The facts of the full state. `over` says that no shelter is open any more; `speech@ja` and `board@ja` are what is
    said aloud and on a board, where a list of lines would be no sentence, or too long."""
    facts = {
        SHELTERS: told(shelter.entry for shelter in shelters),
        # For whoever reads it aloud (shared/loudspeakers/readings.py).
        "readings": json.dumps(
            {shelter.names["ja"]: shelter.reading for shelter in shelters if shelter.reading}, ensure_ascii=False
        ),
        "over": "" if any(shelter.entry.state in OPEN for shelter in shelters) else "yes",
    }
    facts["speech@ja"] = _spoken(shelters, city)
    facts["board@ja"] = _on_a_board(shelters, city)
    for language in BOOKS:
        facts[f"shelter_names@{language}"] = "\n".join(_names(shelters, language))
        facts[f"shelter_lines@{language}"] = "\n".join(_lines(shelters, language))
    return facts


def headquarters_facts(*, name: str, status: str, at: datetime, place: str, city: str) -> dict[str, str]:
    """The facts of a headquarters that was set up or dissolved at this moment."""
    title, sentence = (
        ("headquarters.set-up-title", "headquarters.set-up")
        if status == SET_UP
        else ("headquarters.dissolved-title", "headquarters.dissolved")
    )
    facts = {
        "headquarters_name": name,
        "headquarters_status": status,
        "headquarters_at": at.isoformat(),
        "headquarters_where": place,
        "over": "" if status == SET_UP else "yes",
    }
    local = in_japan(at)
    moment = f"{local.month}月{local.day}日{local.hour}時{local.minute}分"
    done = "設置しました" if status == SET_UP else "廃止しました"
    facts["speech@ja"] = f"こちらは、{city}です。{moment}、{name}を{done}。以上、{city}でした。"
    for language in BOOKS:
        said = book(language)
        when = said_at("said", language, in_japan(at))
        facts[f"situation@{language}"] = said.text(title)
        facts[f"headquarters_said@{language}"] = said.text(sentence).format(time=when, name=name)
        if place:
            facts[f"headquarters_place@{language}"] = said.text("headquarters.place").format(place=place)
    return facts


def _spoken(shelters: Sequence[NamedShelter], city: str) -> str:
    """Sentences for the ear: which are open, which are full, which were closed."""
    lines = [f"こちらは、{city}です。避難所についてお知らせします。"]
    for state, words in SPOKEN.items():
        if names := [shelter.names["ja"] for shelter in shelters if shelter.entry.state is state]:
            lines.append(words.format("、".join(names)))
    if not any(shelter.entry.state in OPEN for shelter in shelters):
        lines.append("いま、開いている避難所はありません。")
    return "\n".join([*lines, f"以上、{city}でした。"])


def _on_a_board(shelters: Sequence[NamedShelter], city: str) -> str:
    """The open ones by name, as many as a board has room for beside the marks of a drill and a correction."""
    names = [shelter.names["ja"] for shelter in shelters if shelter.entry.state is Opening.OPEN]
    if not names:
        return f"{city} 開いている避難所はありません"
    for shown in range(len(names), 0, -1):
        rest = f" ほか{len(names) - shown}か所" if shown < len(names) else ""
        text = f"{city} 避難所を開設 {'、'.join(names[:shown])}{rest}"
        if len(text) <= BOARD_ROOM:
            return text
    return f"{city} 避難所を{len(names)}か所開設"


def _names(shelters: Sequence[NamedShelter], language: str) -> list[str]:
    said = book(language)
    lines = []
    for state, key in NAMED.items():
        names = [shelter.name(language) for shelter in shelters if shelter.entry.state is state]
        if names:
            lines.append(said.text(key).format(names=said.text("said.comma").join(names)))
    return lines or [said.text("shelter.none")]


def _lines(shelters: Sequence[NamedShelter], language: str) -> list[str]:
    """One line for each that was opened at some time, those that take people first."""
    order = list(STATES)
    spoken = [shelter for shelter in shelters if shelter.entry.state in order]
    lines = [_line(shelter, language) for shelter in sorted(spoken, key=lambda one: order.index(one.entry.state))]
    is_open = any(shelter.entry.state in OPEN for shelter in spoken)
    return lines if is_open else [book(language).text("shelter.none"), *lines]


def _line(shelter: NamedShelter, language: str) -> str:
    said, entry = book(language), shelter.entry
    parts = []
    if entry.at is not None:
        key = "shelter.closed-at" if entry.state is Opening.CLOSED else "shelter.opened-at"
        parts.append(said.text(key).format(time=said_at("said", language, in_japan(entry.at))))
    if entry.state in OPEN:
        parts += [
            said.text(key).format(people=number, capacity=number)
            for key, number in (("shelter.people", entry.people), ("shelter.capacity", entry.capacity))
            if number is not None
        ]
    comma = said.text("said.comma")
    state = said.text(STATES[entry.state])
    more = (f"（{comma.join(parts)}）" if comma == "、" else f" ({comma.join(parts)})") if parts else ""
    return f"{shelter.name(language)}{said.text('said.colon')}{state}{more}"
