"""The staff's board: facility by facility, what became of the sheet."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.fax.actions.confirming import confirm_by_telephone
from todoke.shared.fax.forms import AskedForm
from todoke.shared.fax.models import Sheet
from todoke.shared.fax.queries import BoardRow, board_of, editions_faxed, lines_in_use
from todoke.shared.messaging.actions.followups import FollowUpRefused

TONES = {
    "planned": "neutral",
    "leased": "active",
    "handed_over": "active",
    "accepted": "attention",
    "confirmed": "good",
    "failed": "bad",
    "withdrawn": "neutral",
    "expired": "bad",
    "unknown": "attention",
}


@needs("fax.read")
@require_GET
def edition_list(request: VisitorRequest) -> HttpResponse:
    """The editions that went out by FAX."""
    rows = [{"pk": edition.pk, "edition": edition.frozen()} for edition in editions_faxed(request.viewer)]
    in_use = lines_in_use(at=now(), lines=settings.FAX_LINES)
    return render(request, "fax/edition_list.html", {"rows": rows, "in_use": in_use, "lines": settings.FAX_LINES})


@needs("fax.read")
@require_GET
def board(request: VisitorRequest, pk: int) -> HttpResponse:
    """One edition: facilities to be asked first, those that confirmed last."""
    found = board_of(request.viewer, pk)
    if found is None:
        raise Http404
    context = {
        "board": found,
        "edition": found.edition.frozen(),
        "mode": found.edition.mode,
        "rows": [_shown(row) for row in found.rows],
        "minutes": settings.FAX_CONFIRM_MINUTES,
        "form": AskedForm(),
        "may_operate": request.viewer.may("messaging.operate"),
    }
    return render(request, "fax/board.html", context)


@needs("messaging.operate")
@require_POST
def asked(request: VisitorRequest, pk: int, sheet: int) -> HttpResponse:
    """Staff rang up, and the facility has it."""
    form = AskedForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("だれと話したかを書いてください。"))
        return redirect("fax:board", pk)
    try:
        confirm_by_telephone(sheet, viewer=request.viewer, person=form.cleaned_data["person"], at=now())
    except FollowUpRefused as refusal:
        messages.error(request, str(refusal))
    except Sheet.DoesNotExist as gone:
        raise Http404 from gone
    else:
        messages.success(request, _("電話で確認したことを記録しました。"))
    return redirect("fax:board", pk)


def _shown(row: BoardRow) -> dict[str, object]:
    latest = row.calls[-1] if row.calls else None
    return {
        "row": row,
        "delivery": row.delivery,
        "destination": row.delivery.destination,
        "sheet": row.sheet,
        "state": row.delivery.get_state_display(),
        "tone": TONES[row.delivery.state],
        "way": row.sheet.get_way_display() if row.sheet and row.sheet.way else "",
        "calls": len(row.calls),
        "ending": latest.get_ending_display() if latest and latest.ending else "",
        "telephone": row.telephone,
    }
