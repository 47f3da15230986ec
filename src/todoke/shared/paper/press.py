"""The sheets of this room on the press: a form of `sheets/` and the words for it, made into a PDF."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from todoke.base.press import CannotPrint, qr_code, set_type, set_type_as_pictures

__all__ = ["SHEETS", "CannotPrint", "picture", "press", "qr_code"]

SHEETS = Path(__file__).parent / "sheets"


def press(form: str, words: Mapping[str, Any], *, at: datetime) -> bytes:
    """The form with these words as PDF, dated `at`: the same bytes for the same words. Raises CannotPrint or
    NoJapaneseFont."""
    return set_type(form, _files(form, words), words, at=at)


def picture(form: str, words: Mapping[str, Any], *, at: datetime, dots_per_inch: int = 60) -> list[bytes]:
    """The same as PNG, one for each page: for a screen. Raises as `press` does."""
    return set_type_as_pictures(form, _files(form, words), words, at=at, dots_per_inch=dots_per_inch)


def _files(form: str, words: Mapping[str, Any]) -> dict[str, bytes]:
    """The form, what all forms share, and what stands under `qr`, name by name, as drawings."""
    codes = {f"{name}.svg": qr_code(address).encode() for name, address in dict(words.get("qr", {})).items()}
    return {"main": _form(form), "common.typ": _form("common"), **codes}


@lru_cache(maxsize=16)
def _form(name: str) -> bytes:
    return (SHEETS / f"{name}.typ").read_bytes()
