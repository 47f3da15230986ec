"""A key with which documents are signed, and its certificates, read from a file. No database: workers use it too."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now

RSA_BITS = 3072

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class NoSigner(Exception):
    """There is no key that may sign today. `says` tells staff what is missing and who mends it."""

    def __init__(self, says: str | Promise) -> None:
        super().__init__(str(says))
        self.says = says


@dataclass(frozen=True)
class Signer:
    """A key with its certificate and those above it; `is_sample`: of the fictional city, worth nothing elsewhere."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    is_sample: bool = False

    @property
    def name(self) -> str:
        """Who signs, as a reader shows it."""
        return self.certificate.subject.rfc4514_string()

    @property
    def ends_at(self) -> datetime:
        """When the certificate expires."""
        return self.certificate.not_valid_after_utc


def signer_of(path: Path, password: str) -> Signer:
    """The signer in this file, read once for as long as the file stays the same. Raises NoSigner."""
    try:
        return _read(path, path.stat().st_mtime_ns, password)
    except OSError as error:
        raise NoSigner(_("電子署名の鍵のファイルを読めません。置き場所と権限を確かめてください。")) from error


def refuse_unfit(signer: Signer, at: datetime) -> None:
    """Raises NoSigner where the certificate is not in force, or is not one for signing documents."""
    certificate = signer.certificate
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise NoSigner(_("電子署名の証明書の有効期間の外です。新しい証明書に取り替えてください。"))
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise NoSigner(_("この証明書は、文書への署名に使えません（鍵用途）。署名用の証明書にしてください。"))


def as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    """The certificate as the signing library takes it."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


@lru_cache(maxsize=4)
def _read(path: Path, changed_ns: int, password: str) -> Signer:
    del changed_ns  # part of the key of the cache: a new file is read anew
    content = path.read_bytes()
    try:
        if path.suffix.lower() == ".pem":
            key = load_pem_private_key(content, password.encode() or None)
            certificates = x509.load_pem_x509_certificates(content)
        else:
            opened = pkcs12.load_pkcs12(content, password.encode() or None)
            certificates = [each.certificate for each in (opened.cert, *opened.additional_certs) if each]
            return _matched(opened.key, certificates)
    except (ValueError, TypeError) as error:
        raise NoSigner(
            _("電子署名の鍵のファイルを開けません。パスワード（TODOKE_DOCUMENT_SIGNER_PASSWORD）を確かめてください。")
        ) from error
    return _matched(key, certificates)


def _matched(key: object, certificates: list[x509.Certificate]) -> Signer:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise NoSigner(_("電子署名の鍵はRSAか楕円曲線（ECDSA）のものにしてください。"))
    own = [each for each in certificates if each.public_key() == key.public_key()]
    if not own:
        raise NoSigner(_("ファイルの中に、鍵に合う証明書がありません。証明書もいっしょに書き出してください。"))
    return Signer(key, own[0], tuple(each for each in certificates if each is not own[0]))


def new_certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    """A certificate for this key, not signed yet."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def new_name(organisation: str, common: str) -> x509.Name:
    """A name in Japan."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def key_usage(**wanted: bool) -> x509.KeyUsage:
    """The uses that are named, and no other."""
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})


def make_time_stamper() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Key and certificate of a simulated time-stamping authority (RFC 3161, 2.3), for drills and tests."""
    key = rsa.generate_private_key(65537, RSA_BITS)
    name = new_name("Todoke", "Simulated time stamps")
    start = now().astimezone(UTC) - timedelta(days=1)
    certificate = (
        new_certificate(name, name, key, start, start + timedelta(days=365))
        .add_extension(key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def packed(signer: Signer, password: str) -> bytes:
    """The signer as PKCS#12, sealed with this password: for a process of its own, and for tests."""
    return pkcs12.serialize_key_and_certificates(
        b"todoke", signer.key, signer.certificate, list(signer.chain), BestAvailableEncryption(password.encode())
    )


def unpacked(content: bytes, password: str) -> Signer:
    """What `packed` gave."""
    opened = pkcs12.load_pkcs12(content, password.encode())
    return _matched(opened.key, [each.certificate for each in (opened.cert, *opened.additional_certs) if each])
