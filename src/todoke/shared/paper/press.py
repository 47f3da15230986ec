"""The press: a form of ours and the words for it, made into a PDF by typst (Apache-2.0), inside this process.

The forms stand in `sheets/`. They load no package of typst's registry, so nothing is ever fetched; the words come in as
JSON and are set as text, so nothing in them is read as typst's language.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst

from todoke.base.clock import in_japan
from todoke.shared.paper.fonts import type_case

SHEETS = Path(__file__).parent / "sheets"


class CannotPrint(Exception):
    """The press refused: a fault of a form or of the fonts, never of a text."""

    def __init__(self, form: str, reason: str) -> None:
        super().__init__(f"{form}: {reason}")
        self.form = form

    @property
    def says(self) -> str:
        return f"用紙「{self.form}」を作れませんでした（{self.args[0]}）。"


def press(form: str, words: Mapping[str, Any], *, at: datetime) -> bytes:
    """The form with these words as PDF, dated `at`: the same bytes for the same words. Raises CannotPrint or
    NoJapaneseFont."""
    return _pressed(form, words, at, "pdf")


def picture(form: str, words: Mapping[str, Any], *, at: datetime, dots_per_inch: int = 60) -> list[bytes]:
    """The same as PNG, one for each page: for a screen. Raises as `press` does."""
    made = _pressed(form, words, at, "png", dots_per_inch)
    return made if isinstance(made, list) else [made]


def _pressed(form: str, words: Mapping[str, Any], at: datetime, kind: Any, dots_per_inch: int | None = None) -> Any:
    case = type_case()
    told = {**words, "font": case.family, "date": list(in_japan(at).timetuple()[:3])}
    files = {
        "main": _form(form),
        "common.typ": _form("common"),
        "words.json": json.dumps(told, ensure_ascii=False, sort_keys=True).encode(),
        **_codes(words),
    }
    try:
        # The library takes files in memory too; its stubs do not say so.
        return typst.compile(  # type: ignore[call-overload]
            files,
            font_paths=case.fonts,
            ignore_system_fonts=True,
            format=kind,
            ppi=dots_per_inch,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise CannotPrint(form, error.message) from error


@lru_cache(maxsize=16)
def _form(name: str) -> bytes:
    return (SHEETS / f"{name}.typ").read_bytes()


def _codes(words: Mapping[str, Any]) -> dict[str, bytes]:
    """The QR codes of a form: what stands under `qr`, name by name, as drawings."""
    return {f"{name}.svg": qr_code(address).encode() for name, address in dict(words.get("qr", {})).items()}


def qr_code(address: str) -> str:
    """A QR code as SVG (ISO/IEC 18004), with so much repair in it (M, 15 %) that a FAX line may spoil some of it."""
    code = segno.make(address, error="m", micro=False, boost_error=False)
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=False)
