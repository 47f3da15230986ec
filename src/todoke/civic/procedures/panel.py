"""What hangs in the residents' home: the way to the procedures, and the resident's own that are under way."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from todoke.civic.procedures.queries.filings import my_filings, rows_of

SHOWN_MAX = 5


def draw_procedures(request: HttpRequest) -> str:
    """The way to the catalogue, and the latest own filings of somebody who has signed in."""
    viewer = request.viewer  # type: ignore[attr-defined]
    rows = rows_of(my_filings(viewer)[:SHOWN_MAX]) if viewer.is_resident else []
    return render_to_string("procedures/panel.html", {"rows": rows}, request=request)
