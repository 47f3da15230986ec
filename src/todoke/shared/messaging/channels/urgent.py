"""What 緊急速報メール takes: full-width characters of MS932 alone, no address and no number.

Sources: the carriers' rules as three municipal systems enforce them (title 15, title and body 200 full-width
characters, a line break counts as one; no web address, mail address or telephone number). The carriers' own handbook is
given to members only: hold these numbers against it before going live.
"""

import re
import unicodedata

# Written without their marks these stay readable, and telephones have always shown them so; Vietnamese does not.
FOLDED = frozenset({"en", "pt", "tl"})

_WEB = re.compile(r"https?:|[a-z][a-z0-9+.-]*://|www\.|[a-z0-9-]+\.(?:jp|com|net|org|info|lg|go)\b", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+|mailto:", re.IGNORECASE)
# A number of three digits such as 119番, and a short one such as #7119, is a telephone number too.
_TELEPHONE = re.compile(
    r"\+?\d{2,5}[-()ー ]{1,2}\d{1,4}[-()ー ]{1,2}\d{3,4}|(?<!\d)0\d{8,10}(?!\d)|(?<!\d)0120"
    r"|(?<!\d)1[01]\d番(?!地)|#\d{3,5}"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－ｰ", "-"))
# MS932 has one of each of these alone.
_TWINS = {"〜": "～", "−": "－", "—": "―", "–": "－", "‖": "∥", "¥": "￥", "\t": "\u3000", " ": "\u3000"}


def full_width(text: str, language: str) -> str:
    """The text as the carriers want it: every character two bytes wide, in the order and meaning it had."""
    if language in FOLDED:
        text = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n"))
    return "".join(_wide(each) for each in text)


def _wide(character: str) -> str:
    if character != "\n" and unicodedata.category(character) in ("Cf", "Cc") and character not in _TWINS:
        # What only joins its neighbours has no width of its own.
        return ""
    return chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else _TWINS.get(character, character)


def strangers_in(text: str) -> list[str]:
    """The characters that the carriers do not take, each once."""
    return list(dict.fromkeys(each for each in text if each != "\n" and not _is_taken(each)))


def _is_taken(character: str) -> bool:
    try:
        return len(character.encode("cp932")) == 2
    except UnicodeEncodeError:
        return False


def forbidden_in(text: str) -> list[str]:
    """What a carrier refuses in this text, in words for staff; nothing where all is well."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return [
        name
        for name, pattern in (("URL", _WEB), ("メールアドレス", _MAIL), ("電話番号", _TELEPHONE))
        if pattern.search(plain)
    ]
