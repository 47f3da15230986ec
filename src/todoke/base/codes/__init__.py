"""Codes and numbers of Japanese life: read from any hand, checked, printed. Pure, but for addresses.

Each module has one kind of value with `read(text)`, which gives the value or a `Trouble` (a sentence that says what is
wrong and how to mend it, and never repeats the number), `str(value)` as it is printed, and `invent(random)` for tests.

| module | what |
| --- | --- |
| `municipalities` | 全国地方公共団体コード |
| `corporations` | 法人番号 |
| `telephones` | 電話番号 |
| `postal_codes`, `addresses` | 郵便番号, and the places behind one |
| `bank_accounts` | 金融機関コード・支店コード・口座番号, and ゆうちょ銀行's 記号・番号 |
| `licences` | 運転免許証番号 |
| `cards` | card numbers (Luhn) |
| `pensions` | 基礎年金番号 |
| `my_number` | 個人番号, only to find it and to keep it out |
"""

from todoke.base.codes.trouble import Trouble

__all__ = ["Trouble"]
