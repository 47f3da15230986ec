"""The signer of this house.

A city names its file in TODOKE_DOCUMENT_SIGNER. The fictional city makes an authority and a signer of its own at the
first use, under TODOKE_VAR; the verification page says so. A real city without a file signs nothing.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.ground.people.queries import is_sample_city
from todoke.ground.places.queries import the_city
from todoke.shared.documents.signing.keys import (
    RSA_BITS,
    NoSigner,
    Signer,
    key_usage,
    new_certificate,
    new_name,
    refuse_unfit,
    signer_of,
)

SAMPLE_FILE = "signer.p12"
SAMPLE_YEARS = 5


def the_signer(at: datetime) -> Signer:
    """The signer of this house, fit to sign at this instant. Raises NoSigner."""
    path: Path | None = settings.DOCUMENT_SIGNER
    if path is not None:
        signer = signer_of(path, settings.DOCUMENT_SIGNER_PASSWORD)
    elif is_sample_city():
        signer = _sample_signer(settings.DOCUMENT_SIGNER_ROOT / SAMPLE_FILE)
    else:
        raise NoSigner(
            _("電子署名の鍵が設定されていません。情報システム担当が TODOKE_DOCUMENT_SIGNER を設定してください。")
        )
    refuse_unfit(signer, at)
    return signer


def _sample_signer(path: Path) -> Signer:
    if not path.exists():
        _make_sample(path)
    found = signer_of(path, "")
    return replace(found, is_sample=True)


def _make_sample(path: Path) -> None:
    """An authority and one certificate; the authority's key is thrown away, so it can sign nothing more."""
    city = the_city()
    name = city.name if city else "見本の市"
    # From yesterday: a host whose clock is a little behind can use it at once.
    start = now().astimezone(UTC) - timedelta(days=1)
    end = start + timedelta(days=365 * SAMPLE_YEARS)
    authority_key, key = (rsa.generate_private_key(65537, RSA_BITS) for _ in range(2))
    authority_name = new_name(name, f"{name} 見本の認証局（架空）")
    authority = (
        new_certificate(authority_name, authority_name, authority_key, start, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        new_certificate(new_name(name, f"{name}長（見本）"), authority_name, key, start, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(digital_signature=True, content_commitment=True), critical=True)
        # RFC 9336: for the signing of documents.
        .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(b"todoke sample", key, certificate, [authority], NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(packed)
    # Two processes may make one at the same moment: the first one stands, and both read it.
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
