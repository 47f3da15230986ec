"""PAdES (ETSI EN 319 142-1) by pyHanko: B-B, and B-T where a time-stamping authority is named."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from todoke.shared.documents.signing.keys import Signer, as_asn1

FIELD = "Signature1"
# Room for signature, certificates and time stamp; measuring it anew for every document costs a second signature.
ROOM_BYTES = 16_384
ROOM_WITH_TIME_BYTES = 32_768


class CannotSign(Exception):
    """The signature or its time stamp could not be made: nothing was issued; try again later."""


class _Kept(signers.SimpleSigner):
    """pyHanko reads the private key anew for every signature, which costs more than signing; this one keeps it."""

    def __init__(self, signer: Signer) -> None:
        store = SimpleCertificateStore()
        for certificate in signer.chain:
            store.register(as_asn1(certificate))
        super().__init__(
            signing_cert=as_asn1(signer.certificate),
            signing_key=None,
            cert_registry=store,
        )
        self._key = signer.key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != "sha256":
            raise CannotSign(f"unexpected digest {digest_algorithm}")
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@lru_cache(maxsize=2)
def _kept(signer: Signer) -> _Kept:
    return _Kept(signer)


def sign(pdf: bytes, signer: Signer, *, reason: str, stamper: TimeStamper | None = None) -> bytes:
    """The PDF with an invisible signature over all of it, added behind its bytes. Raises CannotSign.

    The instant of signing is this machine's clock's (pyHanko's own choice); with a stamper it is proved.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        name=signer.name,
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        made = _apart(
            partial(
                signers.PdfSigner(metadata, _kept(signer), timestamper=stamper).sign_pdf,
                writer,
                bytes_reserved=ROOM_WITH_TIME_BYTES if stamper else ROOM_BYTES,
            )
        )
    except (TimestampRequestError, OSError) as error:
        raise CannotSign(str(error)) from error
    signed: bytes = made.getvalue()
    return signed


def _apart(work: Callable[[], Any]) -> Any:
    """In a thread of its own: pyHanko runs an event loop for each signature, and a thread can run but one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()
