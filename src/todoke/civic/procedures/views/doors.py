"""What the residents' pages have in common: whose filing it is, and how a private page leaves the house."""

from uuid import UUID

from django.http import Http404, HttpResponse

from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries.filings import filing_of, filing_with
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.casework.actions.recording import Actor
from todoke.shared.paperwork.filling import holds


def theirs(request: VisitorRequest, key: UUID) -> Filing:
    """The filing of this visitor: signed in as whose it is, or in a browser that holds it. Raises Http404 otherwise.

    Staff have their own pages: signing in as one of them opens nothing here.
    """
    found = filing_of(request.viewer, key)
    if found is None:
        found = filing_with(key)
        if found is None or not holds(request, found.response):
            raise Http404
    return found


def actor(request: VisitorRequest) -> Actor:
    """Who acts here, for the record: a resident by their number, or whoever holds the receipt."""
    resident = request.viewer.resident_id
    return Actor("holder" if resident is None else f"resident:{resident}")


def private(response: HttpResponse) -> HttpResponse:
    """No cache, no search engine keeps it, and no other site learns its address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
