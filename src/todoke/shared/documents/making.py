"""Setting and signing one document: everything that needs no database, so that workers of their own can do it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from pyhanko.sign.timestamps import TimeStamper

from todoke.base.press import CannotPrint, NoJapaneseFont
from todoke.shared.documents.composing import Composition, paper
from todoke.shared.documents.signing.keys import Signer, unpacked
from todoke.shared.documents.signing.pades import CannotSign, sign
from todoke.shared.documents.signing.timestamps import Authority

REASON = "公文書の発行"
CANNOT_MAKE = (CannotPrint, NoJapaneseFont, CannotSign)


@dataclass(frozen=True)
class Made:
    """A signed document and its SHA-256."""

    pdf: bytes
    sha256: str


def make(composition: Composition, *, at: datetime, signer: Signer, stamper: TimeStamper | None) -> Made:
    """Set and sign. Raises one of CANNOT_MAKE."""
    pdf = sign(paper(composition, at=at), signer, reason=REASON, stamper=stamper)
    return Made(pdf, hashlib.sha256(pdf).hexdigest())


# ---- in a worker of its own -----------------------------------------------------------------------------------------

_signer: Signer | None = None
_stamper: TimeStamper | None = None


def set_up_worker(packed: bytes, password: str, authority: str) -> None:
    """Called once in each worker: the key comes through the pipe, never through a file or the environment."""
    global _signer, _stamper  # noqa: PLW0603 - one signer for the life of the worker
    _signer = unpacked(packed, password)
    _stamper = Authority(authority) if authority else None


def make_in_worker(job: tuple[Composition, datetime]) -> Made:
    """One document, in a worker that was set up."""
    composition, at = job
    assert _signer is not None
    return make(composition, at=at, signer=_signer, stamper=_stamper)
