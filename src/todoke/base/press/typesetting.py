"""One form and its words, made into a PDF or into pictures."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import segno
import typst

from todoke.base.clock import in_japan
from todoke.base.press.fonts import type_case


class CannotPrint(Exception):
    """The press refused: a fault of a form or of the fonts, never of a text."""

    def __init__(self, form: str, reason: str) -> None:
        super().__init__(f"{form}: {reason}")
        self.form = form

    @property
    def says(self) -> str:
        return f"用紙「{self.form}」を作れませんでした（{self.args[0]}）。"


def set_type(
    form: str,
    files: Mapping[str, bytes],
    words: Mapping[str, Any],
    *,
    at: datetime,
    standards: Sequence[str] = (),
) -> bytes:
    """The form as PDF, dated `at`: the same bytes for the same words. Raises CannotPrint or NoJapaneseFont.

    `files` are the form (under `main`) and whatever it reads; the words reach it as `words.json`, with the family of
    the font and the Japanese date added. `standards` are names that typst knows, such as `ua-1` (PDF/UA-1).
    """
    made = _made(form, files, words, at, "pdf", pdf_standards=list(standards))
    assert isinstance(made, bytes)
    return made


def set_type_as_pictures(
    form: str, files: Mapping[str, bytes], words: Mapping[str, Any], *, at: datetime, dots_per_inch: int = 60
) -> list[bytes]:
    """The same as PNG, one for each page: for a screen. Raises as `set_type` does."""
    made = _made(form, files, words, at, "png", ppi=dots_per_inch)
    return made if isinstance(made, list) else [made]


def _made(
    form: str, files: Mapping[str, bytes], words: Mapping[str, Any], at: datetime, kind: Any, **more: Any
) -> bytes | list[bytes]:
    case = type_case()
    told = {**words, "font": case.family, "date": list(in_japan(at).timetuple()[:3])}
    try:
        made: bytes | list[bytes] = typst.compile(
            {**files, "words.json": json.dumps(told, ensure_ascii=False, sort_keys=True).encode()},
            font_paths=case.fonts,
            ignore_system_fonts=True,
            format=kind,
            timestamp=int(at.timestamp()),
            **more,
        )
    except typst.TypstError as error:
        raise CannotPrint(form, error.message) from error
    return made


def qr_code(address: str) -> str:
    """A QR code as SVG (ISO/IEC 18004), with so much repair in it (M, 15 %) that a FAX line may spoil some of it."""
    code = segno.make(address, error="m", micro=False, boost_error=False)
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=False)
