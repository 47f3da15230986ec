"""The press: typst (Apache-2.0) inside this process, its letters, and QR codes.

Whoever prints brings forms of typst's language that stand in the package; the words come in as JSON and are set as
text, so nothing in them is read as that language. No form loads a package of typst's registry: nothing is ever fetched.
"""

from todoke.base.press.fonts import Case, NoJapaneseFont, case_of, type_case
from todoke.base.press.typesetting import CannotPrint, qr_code, set_type, set_type_as_pictures

__all__ = [
    "CannotPrint",
    "Case",
    "NoJapaneseFont",
    "case_of",
    "qr_code",
    "set_type",
    "set_type_as_pictures",
    "type_case",
]
