"""Signing a webhook by the Standard Webhooks specification 1.0 (https://www.standardwebhooks.com/)."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"


def secret_for(destination_key: str, master: str) -> str:
    """The secret of one destination, to be given to that partner: `whsec_…`, derived, so nothing has to be stored."""
    derived = hmac.new(master.encode(), f"todoke webhook {destination_key}".encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(derived).decode()


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: HMAC-SHA256 over `id.timestamp.body`, as `v1,<base64>`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{identifier}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(secret: str, identifier: str, timestamp: str, signatures: str, body: bytes, *, at: datetime) -> bool:
    """Whether one of the signatures is right and the time stamp is within five minutes of the clock."""
    try:
        stamp = int(timestamp)
        wanted = signature(secret, identifier, stamp, body)
    except (ValueError, binascii.Error):
        return False
    if abs(at.timestamp() - stamp) > TOLERANCE.total_seconds():
        return False
    return any(hmac.compare_digest(wanted.encode(), given.encode()) for given in signatures.split(" "))
