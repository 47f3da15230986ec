"""What the residents' pages have in common: whose filing it is, how much of it opens."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.urls import reverse

from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries.filings import filing_of, filing_with, opens_to
from todoke.civic.procedures.queries.guide import is_of_the_guide
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.residents.way import need_level
from todoke.shared.casework.actions.recording import Actor
from todoke.shared.paperwork.filling import holds
from todoke.shared.paperwork.models import Response

OF_THE_GUIDE = {"page": "guide-page", "review": "advice", "receipt": "advice", "print": "advice", "pause": "guide-keep"}


def theirs(request: VisitorRequest, key: UUID) -> Filing:
    """The filing of this visitor: signed in as whose it is, or in a browser that holds it. Raises Http404 otherwise.

    Staff have their own pages: signing in as one of them opens nothing here.
    """
    found = filing_of(request.viewer, key)
    if found is None:
        found = filing_with(request.viewer, key)
        if found is None or not holds(request, found.response):
            raise Http404
    return found


def is_open(request: VisitorRequest, filing: Filing) -> bool:
    """Whether more of it than the words of its state opens to this visitor."""
    return opens_to(request.viewer, filing, is_held=holds(request, filing.response))


def shut(request: VisitorRequest, filing: Filing) -> HttpResponseBase | None:
    """The answer where it is not open: signing in, and back. Raises Http404 where that was done, as somebody else."""
    if is_open(request, filing):
        return None
    answer = need_level(request, filing.version.document.level)
    if answer is None:
        raise Http404
    return answer


def actor(request: VisitorRequest) -> Actor:
    """Who acts here, for the record: a resident by their number, or whoever holds the receipt."""
    resident = request.viewer.resident_id
    return Actor("holder" if resident is None else f"resident:{resident}")


def place(what: str, response: Response | None, page: str) -> str:
    """The addresses of whatever residents fill in: filings, and the answers to the guide; a code leads to either."""
    if response is None:
        return reverse("procedures-public:resume")
    # The receipt of a filing is the page to print, too.
    names = OF_THE_GUIDE if is_of_the_guide(response) else {"print": "receipt"}
    arguments = [response.key, page] if what == "page" else [response.key]
    return reverse(f"procedures-public:{names.get(what, what)}", args=arguments)
