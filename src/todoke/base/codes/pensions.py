"""基礎年金番号: ten digits, printed as four and six (国民年金法施行規則1条). No check digit is published."""

from dataclasses import dataclass
from random import Random

from django.utils.translation import pgettext_lazy

from todoke.base.codes.digits import digits_of
from todoke.base.codes.trouble import Trouble

NAME = pgettext_lazy("code", "基礎年金番号")


@dataclass(frozen=True, order=True)
class PensionNumber:
    """Ten digits: 1234567890."""

    value: str

    def __str__(self) -> str:
        return f"{self.value[:4]}-{self.value[4:]}"


def read(text: str) -> PensionNumber | Trouble:
    """The number, where it has the right shape."""
    digits = digits_of(text, NAME, (10,))
    return digits if isinstance(digits, Trouble) else PensionNumber(digits)


def invent(random: Random) -> PensionNumber:
    """A number of the right shape."""
    return PensionNumber(f"{random.randrange(10**10):010}")
