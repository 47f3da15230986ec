"""Asking about documents, their numbers, seals and clauses."""

import contextlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from todoke.base import sealing
from todoke.base.clock import in_japan, now
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.documents.models import (
    ClauseVersion,
    DocumentNumber,
    LetterVersion,
    OfficialDocument,
    Seal,
    SealUse,
    Series,
    VersionState,
)
from todoke.shared.documents.registry import keepers
from todoke.shared.documents.rules.letters import LetterBody, read_letter
from todoke.shared.documents.rules.verification import Life, Standing, folded_secret, standing_on

READ = "documents.read"
ISSUE = "documents.issue"
WITHDRAW = "documents.withdraw"
SEALS = "documents.seals"
NUMBERS = "documents.numbers"

CODE_PURPOSE = "documents.verify"
CONTEXT = b"documents.particulars"
FILE_CONTEXT = b"documents.file"


def sections_of(viewer: Viewer, *permissions: str) -> list[str]:
    """The keys of the sections in which this viewer holds any of these permissions."""
    return sorted({section for permission, section in viewer.grants if permission in permissions})


def documents_for(viewer: Viewer) -> QuerySet[OfficialDocument]:
    """Every document of the sections in which this viewer may read, issue or withdraw."""
    mine = sections_of(viewer, READ, ISSUE, WITHDRAW)
    return OfficialDocument.objects.filter(section__key__in=mine).select_related(
        "number", "section", "version__letter", "disposition", "issued_by", "ended_by"
    )


def document_for(viewer: Viewer, key: Any) -> OfficialDocument | None:
    """The document with this key, if this viewer may see it."""
    return documents_for(viewer).filter(key=key).first()


def documents_about(subject_type: str, key: Any) -> list[OfficialDocument]:
    """What was issued about this and is still held, the newest first; who may see them, the service asks."""
    found = OfficialDocument.objects.filter(subject_type=subject_type, subject_key=str(key))
    return list(found.exclude(shredded_at__isnull=False).select_related("number", "section").order_by("-pk"))


def with_verification(documents: Iterable[OfficialDocument]) -> list[dict[str, Any]]:
    """Each with the page on which it is verified, as pages of residents list them."""
    return [{"document": each, "verify": address_of(code_of(each.pk))} for each in documents]


def found_documents(
    viewer: Viewer, *, number: str = "", section: str = "", state: str = ""
) -> QuerySet[OfficialDocument]:
    """The register, narrowed by a part of the number, a section, a state."""
    found = documents_for(viewer)
    if number.strip():
        found = found.filter(number__text__contains=number.strip())
    if section:
        found = found.filter(section__key=section)
    if state:
        found = found.filter(state=state)
    return found


def numbers_for(viewer: Viewer, *, series: str = "", fiscal_year: int | None = None) -> QuerySet[DocumentNumber]:
    """The register of numbers of the viewer's sections: used, reserved and voided alike."""
    mine = sections_of(viewer, READ, ISSUE, WITHDRAW, NUMBERS)
    found = DocumentNumber.objects.filter(series__section__key__in=mine).select_related("series__section", "document")
    if series:
        found = found.filter(series__key=series)
    if fiscal_year is not None:
        found = found.filter(fiscal_year=fiscal_year)
    return found


def series_for(viewer: Viewer, *permissions: str) -> list[Series]:
    """The series of the sections in which this viewer holds any of these permissions."""
    return list(
        Series.objects.filter(section__key__in=sections_of(viewer, *permissions))
        .select_related("section")
        .order_by("key")
    )


def series_of(section: Section, key: str = "") -> Series | None:
    """The series with this key, or the section's first one."""
    found = Series.objects.filter(section=section)
    return (found.filter(key=key) if key else found.order_by("pk")).first()


def seals_for(viewer: Viewer) -> QuerySet[Seal]:
    """The register of seals, for those who keep it or may read it."""
    return Seal.objects.select_related("keeper") if viewer.may(SEALS) else Seal.objects.none()


def seal_uses_for(viewer: Viewer, *, seal: str = "") -> QuerySet[SealUse]:
    """The book of seal uses, newest first."""
    if not viewer.may(SEALS):
        return SealUse.objects.none()
    found = SealUse.objects.select_related("seal", "document__number", "document__section")
    return found.filter(seal__key=seal) if seal else found


def published_version(letter: str) -> LetterVersion | None:
    """The version of this letter that is in use."""
    return (
        LetterVersion.objects.select_related("letter", "disposition")
        .filter(letter__key=letter, state=VersionState.PUBLISHED)
        .first()
    )


def body_of(version: LetterVersion) -> LetterBody:
    """What this version says."""
    return read_letter(version.body)


def clauses_in_force(keys: Iterable[str], day: date) -> dict[str, ClauseVersion]:
    """The text of each of these clauses that is in force on the day; one that is not is not in the answer."""
    found = (
        ClauseVersion.objects.select_related("clause")
        .filter(clause__key__in=list(keys), start_date__lte=day)
        .filter(Q(end_date__isnull=True) | Q(end_date__gte=day))
    )
    return {each.clause.key: each for each in found}


def all_clauses() -> QuerySet[ClauseVersion]:
    """The clause library."""
    return ClauseVersion.objects.select_related("clause").order_by("clause__part", "clause__key", "-start_date")


# ---- what is sealed -------------------------------------------------------------------------------------------------


def opened(document: OfficialDocument, sealed: bytes, *, context: bytes) -> bytes:
    """What was sealed for this document. Raises LookupError once its key is gone, sealing.CannotOpen for what was
    altered."""
    if not document.custody:
        return sealing.open_sealed(sealed, context=context)
    kind, _colon, name = document.custody.partition(":")
    return keepers[kind].open_sealed(name, sealed, context=context)


def particulars_of(document: OfficialDocument) -> dict[str, Any]:
    """Addressee and facts of a document; nothing once they have been shredded."""
    if document.particulars is None:
        return {}
    with contextlib.suppress(LookupError, sealing.CannotOpen):
        return dict(json.loads(opened(document, bytes(document.particulars), context=CONTEXT)))
    return {}


# ---- verification ---------------------------------------------------------------------------------------------------


def code_of(number: int) -> str:
    """The verification code of the document with this number in the database: nobody can guess one from another."""
    return sealing.make_token(number, purpose=CODE_PURPOSE)


def address_of(code: str) -> str:
    """The page on which this code is verified, as the QR code names it."""
    return f"{settings.SITE_ADDRESS}{reverse('documents:verify', args=[code])}"


def in_groups(code: str) -> str:
    """The code as it is printed, to be typed by hand."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def document_with_code(code: str) -> OfficialDocument | None:
    """The document with this code, or None: a code of nobody's and a typing error look the same."""
    read = sealing.read_token("".join(code.split()).replace("-", "").lower(), purpose=CODE_PURPOSE)
    if read is None:
        return None
    return (
        OfficialDocument.objects.select_related(
            "number", "section", "version__letter", "disposition", "replaced_by__number"
        )
        .filter(pk=read[0])
        .first()
    )


def standing(document: OfficialDocument) -> Standing:
    """How a document stands today in Japan."""
    return standing_on(Life(document.state, document.expires_on), in_japan(now()).date())


def secret_digest(document_number: int, text: str) -> bytes:
    """What is kept of the word that a holder types from the paper."""
    return sealing.keyed_hash(f"{document_number} {folded_secret(text)}", purpose="documents.secret")
