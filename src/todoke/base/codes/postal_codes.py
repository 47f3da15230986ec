"""郵便番号: seven digits; what stands behind one, says `addresses`."""

from dataclasses import dataclass
from random import Random

from django.utils.translation import pgettext_lazy

from todoke.base.codes.digits import digits_of
from todoke.base.codes.trouble import Trouble

NAME = pgettext_lazy("code", "郵便番号")


@dataclass(frozen=True, order=True)
class PostalCode:
    """Seven digits: 9800803."""

    value: str

    def __str__(self) -> str:
        return f"{self.value[:3]}-{self.value[3:]}"


def read(text: str) -> PostalCode | Trouble:
    """The code, of any width, with or without 〒 and hyphen."""
    digits = digits_of(text, NAME, (7,), leading="〒〶")
    return digits if isinstance(digits, Trouble) else PostalCode(digits)


def invent(random: Random) -> PostalCode:
    """Seven digits; whether a place has them is asked of `addresses`."""
    return PostalCode(f"{random.randrange(10**7):07}")
