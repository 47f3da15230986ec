"""法人番号: 13 digits, public, never to be mixed up with a person's 個人番号 (12 digits).

The check digit stands first: 法人番号の指定等に関する省令（平成26年財務省令第70号）2条: 9 − (sum of the twelve digits
from the right times 1, 2, 1, 2 …, mod 9).
"""

from dataclasses import dataclass
from random import Random

from django.utils.translation import pgettext_lazy

from todoke.base.codes.digits import digits_of, weighted, wrong_check_digit
from todoke.base.codes.trouble import Trouble

NAME = pgettext_lazy("code", "法人番号")
_WEIGHTS = (2, 1) * 6


@dataclass(frozen=True, order=True)
class CorporateNumber:
    """Thirteen digits."""

    value: str

    def __str__(self) -> str:
        return self.value


def check_digit(twelve: str) -> str:
    """The first digit for the twelve behind it, 1 to 9."""
    return str(9 - weighted(twelve, _WEIGHTS) % 9)


def read(text: str) -> CorporateNumber | Trouble:
    """The number; a leading T of an invoice registration (適格請求書発行事業者登録番号) is left out."""
    digits = digits_of(text, NAME, (13,), leading="TtＴｔ")
    if isinstance(digits, Trouble):
        return digits
    return CorporateNumber(digits) if digits[0] == check_digit(digits[1:]) else wrong_check_digit(NAME)


def invent(random: Random) -> CorporateNumber:
    """A number with the right check digit."""
    base = f"{random.randrange(10**12):012}"
    return CorporateNumber(check_digit(base) + base)
