"""The code on a sheet: how a facility says, without signing in, that this one sheet has arrived.

It is derived from the delivery's own key and a secret of ours, so that the same sheet always has the same code, and is
60 bits long: of a hundred thousand codes in force, somebody who tried a million a second would hit one in months.
"""

import hashlib
import hmac
import re
import unicodedata

LENGTH = 12
# Crockford's base 32: no I, L, O and U, which are misread on a bad FAX.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OILU", "011V")


def code_for(delivery_key: str, secret: str) -> str:
    """The twelve characters of a delivery, by its key (`messaging.rules.delivery_key`)."""
    digest = hmac.new(secret.encode(), f"fax {delivery_key}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8])
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH))


def in_groups(code: str) -> str:
    """The code as it is printed: K7QM-2XPD-9HWT."""
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def read_code(written: str) -> str:
    """What somebody typed, in the one form of a code; empty where it is none."""
    text = unicodedata.normalize("NFKC", written).upper()
    text = re.sub(r"[\s\-‐−ー]", "", text).translate(_MISREAD)
    return text if len(text) == LENGTH and all(one in ALPHABET for one in text) else ""
