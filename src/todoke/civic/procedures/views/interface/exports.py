"""Exports for partners: a key opens one layout, with the rights that whoever gave it has today."""

from datetime import date

from django.http import Http404, HttpRequest
from ninja import Query, Router
from ninja.responses import codes_4xx
from ninja.security import HttpBearer

from todoke.base.clock import now
from todoke.base.limits import is_too_often, visitor
from todoke.civic.procedures.actions.interfaces import export_by, key_of
from todoke.civic.procedures.models import InterfaceKey
from todoke.civic.procedures.views.interface.shapes import Export, Layout, Problem
from todoke.shared.paperwork.filling.receipts import TooOften

# In five minutes, from one place of the network.
KEYS_MAX = 60


class GivenKey(HttpBearer):
    """`Authorization: Bearer …` with a key that a section has given. Cookies open nothing here."""

    def authenticate(self, request: HttpRequest, token: str) -> InterfaceKey | None:
        """The key, while it is in force. Raises TooOften."""
        if is_too_often("interface-key", visitor(request), KEYS_MAX):
            raise TooOften
        return key_of(token, at=now())


router = Router(tags=["exports"], auth=GivenKey())


@router.get("/exports", response={200: list[Layout], codes_4xx: Problem}, url_name="exports")
def exports(request: HttpRequest) -> list[Layout]:
    """What this key may read."""
    key: InterfaceKey = request.auth  # type: ignore[attr-defined]
    layout = key.layout
    return [Layout(procedure=layout.procedure.key, key=layout.key, name=layout.name, ends_on=key.ends_on)]


@router.get("/exports/{slug:procedure}/{slug:layout}", response={200: Export, codes_4xx: Problem}, url_name="export")
def export(  # noqa: PLR0917 - ninja reads the address and the query by name
    request: HttpRequest,
    procedure: str,
    layout: str,
    start: date,
    end: date,
    why: str = Query(min_length=2, max_length=200, description="What it is for; it goes on the record."),
) -> Export:
    """The cases that arrived from `start` to `end`. Each reading is on the record, and a look at everybody in it."""
    key: InterfaceKey = request.auth  # type: ignore[attr-defined]
    if (key.layout.procedure.key, key.layout.key) != (procedure, layout):
        raise Http404
    heading, *lines = export_by(key, start=start, end=end, why=why, at=now())
    return Export(columns=heading, rows=lines)
