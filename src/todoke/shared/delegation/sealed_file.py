"""Files that travel between two cities by hand: signed by who made them, sealed for who may read them.

Sealed: X25519 (RFC 7748) with a key pair made for this one file, HKDF-SHA-256 (RFC 5869), AES-256-GCM with the whole
head as additional data; inside, an Ed25519 signature (RFC 8032) over the head and the text. The signature names the
reader, so that a file passed on to a third city does not pass for one that was meant for it; and it lies inside, so
that a finder does not even learn who wrote. The key serves once, so the nonce may be nought.

What is no secret (a card with public keys, a list of revocations) is JSON with its signature beside it.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from todoke.base.canonical import canonical, sha256_of
from todoke.shared.delegation.trouble import NewerForm, NotForUs, NoTodokeFile, Tampered

MAGIC = b"TODOKE-CITY-TO-CITY\x01"
NAME_BYTES = 16
KEY_BYTES = 32
SIGNATURE_BYTES = 64
HEAD_BYTES = len(MAGIC) + NAME_BYTES + KEY_BYTES
NONCE = bytes(12)
FORM = 1
# A delegation of a city of three hundred areas with their outlines is less than one of these.
FILE_BYTES_MAX = 2_000_000


class Kind(StrEnum):
    """What a file is."""

    CARD = "card"
    DELEGATION = "delegation"
    REVOCATIONS = "revocations"
    HANDBACK = "handback"


@dataclass(frozen=True)
class Keys:
    """A city's two private keys: one signs, the other opens what was sealed for it."""

    sign: bytes
    box: bytes

    @property
    def sign_public(self) -> bytes:
        """What others check our signature with."""
        return Ed25519PrivateKey.from_private_bytes(self.sign).public_key().public_bytes_raw()

    @property
    def box_public(self) -> bytes:
        """What others seal for us with."""
        return X25519PrivateKey.from_private_bytes(self.box).public_key().public_bytes_raw()


@dataclass(frozen=True)
class Document:
    """What a file says: its kind, its body, the fingerprint of the body, and whose key signed it."""

    kind: Kind
    body: Mapping[str, Any]
    sha256: str
    signer: bytes


def make_keys() -> Keys:
    """New keys, from the system's own randomness."""
    return Keys(Ed25519PrivateKey.generate().private_bytes_raw(), X25519PrivateKey.generate().private_bytes_raw())


def fingerprint(sign_public: bytes, box_public: bytes) -> str:
    """Both public keys in eight groups of four letters, to be read out over the telephone."""
    whole = hashlib.sha256(b"todoke card\x00" + sign_public + box_public).digest()
    letters = base64.b32encode(whole).decode()[:32]
    return " ".join(letters[place : place + 4] for place in range(0, 32, 4))


def seal_file(kind: Kind, body: Mapping[str, Any], *, keys: Keys, reader: bytes) -> bytes:
    """The file, signed with our keys, for whoever holds the private half of `reader`; other bytes every time."""
    own = X25519PrivateKey.generate()
    head = MAGIC + _name(reader) + own.public_key().public_bytes_raw()
    text = document_text(kind, body)
    signature = Ed25519PrivateKey.from_private_bytes(keys.sign).sign(_signed(reader, text))
    shared = own.exchange(X25519PublicKey.from_public_bytes(reader))
    return head + _cipher(shared, head, reader).encrypt(NONCE, keys.sign_public + signature + text, head)


def open_file(content: bytes, ours: Iterable[Keys]) -> Document:
    """What a sealed file says; `ours` are all our keys. Raises NoTodokeFile, NotForUs, Tampered, NewerForm."""
    head = content[:HEAD_BYTES]
    if not content.startswith(MAGIC) or len(content) <= HEAD_BYTES:
        raise NoTodokeFile
    name = head[len(MAGIC) : len(MAGIC) + NAME_BYTES]
    keys = next((each for each in ours if _name(each.box_public) == name), None)
    if keys is None:
        raise NotForUs
    try:
        shared = X25519PrivateKey.from_private_bytes(keys.box).exchange(
            X25519PublicKey.from_public_bytes(head[-KEY_BYTES:])
        )
        inside = _cipher(shared, head, keys.box_public).decrypt(NONCE, content[HEAD_BYTES:], head)
        signer = inside[:KEY_BYTES]
        signature = inside[KEY_BYTES : KEY_BYTES + SIGNATURE_BYTES]
        text = inside[KEY_BYTES + SIGNATURE_BYTES :]
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, _signed(keys.box_public, text))
    except (InvalidTag, InvalidSignature, ValueError) as trouble:
        raise Tampered from trouble
    return _document(text, signer)


def sign_file(kind: Kind, body: Mapping[str, Any], *, keys: Keys) -> bytes:
    """A file that everybody may read, with our signature beside its text."""
    text = document_text(kind, body)
    signature = Ed25519PrivateKey.from_private_bytes(keys.sign).sign(_signed(b"", text))
    whole = {
        "todoke": "city-to-city",
        "document": text.decode(),
        "signer": base64.b64encode(keys.sign_public).decode(),
        "signature": base64.b64encode(signature).decode(),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def read_signed(content: bytes) -> Document:
    """What a signed file says, and whose key signed it. Raises NoTodokeFile, Tampered, NewerForm."""
    try:
        whole = json.loads(content)
        text = str(whole["document"]).encode()
        signer = base64.b64decode(whole["signer"], validate=True)
        signature = base64.b64decode(whole["signature"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error) as trouble:
        raise NoTodokeFile from trouble
    if whole.get("todoke") != "city-to-city":
        raise NoTodokeFile
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, _signed(b"", text))
    except (InvalidSignature, ValueError) as trouble:
        raise Tampered from trouble
    return _document(text, signer)


def read_file(content: bytes, ours: Iterable[Keys]) -> Document:
    """What any file of this room says, sealed or signed. Raises the refusals of both."""
    return open_file(content, ours) if content.startswith(MAGIC) else read_signed(content)


def document_text(kind: Kind, body: Mapping[str, Any]) -> bytes:
    """The text inside a file: its form, its kind, its body and the body's fingerprint."""
    whole = {"format": FORM, "kind": kind, "sha256": body_sha256(body), "body": body}
    return canonical(whole).encode()


def body_sha256(body: Mapping[str, Any]) -> str:
    """The fingerprint of a body, the same however its keys are ordered."""
    return sha256_of(canonical(body))


def _document(text: bytes, signer: bytes) -> Document:
    try:
        whole = json.loads(text)
        form, kind, body = whole["format"], whole["kind"], whole["body"]
    except (ValueError, KeyError, TypeError) as trouble:
        raise Tampered from trouble
    if not isinstance(form, int) or form > FORM or kind not in set(Kind):
        raise NewerForm
    if not isinstance(body, dict) or whole.get("sha256") != body_sha256(body):
        raise Tampered
    return Document(Kind(kind), body, str(whole["sha256"]), signer)


def _name(box_public: bytes) -> bytes:
    return hashlib.sha256(b"todoke reader\x00" + box_public).digest()[:NAME_BYTES]


def _signed(reader: bytes, text: bytes) -> bytes:
    return MAGIC + len(reader).to_bytes() + reader + text


def _cipher(shared: bytes, head: bytes, reader: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=head, info=b"todoke city to city" + reader).derive(shared))
