"""Whose voice it is, on the pages of who wrote it."""

from uuid import UUID

from django.http import Http404

from todoke.civic.voices.models import Voice
from todoke.civic.voices.queries.voices import voice_with
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.filling import holds


def theirs(request: VisitorRequest, key: UUID) -> Voice:
    """The voice of this visitor: their browser holds it, or they have signed in as whose it is. Raises Http404."""
    found = voice_with(key)
    if found is None:
        raise Http404
    resident = request.viewer.resident_id
    is_own = resident is not None and found.case is not None and found.case.resident_id == resident
    if not is_own and not holds(request, found.response):
        raise Http404
    return found
