"""A procedure as one file, for another city: its document with form, texts and tests, and what it leans on at home.

    {"todoke-procedure-file": 1, "document": {…}, "sha256": "…",
     "leans_on": {"flow": {…} | null, "route": {…} | null, "letters": {KEY: {…}}, "section": "…", "retention": "…"}}

What comes from elsewhere is not believed: size, depth, every key and the hash are looked at before the document is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.document import ProcedureDocument, read_procedure
from todoke.shared.paperwork.document import BYTES_MAX, canonical, sha256_of
from todoke.shared.paperwork.types import Json

EDITION = 1
DEPTH_MAX = 60
KNOWN = {"todoke-procedure-file", "document", "sha256", "leans_on"}
LEANS_ON = {"flow", "route", "letters", "section", "retention"}


class BrokenFile(Exception):
    """The file cannot be taken in; the sentence says why."""

    def __init__(self, says: str | Promise) -> None:
        super().__init__()
        self.says = says

    def __str__(self) -> str:
        return str(self.says)


@dataclass(frozen=True)
class Carried:
    """What came in a file: the document, read as well, and what it leaned on at home."""

    json: Json
    document: ProcedureDocument
    leans_on: Mapping[str, Any]


def packed(document: Json, leans_on: Mapping[str, Any]) -> bytes:
    """The file; the same procedure gives the same bytes in every city."""
    file = {
        "todoke-procedure-file": EDITION,
        "document": document,
        "sha256": sha256_of(canonical(document)),
        "leans_on": dict(leans_on),
    }
    return f"{canonical(file)}\n".encode()


def unpacked(data: bytes) -> Carried:
    """What a file holds. Raises BrokenFile, and BrokenProcedure with every fault of its document."""
    if len(data) > BYTES_MAX:
        raise BrokenFile(_("ファイルが大きすぎます。手続きのファイルか確かめてください。"))
    try:
        text = data.decode()
        _refuse_depth(text)
        file = json.loads(text, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BrokenFile(_("手続きのファイルとして読めません。書き出したままのファイルを選んでください。")) from None
    if not isinstance(file, dict) or set(file) != KNOWN or file["todoke-procedure-file"] != EDITION:
        raise BrokenFile(_("手続きのファイルではありません。この画面から書き出したファイルを選んでください。"))
    leans_on = file["leans_on"]
    if not isinstance(leans_on, dict) or set(leans_on) != LEANS_ON or not isinstance(leans_on["letters"], dict):
        raise BrokenFile(_("手続きのファイルではありません。この画面から書き出したファイルを選んでください。"))
    if sha256_of(canonical(file["document"])) != file["sha256"]:
        raise BrokenFile(_("手続きの中身が、書き出したときと違います。もう一度書き出してもらってください。"))
    return Carried(file["document"], read_procedure(file["document"]), leans_on)


def _refuse_depth(text: str) -> None:
    """Before anything is built: brackets within brackets. Those inside of texts do not count."""
    depth, inside, escaped = 0, False, False
    for letter in text:
        if inside:
            inside, escaped = (letter != '"' or escaped), (letter == "\\" and not escaped)
        elif letter == '"':
            inside = True
        elif letter in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise ValueError
        elif letter in "]}":
            depth -= 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_text: str) -> Any:
    raise ValueError
