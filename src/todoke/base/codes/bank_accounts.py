"""Bank accounts: 金融機関コード, 支店コード, 預金種目, 口座番号, and how ゆうちょ銀行's 記号・番号 become them.

The rule for ゆうちょ銀行 is its own page 「記号・番号から振込用の店名・預金種目・口座番号への変換の公式」: from a 記号
that begins with 1 the second and third digit and an 8 are the branch, and the 番号 without the 1 at its end is the
account; from one that begins with 0, the two digits and a 9, and the 番号 as it is (当座). A digit between the two is
not used.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from random import Random

import jaconv
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from todoke.base.codes.digits import digits_of
from todoke.base.codes.trouble import Trouble
from todoke.base.names.readings import reading

BANK_CODE = pgettext_lazy("code", "金融機関コード")
BRANCH_CODE = pgettext_lazy("code", "支店コード")
ACCOUNT_NUMBER = pgettext_lazy("code", "口座番号")
YUCHO_SYMBOL = pgettext_lazy("code", "記号")
YUCHO_NUMBER = pgettext_lazy("code", "番号")

YUCHO = "9900"

# What a bank's transfer format (全国銀行協会「全銀協規定フォーマット」) takes in a holder's name.
_NOT_FOR_TRANSFERS = re.compile(r"[^0-9A-Zｱ-ﾝｦﾞﾟ ()./\\「｢｣」-]")
_LARGE = str.maketrans("ｧｨｩｪｫｬｭｮｯｰ", "ｱｲｳｴｵﾔﾕﾖﾂ-")


class AccountKind(IntEnum):
    """預金種目 as banks number it."""

    ORDINARY = 1
    CURRENT = 2
    SAVINGS = 4


@dataclass(frozen=True, order=True)
class BankAccount:
    """One account: bank 4 digits, branch 3, number 7, all as text."""

    bank: str
    branch: str
    kind: AccountKind
    number: str

    def __str__(self) -> str:
        return f"{self.bank}-{self.branch}-{int(self.kind)}-{self.number}"


def read(bank: str, branch: str, number: str, kind: AccountKind = AccountKind.ORDINARY) -> BankAccount | Trouble:
    """The account; a number shorter than seven digits gets its zeros back."""
    read_parts = (
        digits_of(bank, BANK_CODE, (4,)),
        digits_of(branch, BRANCH_CODE, (3,)),
        digits_of(number, ACCOUNT_NUMBER, range(1, 8)),
    )
    for part in read_parts:
        if isinstance(part, Trouble):
            return part
    bank, branch, number = map(str, read_parts)
    if bank == YUCHO and branch[-1] not in "89":
        return Trouble(_("ゆうちょ銀行の店番は8か9で終わります。記号・番号の欄に、通帳のとおりに書いてください。"))
    return BankAccount(bank, branch, kind, number.zfill(7))


def read_yucho(symbol: str, number: str, *, is_savings: bool = False) -> BankAccount | Trouble:
    """The account behind a 記号 and a 番号 as they stand in the passbook (10530 - 12345671).

    `is_savings`: it is a 通常貯蓄貯金, which the two numbers do not tell.
    """
    five = digits_of(symbol, YUCHO_SYMBOL, (5, 6))
    if isinstance(five, Trouble):
        return five
    if five[0] not in "01" or five[4] != "0":
        return Trouble(_("ゆうちょ銀行の記号は、0か1で始まり、0で終わる5桁の数字です。通帳を確かめてください。"))
    digits = digits_of(number, YUCHO_NUMBER, range(2, 9) if five[0] == "1" else range(1, 8))
    if isinstance(digits, Trouble):
        return digits
    if five[0] == "0":
        return BankAccount(YUCHO, f"{five[1:3]}9", AccountKind.CURRENT, digits.zfill(7))
    if digits[-1] != "1":
        return Trouble(_("この記号のとき、番号は1で終わります。通帳を確かめてください。"))
    kind = AccountKind.SAVINGS if is_savings else AccountKind.ORDINARY
    return BankAccount(YUCHO, f"{five[1:3]}8", kind, digits[:-1].zfill(7))


def holder(name: str) -> str:
    """The holder's name as transfers carry it: half-width kana in large letters, capitals, hyphens for long vowels."""
    half = jaconv.z2h(reading(jaconv.z2h(name, kana=False, ascii=True, digit=True)), kana=True, ascii=True, digit=True)
    return half.translate(_LARGE).upper()


def not_for_transfers(holder_name: str) -> list[str]:
    """The characters of a holder's name that a transfer cannot carry, each once."""
    return list(dict.fromkeys(_NOT_FOR_TRANSFERS.findall(holder_name)))


def invent(random: Random) -> BankAccount:
    """An account of a bank that does not exist."""
    kind = random.choice(list(AccountKind))
    return BankAccount(
        f"{random.randint(9990, 9999)}", f"{random.randrange(1000):03}", kind, f"{random.randrange(10**7):07}"
    )
