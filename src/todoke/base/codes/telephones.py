"""電話番号: ten or eleven digits from 0, as 電気通信番号計画（令和元年総務省告示第6号）has them.

Mobile numbers begin with 060, 070, 080 and 090 (060 since 2026), telephone over the internet with 050.
"""

from dataclasses import dataclass
from random import Random

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from todoke.base.codes.area_codes import area_code_length
from todoke.base.codes.digits import SEPARATORS, digits_of, plain_digits
from todoke.base.codes.trouble import Trouble

NAME = pgettext_lazy("code", "電話番号")
MOBILE = ("060", "070", "080", "090")
_ELEVEN = (*MOBILE, "050", "020", "0800")
# Beginnings of ten digits that no area has, with the lengths of their parts.
_TEN = {"0120": (4, 3, 3), "0570": (4, 3, 3), "0990": (4, 3, 3), "0180": (4, 3, 3), "0170": (4, 3, 3)}
_COUNTRY = "81"
_FROM_ZERO = _("日本の電話番号を、0から書いてください（例 022-261-1111）。")


@dataclass(frozen=True, order=True)
class Telephone:
    """A number inside Japan, digits alone: 0222611111."""

    value: str

    def __str__(self) -> str:
        """Hyphenated as it is printed in Japan: 022-261-1111."""
        area, exchange, _line = _parts(self.value)
        return f"{self.value[:area]}-{self.value[area : area + exchange]}-{self.value[area + exchange :]}"

    @property
    def international(self) -> str:
        """The form of E.164: +81222611111."""
        return f"+{_COUNTRY}{self.value[1:]}"

    @property
    def is_mobile(self) -> bool:
        """Whether it takes short messages."""
        return self.value.startswith(MOBILE)


def _parts(number: str) -> tuple[int, int, int]:
    if number.startswith("0800"):
        return 4, 3, 4
    if len(number) == 11:
        return 3, 4, 4
    if number[:4] in _TEN:
        return _TEN[number[:4]]
    area = area_code_length(number)
    return area, 6 - area, 4


def read(text: str) -> Telephone | Trouble:
    """The number, of any width and with any hyphens; +81 and (0) are understood."""
    national = _national(plain_digits(text).strip())
    if isinstance(national, Trouble):
        return national
    digits = digits_of(national, NAME, (10, 11))
    if isinstance(digits, Trouble):
        return digits
    if digits[0] != "0" or digits[1] == "0":
        return Trouble(_FROM_ZERO)
    if (len(digits) == 11) != digits.startswith(_ELEVEN):
        wanted = 11 if digits.startswith(_ELEVEN) else 10
        return Trouble(
            _("%(name)sは%(wanted)s桁です。書いてあるのは%(count)d桁です。抜けや重なりがないか確かめてください。"),
            {"name": NAME, "wanted": wanted, "count": len(digits)},
        )
    return Telephone(digits)


def _national(text: str) -> str | Trouble:
    """With the leading 0 in the place of +81."""
    if not text.startswith(("+", "＋")):
        return text
    bare = "".join(each for each in text[1:] if each not in SEPARATORS and not each.isspace())
    if not bare.startswith(_COUNTRY):
        return Trouble(_FROM_ZERO)
    return "0" + bare.removeprefix(_COUNTRY).removeprefix("0")


def invent(random: Random) -> Telephone:
    """A number of the right shape, that may well be somebody's: never call it."""
    kind = random.randrange(3)
    if kind == 0:
        return Telephone(random.choice(MOBILE) + f"{random.randrange(10**8):08}")
    if kind == 1:
        return Telephone("050" + f"{random.randrange(10**8):08}")
    return Telephone(
        random.choice(("022", "0225", "019", "03", "06")).ljust(10, "2")[:6] + f"{random.randrange(10**4):04}"
    )
