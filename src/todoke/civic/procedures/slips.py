"""Sealed slips: what a device without a line writes down can be read here alone, not on the device that wrote it.

A device gets our public key (P-256) with the page. What it keeps is sealed with a key that it makes for this one slip
and forgets (ECDH, HKDF-SHA256, AES-256-GCM), bound to the slip's own key and its procedure. So a stolen device, the
next clerk at it, or a script that reads its storage finds no word of what was typed; and no sign-out has to throw away
what has not been sent. Why: docs/decisions/0010-filings-without-a-line.md.

    form (1 byte, 1) | public key of the device (65 bytes) | nonce (12 bytes) | sealed JSON
"""

import base64
import json
from binascii import Error as NotBase64
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from todoke.base.sealing import keyed_hash

FORM = b"\x01"
POINT, NONCE = 65, 12
INFO = b"todoke slip 1"
PURPOSE = "procedures.slips"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BYTES_MAX = 80_000_000


class CannotRead(Exception):
    """It was not sealed for us, belongs to another slip, or has been altered on its way."""


@dataclass(frozen=True)
class SentFile:
    """One file as it lay on the device."""

    question: str
    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Contents:
    """What was typed: the fields of the page as a browser posts them, the files, and the version of the procedure."""

    version: int
    fields: tuple[tuple[str, str], ...]
    files: tuple[SentFile, ...]


def public_key() -> str:
    """What devices seal for: an uncompressed point, base64url. The same through every rotation of the house's keys."""
    point = _private(*_secret()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def open_slip(sealed: bytes, *, key: UUID, procedure: str) -> Contents:
    """What a device has sealed. Raises CannotRead."""
    if sealed[:1] != FORM or not len(FORM) + POINT + NONCE < len(sealed) <= BYTES_MAX:
        raise CannotRead
    point, rest = sealed[1 : 1 + POINT], sealed[1 + POINT :]
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = _private(*_secret()).exchange(ec.ECDH(), theirs)
        plain = _cipher(shared).decrypt(rest[:NONCE], rest[NONCE:], binding(key, procedure))
        return _read(json.loads(plain))
    except (InvalidTag, ValueError, KeyError, TypeError, NotBase64) as trouble:
        raise CannotRead from trouble


def binding(key: UUID, procedure: str) -> bytes:
    """What a sealed slip is bound to."""
    return f"{key}|{procedure}".encode()


def _read(told: object) -> Contents:
    if not isinstance(told, dict):
        raise CannotRead
    fields = tuple((str(name), str(value)) for name, value in told["fields"])
    files = tuple(
        SentFile(str(question), str(name), str(kind), base64.b64decode(content, validate=True))
        for question, name, kind, content in told["files"]
    )
    return Contents(int(told["version"]), fields, files)


def _cipher(shared: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=INFO).derive(shared))


def _secret() -> tuple[bytes, bytes]:
    return keyed_hash("first half", purpose=PURPOSE), keyed_hash("second half", purpose=PURPOSE)


@lru_cache(maxsize=2)
def _private(first: bytes, second: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(first + second) % (ORDER - 1) + 1, ec.SECP256R1())
