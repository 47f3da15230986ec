"""全国地方公共団体コード: prefecture (JIS X 0401), municipality (JIS X 0402), check digit.

The check digit is that of 総務省「全国地方公共団体コード仕様」: weights 6 5 4 3 2, the last digit of 11 − (sum mod 11).
Spreadsheets eat the leading zero, and many tables leave the check digit out; both are mended where only one code can be
meant.
"""

from collections.abc import Container
from dataclasses import dataclass
from random import Random

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from todoke.base.codes.digits import digits_of, weighted, wrong_check_digit
from todoke.base.codes.trouble import Trouble

NAME = pgettext_lazy("code", "全国地方公共団体コード")
PREFECTURES = 47
_WEIGHTS = (6, 5, 4, 3, 2)


@dataclass(frozen=True, order=True)
class MunicipalityCode:
    """Six digits as text, because the first may be a zero: 041009 is 仙台市, 040002 宮城県."""

    value: str

    def __str__(self) -> str:
        return self.value

    @property
    def without_check_digit(self) -> str:
        """The five digits that statistics and postal data use."""
        return self.value[:5]

    @property
    def prefecture(self) -> str:
        """The two digits of the prefecture."""
        return self.value[:2]

    @property
    def is_prefecture(self) -> bool:
        """Whether it is a prefecture itself."""
        return self.value[2:5] == "000"


def check_digit(five: str) -> str:
    """The sixth digit for the first five."""
    return str((11 - weighted(five, _WEIGHTS) % 11) % 10)


def of_five(five: str) -> MunicipalityCode:
    """The code for the five digits that statistics and postal data give."""
    return MunicipalityCode(five + check_digit(five))


def read(text: str, *, among: Container[str] | None = None) -> MunicipalityCode | Trouble:
    """The code; a lost leading zero (92011) and a missing check digit (13101, 1100) are put back.

    Of the codes in use, every sixth one is mended in two ways when it comes with five digits; who knows which exist
    gives them as `among`, and the one that does is taken.
    """
    digits = digits_of(text, NAME, (4, 5, 6))
    if isinstance(digits, Trouble):
        return digits
    meant = {value for value in _meant(digits) if _is_sound(value)}
    if among is not None and len(meant) > 1:
        meant = {value for value in meant if value in among} or meant
    if len(meant) == 1:
        return MunicipalityCode(meant.pop())
    if meant:
        return Trouble(
            _("%(name)sが2通りに読めます。はじめの0と検査数字も入れて、6桁で書いてください。"), {"name": NAME}
        )
    if len(digits) == 6 and not 1 <= int(digits[:2]) <= PREFECTURES:
        return Trouble(_("%(name)sのはじめの2桁は、01から47までです。"), {"name": NAME})
    return wrong_check_digit(NAME)


def _meant(digits: str) -> list[str]:
    if len(digits) == 6:
        return [digits]
    if len(digits) == 4:
        return [f"0{digits}{check_digit('0' + digits)}"]
    return [f"0{digits}", digits + check_digit(digits)]


def _is_sound(value: str) -> bool:
    place = int(value[2:5])
    # 001–099 are given to nobody: cities of special rank begin at 100, cities at 201, towns at 301.
    return 1 <= int(value[:2]) <= PREFECTURES and (place == 0 or place >= 100) and value[5] == check_digit(value[:5])


def invent(random: Random) -> MunicipalityCode:
    """A sound code, of a town that need not exist."""
    return of_five(f"{random.randint(1, PREFECTURES):02}{random.randint(100, 799)}")
