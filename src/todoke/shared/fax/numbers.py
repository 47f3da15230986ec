"""FAX numbers as Japan writes them, with a telephone number beside them for whoever must ask.

An address is `022-000-0001`, or `022-000-0001 tel:022-000-0002`. Source of the forms: 電気通信番号計画 (総務省): a
geographic number has ten digits with its leading 0, 050 has eleven; mobile telephones take no FAX.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from todoke.shared.messaging.channels.routes import bare

_MOBILE = re.compile(r"0[6789]0\d{8}")
_NUMBER = re.compile(r"0\d{9,10}")
_WRITTEN = re.compile(r"\+?[0-9][0-9() -]*[0-9]")
# Dialled by nobody on purpose: emergency and information services of three digits, and those that cost the caller.
_NO_FAX = ("0570", "0990", "020")


@dataclass(frozen=True)
class FaxAddress:
    """The digits that are dialled, and the digits of the telephone beside them, or nothing."""

    fax: str
    telephone: str = ""


def read_address(text: str) -> FaxAddress:
    """The address in its one form. Raises ValueError with what is wrong, in words for the screen."""
    written = unicodedata.normalize("NFKC", bare(text)).strip()
    fax, _mark, telephone = written.partition("tel:")
    return FaxAddress(_fax_number(fax.strip()), _digits(telephone.strip()) if telephone.strip() else "")


def _fax_number(written: str) -> str:
    number = _digits(written)
    if _MOBILE.fullmatch(number):
        raise ValueError(_("携帯電話の番号には、FAXを送れません。固定電話の番号を書いてください。"))
    if number.startswith(_NO_FAX) and len(number) >= 10:
        raise ValueError(_("この番号には、FAXを送れません。市外局番から始まる番号を書いてください。"))
    return number


def _digits(written: str) -> str:
    if not _WRITTEN.fullmatch(written.replace("‐", "-").replace("−", "-").replace("ー", "-")):
        raise ValueError(
            _("FAX番号として読めません。022-000-0001 または 022-000-0001 tel:022-000-0002 の形で書いてください。")
        )
    number = re.sub(r"\D", "", written)
    if written.startswith("+"):
        if not number.startswith("81"):
            raise ValueError(_("海外の番号には、FAXを送りません。国内の番号を書いてください。"))
        number = f"0{number[2:]}"
    if not _NUMBER.fullmatch(number):
        raise ValueError(_("番号は、市外局番から10桁か11桁で書いてください（例 022-000-0001）。"))
    return number
