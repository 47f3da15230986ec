"""The words under which other rooms know voices, what a box's questions may mean, and what would tell who wrote."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

VOICE, THEME = "voices.voice", "voices.theme"
PUBLISH = "voices.publish"

# Actions that the flow of every box names alike.
HAND_ON, PROPOSE, ANSWER, SEND_BACK = "hand-on", "propose", "answer", "send-back"
# Ends without an answer: each asks for a reason, which is why the voice is not published either.
ENDINGS = ("note", "refer", "withdraw")
NEEDED = (HAND_ON, PROPOSE, ANSWER, SEND_BACK, *ENDINGS)
CONSIDERING = "considering"

# What the questions of a box may mean; `body` and `publish` every box has.
USES = ("kind", "body", "publish", "addressee")
# What a box's route may ask for: whether a publication is wanted, and whether something changes.
FACTS = ("public", "changed")

WITHOUT_CONSENT = "本人が公表を望まないため"
NOT_EXCERPTED = "公表する要旨がないため"
LANGUAGES = {"ja": "", "ja-easy": "_easy", "en": "_en"}

_TELEPHONE = re.compile(r"(?<!\d)0\d{1,4}[-(\s]?\d{1,4}[-)\s]?\d{3,4}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_NAMING = frozenset({"paperwork.person-name", "paperwork.mail", "paperwork.telephone"})
NAME_CHARACTERS_MIN = 2


def names_in(answers: Iterable[tuple[str, Any]]) -> frozenset[str]:
    """Of (kind of question, value): the words that would tell who wrote."""
    found: set[str] = set()
    for kind, value in answers:
        if kind not in _NAMING or value is None:
            continue
        parts = value.values() if isinstance(value, Mapping) else [value]
        found |= {_plain(str(part)) for part in parts if isinstance(part, str)}
    return frozenset(word for word in found if len(word) >= NAME_CHARACTERS_MIN)


def tells_who(text: str, names: Iterable[str]) -> bool:
    """Whether a text for everybody holds one of these words, a telephone number or an address of a mail."""
    plain = _plain(text)
    return bool(_TELEPHONE.search(plain) or _MAIL.search(plain)) or any(name in plain for name in names)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
