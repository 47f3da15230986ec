"""Plain text and CSV: letters only, in UTF-8 or Shift_JIS as it came."""

import re

from todoke.base.codes.my_number import holds_my_number
from todoke.ground.files.uploads.refusals import Reason, Refused

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_PROGRAMS = ("MZ", "\x7fELF", "#!")


def inspect(content: bytes) -> None:
    """Raises Refused where this is no text, or a text that a machine would run."""
    text = _decoded(content)
    if _CONTROL.search(text) or text.startswith(_PROGRAMS):
        raise Refused(Reason.UNKNOWN)
    if re.search(r"<(script|svg|html|iframe|!doctype)\b", text[:4096], re.IGNORECASE):
        raise Refused(Reason.MARKUP)
    if holds_my_number(text):
        raise Refused(Reason.MY_NUMBER)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(Reason.UNKNOWN)
