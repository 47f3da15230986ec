"""What has become of a filing: for whoever signed in as whose it is, or holds its receipt."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import public
from todoke.base.clock import now
from todoke.base.ui.values import Entry
from todoke.civic.procedures.actions import following
from todoke.civic.procedures.actions.filing import circumstances
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries import filings as queries
from todoke.civic.procedures.rules import ASK, WITHDRAW
from todoke.civic.procedures.types import FeeState
from todoke.civic.procedures.views.catalogue import level_words
from todoke.civic.procedures.views.doors import actor, is_open, place, shut, theirs
from todoke.civic.procedures.views.filling import DESK, quote_values
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.casework.actions.letters import LETTERS_MAX, post_letter
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.models import Case, Task
from todoke.shared.casework.queries import told_history, told_letters, told_reason
from todoke.shared.documents.queries import with_verification
from todoke.shared.documents.serving import paper_among
from todoke.shared.paperwork.filling import private
from todoke.shared.paperwork.filling.holding import HELD
from todoke.shared.paperwork.filling.receipts import ask_receipt
from todoke.shared.paperwork.models import Response
from todoke.shared.paperwork.queries import filled_in
from todoke.shared.paperwork.rules import in_groups

READ_OR_POST = ["GET", "HEAD", "POST"]
DECIDED_TO_RETURN = "return"


@public
@never_cache
@require_safe
def mine(request: VisitorRequest) -> HttpResponse:
    """My procedures: the resident's own, those that this browser holds, and what they have asked of other services."""
    rows = queries.rows_of(queries.my_filings(request.viewer, request.session.get(HELD, [])))
    others = [
        {"case": case, "title": title, "page": page, "state": queries.state_words(case)}
        for case, title, page in queries.elsewhere(request.viewer)
    ]
    values = {"rows": rows, "others": others, "is_resident": request.viewer.is_resident}
    return private(render(request, "procedures/mine.html", values))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def status(request: VisitorRequest) -> HttpResponseBase:
    """Ask for the receipt code; whoever has it holds the filing in this browser."""

    def find(code: str) -> Response | None:
        found = queries.filing_with_receipt(request.viewer, code)
        return found.response if found else None

    return ask_receipt(
        request,
        find,
        lambda response: reverse("procedures-public:filing", args=[response.key]),
        title=_("手続きの状況を見る"),
        act=_("状況を見る"),
        unknown=_("この受付番号の手続きは見つかりません。控えのとおりに、もう一度入れてください。"),
    )


@public
@never_cache
@require_safe
def filing(request: VisitorRequest, key: UUID) -> HttpResponseBase:
    """Where it stands, who has it, by when, what is awaited; where it is open, what was written and issued."""
    found = theirs(request, key)
    if (found.case is None or "all" in request.GET) and (answer := shut(request, found)):
        return answer
    if found.case is None:
        answers = filled_in(found.response)
        if answers is None:
            raise Http404
        return redirect(DESK.first(answers))
    if is_open(request, found):
        return private(render(request, "procedures/filing.html", _values(found, found.case)))
    values = {**_standing(found, found.case), "level": level_words(found.version.document.level)}
    return private(render(request, "procedures/standing.html", values))


def _standing(found: Filing, case: Case) -> dict[str, Any]:
    """The words of its state: all that a receipt code opens by itself."""
    task = queries.task_of(case)
    return {
        "filing": found,
        "case": case,
        "title": found.version.document.name.say(),
        "code": in_groups(found.response.receipt_code or ""),
        "state": queries.state_words(case),
        "tone": "good" if not case.is_open else "attention" if task else "active",
        "section": case.section,
        "task": task,
        "history": [Entry(line.event.at, line.title) for line in told_history(case)],
        "awaits_fee": case.is_stopped and task is None and found.fee_state == FeeState.DUE,
    }


def _values(found: Filing, case: Case, **more: Any) -> dict[str, Any]:
    standing = _standing(found, case)
    task = standing["task"]
    return {
        **standing,
        "go_on": _correcting(found, task) if task else "",
        "reason": told_reason(case, ASK) if task else "",
        "returned": told_reason(case, DECIDED_TO_RETURN) if not case.is_open else "",
        "letters": told_letters(case),
        "documents": with_verification(queries.documents_of(found)),
        "quote": quote_values(found.quote) if found.quote else None,
        "can_withdraw": queries.may_withdraw(case, WITHDRAW),
        "once": uuid.uuid4(),
        "letters_max": LETTERS_MAX,
        **more,
    }


def _correcting(found: Filing, task: Task) -> str:
    """The page with the first question that was opened."""
    answers = filled_in(found.response)
    if answers is None or not answers.is_open:
        return ""
    standing = answers.standing(circumstances(now()))
    for page in standing.pages:
        if any(question.key in task.fields for question in standing.asked_on(page)):
            return place("page", found.response, page.key)
    return place("review", found.response, "")


@public
@require_POST
def write(request: VisitorRequest, key: UUID) -> HttpResponseBase:
    """Write to the section that has it; the same letter sent twice is one."""
    found = theirs(request, key)
    if found.case is None:
        raise Http404
    if answer := shut(request, found):
        return answer
    body = request.POST.get("body", "")
    try:
        once = UUID(request.POST.get("once", ""))
    except ValueError:
        once = uuid.uuid4()
    try:
        with transaction.atomic():
            case = following.locked_case(found)
            post_letter(case, body, is_from_resident=True, by=actor(request), once=once, at=now())
    except CaseRefused as refused:
        values = _values(found, found.case, body=body, says=str(refused))
        return private(render(request, "procedures/filing.html", values, status=422))
    messages.success(request, _("送りました。担当の課から返事があると、この画面に出ます。"))
    return redirect("procedures-public:filing", key)


@public
@never_cache
@require_http_methods(READ_OR_POST)
def withdraw(request: VisitorRequest, key: UUID) -> HttpResponseBase:
    """Take it back, after one page that says what that means."""
    found = theirs(request, key)
    if found.case is None:
        raise Http404
    if answer := shut(request, found):
        return answer
    if request.method == "POST":
        try:
            following.withdraw(found, by=actor(request), at=now())
        except ProcedureRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("取り下げました。"))
        return redirect("procedures-public:filing", key)
    if not queries.may_withdraw(found.case, WITHDRAW):
        return redirect("procedures-public:filing", key)
    values = {"filing": found, "title": found.version.document.name.say(), "section": found.case.section.name}
    return private(render(request, "procedures/withdraw.html", values))


@public
@never_cache
@require_safe
def document(request: VisitorRequest, key: UUID, document: UUID) -> HttpResponseBase:
    """A paper that the city has issued about this filing, as it was signed."""
    found = theirs(request, key)
    if answer := shut(request, found):
        return answer
    return private(paper_among(queries.documents_of(found), document))
