"""Sealed values: personal data that a stolen table, dump or disk does not give away.

AES-256-GCM (NIST SP 800-38D) with a random nonce, bound to its context, so that a value moved to another column does
not open. Keys come from the setting SEAL_KEYS: the first one seals, all of them open. Hashes and tokens hang on the
last, the oldest one, because they must stay the same through every rotation: it is never taken out of the list.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

FORM = b"\x01"
KEY_NAME_SIZE = 4
NONCE_SIZE = 12
# Where the sealed text begins: form, name of the key, nonce.
OVERHEAD = len(FORM) + KEY_NAME_SIZE + NONCE_SIZE

HASH_SIZE = 16
MAC_SIZE = 12
NUMBER_SIZE = 6
GENERATION_SIZE = 2


class CannotOpen(Exception):
    """The value was sealed with a key that is not in the list, in another context, or has been altered."""


@dataclass(frozen=True)
class _Keys:
    first: bytes
    ciphers: dict[bytes, AESGCM]
    lasting: bytes


def seal(plain: bytes, *, context: bytes) -> bytes:
    """The value, sealed for this context; a second call gives other bytes. 33 bytes longer than what it hides."""
    keys = _keys()
    nonce = os.urandom(NONCE_SIZE)
    return FORM + keys.first + nonce + keys.ciphers[keys.first].encrypt(nonce, plain, context)


def open_sealed(sealed: bytes, *, context: bytes) -> bytes:
    """What was sealed for this context. Raises CannotOpen."""
    name = sealed[len(FORM) : len(FORM) + KEY_NAME_SIZE]
    cipher = _keys().ciphers.get(name)
    if sealed[: len(FORM)] != FORM or cipher is None:
        raise CannotOpen("its key is not in TODOKE_SEAL_KEYS; put the key back into the list")
    try:
        return cipher.decrypt(sealed[OVERHEAD - NONCE_SIZE : OVERHEAD], sealed[OVERHEAD:], context)
    except (InvalidTag, ValueError) as trouble:
        raise CannotOpen("it was altered, or belongs elsewhere") from trouble


def is_sealed_with_the_first_key(sealed: bytes) -> bool:
    """Whether a rotation of keys has reached this value; if not, open it and seal it again."""
    return sealed[len(FORM) : len(FORM) + KEY_NAME_SIZE] == _keys().first


def keyed_hash(text: str, *, purpose: str) -> bytes:
    """16 bytes by which the same text is found again, and from which nobody without the key can try texts."""
    return _digest(purpose, text.encode(), HASH_SIZE)


def make_token(number: int, *, purpose: str, generation: int = 1) -> str:
    """A word of 32 letters and digits in lower case that stands for a number (below 2^48) and cannot be guessed.

    It holds as long as the owner's `generation` (below 2^16) does. Neither number nor generation can be read from it:
    they are masked with what the 96-bit check gives.
    """
    told = number.to_bytes(NUMBER_SIZE) + generation.to_bytes(GENERATION_SIZE)
    check = _digest(f"{purpose} check", told, MAC_SIZE)
    return base64.b32encode(check + _masked(purpose, check, told)).decode().lower()


def read_token(token: str, *, purpose: str) -> tuple[int, int] | None:
    """Number and generation of a token in any letter case; None for one that we did not make."""
    try:
        raw = base64.b32decode(token.upper())
    except (binascii.Error, ValueError):
        return None
    if len(raw) != MAC_SIZE + NUMBER_SIZE + GENERATION_SIZE:
        return None
    check = raw[:MAC_SIZE]
    told = _masked(purpose, check, raw[MAC_SIZE:])
    if not hmac.compare_digest(check, _digest(f"{purpose} check", told, MAC_SIZE)):
        return None
    return int.from_bytes(told[:NUMBER_SIZE]), int.from_bytes(told[NUMBER_SIZE:])


def _masked(purpose: str, check: bytes, told: bytes) -> bytes:
    mask = _digest(f"{purpose} mask", check, len(told))
    return (int.from_bytes(told) ^ int.from_bytes(mask)).to_bytes(len(told))


def _digest(purpose: str, text: bytes, size: int) -> bytes:
    # BLAKE2b with a key is a MAC by itself (RFC 7693); the purpose keeps one use from answering for another.
    return hashlib.blake2b(purpose.encode() + b"\x00" + text, key=_keys().lasting, digest_size=size).digest()


def _keys() -> _Keys:
    return _derived(settings.SEAL_KEYS)


@lru_cache(maxsize=4)
def _derived(secrets: tuple[str, ...]) -> _Keys:
    def derive(secret: str, use: bytes, size: int) -> bytes:
        return hashlib.blake2b(secret.encode(), person=use, digest_size=size).digest()

    return _Keys(
        first=derive(secrets[0], b"todoke name", KEY_NAME_SIZE),
        ciphers={
            derive(each, b"todoke name", KEY_NAME_SIZE): AESGCM(derive(each, b"todoke seal", 32)) for each in secrets
        },
        lasting=derive(secrets[-1], b"todoke lasting", 32),
    )
