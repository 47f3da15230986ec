"""How a document leaves the house: as an attachment that no browser runs. Who may, its room asks."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from todoke.ground.files.actions import read
from todoke.ground.files.models import Document


def response_for(document: Document) -> HttpResponse:
    """The bytes as an attachment, never guessed at, never run, never kept by a cache.

    Only for a document that a query gave for this viewer. Raises Purged, Damaged or Quarantined as `actions.read` does.
    """
    return attachment_of(read(document), document.name, document.media_type)


def attachment_of(content: bytes, name: str, media_type: str) -> HttpResponse:
    """The same for bytes that a room has kept sealed and opened for this viewer."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
