"""Mobile numbers as Japan writes them, in the one form by which they are known again: eleven digits with their 0.

Source: 電気通信番号計画 (総務省): 070, 080 and 090 are mobile telephones, 060 joined them; 020 belongs to machines and
050 to internet telephony, of which no handset shows an SMS.
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.http_forms.numbers import domestic

MOBILE = re.compile(r"0[6789]0\d{8}")
SEPARATORS = re.compile(r"[,;、\n]+")
# As many as fit into the address of a destination; more people are a list of their own.
NUMBERS_MAX = 30


def read_numbers(text: str) -> tuple[str, ...]:
    """The numbers of an address, each once, in their order. Raises ValueError, in words for the screen."""
    written = unicodedata.normalize("NFKC", bare(text))
    numbers = tuple(dict.fromkeys(normal(each) for each in SEPARATORS.split(written) if each.strip()))
    if not numbers:
        raise ValueError(_("携帯電話の番号を書いてください（例 090-0000-0001）。"))
    if len(numbers) > NUMBERS_MAX:
        raise ValueError(_("1つの配信先に書けるのは30件までです。配信先を分けてください。"))
    return numbers


def normal(written: str) -> str:
    """One number in its one form. Raises ValueError."""
    text = unicodedata.normalize("NFKC", written).strip()
    if not re.fullmatch(r"[+\d\s()‐‑–−ー-]*\d", text):
        raise ValueError(
            _("携帯電話の番号として読めません。090-0000-0001 の形で、2件以上は「,」で区切って書いてください。")
        )
    if text.startswith("+") and not text.startswith("+81"):
        raise ValueError(_("海外の番号には、SMSを送りません。国内の番号を書いてください。"))
    digits = domestic(text)
    if not MOBILE.fullmatch(digits):
        raise ValueError(_("SMSは、060・070・080・090で始まる11桁の携帯電話だけに送れます。"))
    return digits


def same(told: str, number: str) -> bool:
    """Whether a provider's answer means this number, in whichever form it tells it."""
    try:
        return normal(told) == number
    except ValueError:
        return False
