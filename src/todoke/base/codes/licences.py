"""運転免許証番号: twelve digits, as long as a 個人番号, so one in ten passes that check too.

公安委員会 (2), year of the first licence (2), number (6), check digit, how often it was issued again. The police
publish no rule for the check digit; many who hold a licence have found the same one: weights 5 4 3 2 7 6 5 4 3 2, the
last digit of 11 − (sum mod 11) (上原哲太郎「免許証番号におけるチェックデジットを計算」). So a wrong one is told to a
person, as anything else here.
"""

from dataclasses import dataclass
from random import Random

from django.utils.translation import pgettext_lazy

from todoke.base.codes.digits import digits_of, weighted, wrong_check_digit
from todoke.base.codes.trouble import Trouble

NAME = pgettext_lazy("code", "運転免許証番号")
_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
# By prefecture and, in Hokkaido, by police district; 00 was given to licences changed from foreign ones.
COMMISSIONS = frozenset(
    [
        "00",
        "10",
        "11",
        "12",
        "13",
        "14",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "30",
        "40",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "50",
        "51",
        "52",
        "53",
        "54",
        "55",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "70",
        "71",
        "72",
        "73",
        "74",
        "80",
        "81",
        "82",
        "83",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "96",
        "97",
    ]
)


@dataclass(frozen=True, order=True)
class LicenceNumber:
    """Twelve digits."""

    value: str

    def __str__(self) -> str:
        return self.value


def check_digit(ten: str) -> str:
    """The eleventh digit for the first ten."""
    return str((11 - weighted(ten, _WEIGHTS) % 11) % 10)


def read(text: str) -> LicenceNumber | Trouble:
    """The number, where its check digit is right and its first two digits are a commission's."""
    digits = digits_of(text, NAME, (12,))
    if isinstance(digits, Trouble):
        return digits
    is_sound = digits[:2] in COMMISSIONS and digits[10] == check_digit(digits[:10])
    return LicenceNumber(digits) if is_sound else wrong_check_digit(NAME)


def invent(random: Random) -> LicenceNumber:
    """A number of the right shape."""
    ten = random.choice(sorted(COMMISSIONS)) + f"{random.randrange(10**8):08}"
    return LicenceNumber(ten + check_digit(ten) + str(random.randrange(3)))
