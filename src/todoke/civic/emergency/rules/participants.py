"""Taking part in a drill: until when, and the code by which a message's reader says that it arrived. Pure."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

# Longer than any drill lasts; an open end would be a list that nobody remembers having joined.
LASTS_MAX = timedelta(days=7)
# What a person's address is needed for after the end: their correction, and calls that are still being made.
ADDRESS_KEPT = timedelta(days=7)


def fits(ends_at: datetime, at: datetime) -> bool:
    """Whether a consent may last until then."""
    return at < ends_at <= at + LASTS_MAX


def code_for(delivery_key: str, secret: str) -> str:
    """The word in a participant's link: it follows from the delivery's key and a secret of ours, 80 bits long."""
    digest = hmac.new(secret.encode(), f"drill {delivery_key}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()
