"""Getting the paper back, as it was signed."""

import hashlib

from todoke.ground.files import actions as files
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.documents.queries import FILE_CONTEXT, opened


class Gone(LookupError):
    """The paper has been shredded at the end of its time."""


def paper_of(document: OfficialDocument) -> bytes:
    """The signed PDF. Raises Gone, or files.Damaged when the bytes are missing or altered."""
    if document.file is None or document.shredded_at is not None:
        raise Gone
    try:
        pdf = opened(document, files.read(document.file), context=FILE_CONTEXT)
    except (files.Purged, LookupError) as gone:
        raise Gone from gone
    if hashlib.sha256(pdf).hexdigest() != document.sha256:
        raise files.Damaged(document.file)
    return pdf
