"""Web push as its standards have it: sealing a message for one browser, and showing who sends it.

RFC 8291 (encryption, by RFC 8188), RFC 8292 (VAPID), RFC 8030 (the request). Written out on top of `cryptography`,
because the libraries for it bring HTTP clients of their own; the tests hold it to the example of RFC 8291.
"""

import base64
import binascii
import json
import os
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
# RFC 8291, section 4: every service takes 4,096 bytes, and more is not promised.
SEALED_MAX = 4096
RECORD_SIZE = 4096
# Salt, record size, length of the key, the key; then, behind the text, its end mark and the tag (RFC 8188, section 2).
HEADER_SIZE = 16 + 4 + 1 + 65
PLAIN_MAX = SEALED_MAX - HEADER_SIZE - 1 - 16
ENDPOINT_MAX = 2000
# RFC 8292, section 2: a day at most. Half of it leaves room for clocks that are wrong.
CLAIM_LIVES = timedelta(hours=12)


class BadSubscription(ValueError):
    """The text is no PushSubscription that anybody could be reached by."""


class BadSeal(ValueError):
    """The message does not open, or its sender has not shown who they are."""


@dataclass(frozen=True)
class Subscription:
    """A browser's PushSubscription: where to send, and the keys that only it can open."""

    endpoint: str
    public_key: bytes
    auth: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `PushSubscription.toJSON()`, or our own shorter form of it. Raises BadSubscription."""
        try:
            told = json.loads(text)
            keys = told.get("keys", told)
            found = cls(str(told["endpoint"]), from_base64url(keys["p256dh"]), from_base64url(keys["auth"]))
            parts = urlsplit(found.endpoint)
            _public_key(found.public_key)
            fits = parts.scheme == "https" and bool(parts.hostname) and parts.port in (None, 443)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadSubscription(type(error).__name__) from None
        if not fits or parts.username or parts.password or parts.fragment or not found.endpoint.isascii():
            raise BadSubscription("the endpoint is no plain https address")
        if len(found.endpoint) > ENDPOINT_MAX or len(found.auth) != 16:
            raise BadSubscription("the endpoint is too long, or the secret has not 16 bytes")
        return found

    @property
    def host(self) -> str:
        """The push service."""
        return urlsplit(self.endpoint).hostname or ""

    @property
    def origin(self) -> str:
        """The push service as RFC 8292 names it."""
        return f"https://{self.host}"

    def as_text(self) -> str:
        """The one form in which it is stored."""
        told = {"auth": base64url(self.auth), "endpoint": self.endpoint, "p256dh": base64url(self.public_key)}
        return json.dumps(told, separators=(",", ":"), sort_keys=True)


def seal(
    plain: bytes, to: Subscription, *, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """The message in one record that only this browser can open. `sender` and `salt` are fresh, but for tests.

    Raises ValueError for more than PLAIN_MAX bytes.
    """
    if len(plain) > PLAIN_MAX:
        raise ValueError(f"{len(plain)} bytes do not fit into a push of {PLAIN_MAX}")
    sender = sender or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    own = _encoded(sender.public_key())
    shared = sender.exchange(ec.ECDH(), _public_key(to.public_key))
    key, nonce = _keys(shared, to.auth, to.public_key, own, salt)
    return salt + struct.pack("!IB", RECORD_SIZE, len(own)) + own + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def open_push(sealed: bytes, private_key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What was sealed for this browser, of one record. Raises BadSeal."""
    try:
        salt, own = sealed[:16], sealed[21:HEADER_SIZE]
        shared = private_key.exchange(ec.ECDH(), _public_key(own))
        key, nonce = _keys(shared, auth, _encoded(private_key.public_key()), own, salt)
        plain = AESGCM(key).decrypt(nonce, sealed[HEADER_SIZE:], None).rstrip(b"\x00")
    except (ValueError, InvalidTag) as error:
        raise BadSeal("it does not open with this browser's keys") from error
    if not plain.endswith(b"\x02"):
        raise BadSeal("its last record has no end mark")
    return plain[:-1]


def _keys(shared: bytes, auth: bytes, receiver: bytes, sender: bytes, salt: bytes) -> tuple[bytes, bytes]:
    secret = _derived(shared, auth, b"WebPush: info\x00" + receiver + sender, 32)
    return (
        _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16),
        _derived(secret, salt, b"Content-Encoding: nonce\x00", 12),
    )


def _derived(secret: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, purpose).derive(secret)


class Sender:
    """Who sends: the city's key pair and how a push service reaches the city (`mailto:` or `https:`)."""

    def __init__(self, private_key: str, contact: str) -> None:
        """Raises ValueError for what is no private key of P-256 in base64url."""
        number = from_base64url(private_key)
        if len(number) != 32:
            raise ValueError(f"the key has {len(number)} bytes, not 32")
        self.contact = contact
        self._private_key = ec.derive_private_key(int.from_bytes(number), CURVE)
        self.public_key = base64url(_encoded(self._private_key.public_key()))

    def authorization(self, origin: str, *, at: datetime) -> str:
        """The header that shows a push service who sends; good for twelve hours."""
        claims = {"aud": origin, "exp": int((at + CLAIM_LIVES).timestamp()), "sub": self.contact}
        signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
        r, s = decode_dss_signature(self._private_key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"vapid t={signed}.{base64url(r.to_bytes(32) + s.to_bytes(32))}, k={self.public_key}"


def claims_of(authorization: str, *, at: datetime) -> dict[str, Any]:
    """What a sender says of themselves, once the signature is proved. Raises BadSeal."""
    try:
        scheme, _, rest = authorization.partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        signed, _, signature = given["t"].rpartition(".")
        raw = from_base64url(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        _public_key(from_base64url(given["k"])).verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        header, claims = (json.loads(from_base64url(part)) for part in signed.split("."))
        ends = datetime.fromtimestamp(claims["exp"], at.tzinfo)
    except (ValueError, KeyError, TypeError, InvalidSignature) as error:
        raise BadSeal("the sender's signature is missing or wrong") from error
    if scheme != "vapid" or header.get("alg") != "ES256" or not at < ends <= at + timedelta(hours=24):
        raise BadSeal("the sender's claim is over, or longer than a day")
    if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
        raise BadSeal("the sender does not say how to reach them")
    return dict(claims)


def base64url(value: bytes) -> str:
    """As the standards of the web write bytes: without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes, with or without padding. Raises ValueError."""
    plain = text.rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _part(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def _public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != 65:
        raise ValueError("a public key of P-256 has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)


def _encoded(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
