"""The return path of a mass mail, by which a bounce is known to be about one contact (VERP)."""

import re

# The mass mail names its edition in this header, and a bounce brings the header back with the original.
EDITION_HEADER = "X-Todoke-Edition"

# 20 bytes in base32, as `base.sealing.make_token` writes them; servers on the way may have changed the case. Some
# servers part the extension with a minus (qmail's custom), and the address may stand in angle brackets.
TOKEN = re.compile(r"\s*<?bounce[+-](?P<token>[a-z2-7]{32})(?:@[a-z0-9.-]{1,253})?>?\s*", re.IGNORECASE)
ADDRESSES_MAX = 10


def return_path(token: str, sender: str) -> str:
    """Where a mail with this token comes back to: `sender` is the address that the city's mail comes from."""
    return f"bounce+{token}@{sender.rpartition('@')[2]}"


def token_in(address: str) -> str | None:
    """The token of one of our return paths, in lower case; None for any other address."""
    found = TOKEN.fullmatch(address[:400])
    return found["token"].lower() if found else None
