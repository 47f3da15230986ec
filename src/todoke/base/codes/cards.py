"""Card numbers (ISO/IEC 7812-1, Annex B: Luhn), to find them where they do not belong; Todoke keeps none."""

from dataclasses import dataclass
from random import Random

from django.utils.translation import pgettext_lazy

from todoke.base.codes.digits import digits_of, wrong_check_digit
from todoke.base.codes.luhn import has_right_check_digit
from todoke.base.codes.trouble import Trouble

NAME = pgettext_lazy("code", "カード番号")
LENGTHS = tuple(range(13, 20))


@dataclass(frozen=True, order=True)
class CardNumber:
    """Thirteen to nineteen digits."""

    value: str

    def __str__(self) -> str:
        """Only the last four digits: nobody here needs the others."""
        return "•" * (len(self.value) - 4) + self.value[-4:]


def read(text: str) -> CardNumber | Trouble:
    """The number, where its check digit is right; all zeros are no number."""
    digits = digits_of(text, NAME, LENGTHS)
    if isinstance(digits, Trouble):
        return digits
    return CardNumber(digits) if has_right_check_digit(digits) and digits.strip("0") else wrong_check_digit(NAME)


def invent(random: Random) -> CardNumber:
    """A number with the right check digit."""
    base = "4" + f"{random.randrange(10**14):014}"
    return next(CardNumber(base + last) for last in "0123456789" if has_right_check_digit(base + last))
