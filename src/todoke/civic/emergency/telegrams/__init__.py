"""The weather service's telegrams (気象庁防災情報XML), read. Pure: no database, no network, no Django.

The sentences for people are Japanese and are not translated: they are kept in the record word for word.
"""

from todoke.civic.emergency.telegrams.families import FAMILIES, Family, Identity, family_by_key, family_of
from todoke.civic.emergency.telegrams.order import order_of
from todoke.civic.emergency.telegrams.reader import BYTES_MAX, read
from todoke.civic.emergency.telegrams.refusals import NotATelegram, NotValid, NotWellFormed, TooLarge
from todoke.civic.emergency.telegrams.telegram import AreaWarning, Telegram

__all__ = [
    "BYTES_MAX",
    "FAMILIES",
    "AreaWarning",
    "Family",
    "Identity",
    "NotATelegram",
    "NotValid",
    "NotWellFormed",
    "Telegram",
    "TooLarge",
    "family_by_key",
    "family_of",
    "order_of",
    "read",
]
