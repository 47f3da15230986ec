"""Telephone numbers of Japan as a provider wants them."""

import re
import unicodedata
from enum import StrEnum


class NumberForm(StrEnum):
    """How a provider wants a number: 09012345678, +819012345678, 819012345678."""

    DOMESTIC = "domestic"
    E164 = "e164"
    DIGITS = "digits"


def shaped(number: str, form: NumberForm) -> str:
    """A number that begins with its 0, as a provider wants it."""
    match form:
        case NumberForm.E164:
            return f"+81{number[1:]}"
        case NumberForm.DIGITS:
            return f"81{number[1:]}"
        case _:
            return number


def domestic(written: str) -> str:
    """The digits of a number, with its 0 in front, however it is written; empty where it is none of Japan's."""
    text = re.sub(r"[\s()‐‑–−ー-]", "", unicodedata.normalize("NFKC", written))
    if not re.fullmatch(r"\+?\d+", text) or (text.startswith("+") and not text.startswith("+81")):
        return ""
    digits = text.lstrip("+")
    if text.startswith("+81") or (digits.startswith("81") and len(digits) >= 11):
        # Some write the 0 behind the country's number although it goes.
        digits = f"0{digits[2:].removeprefix('0')}"
    return digits if re.fullmatch(r"0\d{9,10}", digits) else ""


def masked(number: str) -> str:
    """A number as pages show it: enough to tell two apart beside their name, too little to ring."""
    return f"{number[:3]}-****-{number[-4:]}"
