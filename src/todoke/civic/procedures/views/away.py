"""The counter where the line may be cut: one page that a device keeps, and the door at which its slips come in.

Without script, or where the browser cannot keep anything, the same page is an ordinary form.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.base.number_guard import NumberGuardMiddleware
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.actions.slips import Came, State, Taken, take_slip
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.queries.casework import versions_to_take
from todoke.civic.procedures.rules import TAKE
from todoke.civic.procedures.slips import BYTES_MAX, CannotRead, Contents, open_slip, public_key
from todoke.civic.procedures.types import SlipWay
from todoke.civic.procedures.views.inbox import READ_OR_POST
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.actions.responses import Posted, ResponseRefused
from todoke.shared.paperwork.document import FormDocument, Question
from todoke.shared.paperwork.filling import asks_by_form
from todoke.shared.paperwork.filling.drawing import DrawnField, draw
from todoke.shared.paperwork.filling.posted import read_posted, split
from todoke.shared.paperwork.logic import Logic, logic_of
from todoke.shared.paperwork.models import Channel
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Raw

WORKER = "procedures/away-worker.js"
PAST_MAX_SECONDS = 10**11


@dataclass(frozen=True)
class Asked:
    """One question on the page, and in which case it is asked."""

    when: str
    field: DrawnField


def _version(request: VisitorRequest, procedure: str) -> ProcedureVersion:
    version = versions_to_take(request.viewer).filter(procedure__key=procedure).first()
    if version is None or Channel.COUNTER not in version.document.channels:
        raise Http404
    return version


@needs(TAKE)
@asks_by_form
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def away_form(request: VisitorRequest, procedure: str) -> HttpResponse:
    """The whole form on one page. What is posted here comes from a browser without script, and goes in at once."""
    nobody_shown()
    version = _version(request, procedure)
    if request.method == "POST":
        return _posted(request, version)
    return _page(request, version, {})


def _page(
    request: VisitorRequest,
    version: ProcedureVersion,
    raws: dict[str, Raw],
    says: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    assert version.form_version is not None
    form = version.form_version.read()
    values = {
        "title": version.document.name.say(),
        "procedure": version.procedure.key,
        "version": version.pk,
        "parts": _parts(form, logic_of(version.form_version.document), raws),
        "says": says,
        "public_key": public_key(),
        "once": uuid4(),
    }
    return render(request, "procedures/desk/away.html", values, status=status)


def _parts(form: FormDocument, logic: Logic, raws: dict[str, Raw]) -> list[dict[str, Any]]:
    """Every question of every page: without a line nobody can say which are asked, so each says when it is."""
    return [
        {
            "title": page.title.say(),
            "when": _when(logic, f"page:{page.key}"),
            "asked": [
                Asked(_when(logic, f"visible:{question.key}"), _drawn(question, raws.get(question.key, {})))
                for question in page.questions
                if question.kind in field_kinds
            ],
        }
        for page in form.pages
    ]


def _when(logic: Logic, name: str) -> str:
    return logic.conditions[name].words() if logic.has(name) else ""


def _drawn(question: Question, raw: Raw) -> DrawnField:
    needed = question.required is True and question.visible is None
    # Buttons inside a field ask the server for something, and there may be no line to it.
    return replace(draw(question, raw, needed=needed), acts=(), picture=None)


def _posted(request: VisitorRequest, version: ProcedureVersion) -> HttpResponse:
    key = _uuid(request.POST.get("slip", "")) or uuid4()
    names = [name for name in request.POST if name not in ("csrfmiddlewaretoken", "slip")]
    told = "\n".join(f"{name}={value}" for name in sorted(names) for value in request.POST.getlist(name))
    came = Came(key, SlipWay.DEVICE, hashlib.sha256(told.encode()).hexdigest(), None)
    try:
        taken = take_slip(version, came, _reader(request), viewer=request.viewer, at=now())
    except (ProcedureRefused, ResponseRefused) as refusal:
        return _page(request, version, _raws(request.POST), (str(refusal),), status=409)
    if taken.state == State.CONFLICT:
        return _page(request, version, _raws(request.POST), taken.says, status=409)
    for says in taken.says:
        messages.error(request, says)
    return redirect(_address(taken))


def _reader(request: HttpRequest) -> Any:
    def read(found: Filled) -> Posted:
        return read_posted(request, found).posted

    return read


def _raws(posted: QueryDict) -> dict[str, Raw]:
    raws: dict[str, dict[str, list[str]]] = {}
    for name, values in posted.lists():
        key, part = split(name)
        raws.setdefault(key, {})[part] = [str(value) for value in values]
    return dict(raws)


def _address(taken: Taken) -> str:
    name = "counter-receipt" if taken.state == State.FILED else "counter-go-on"
    return reverse(f"procedures:{name}", args=[taken.filing.response.key])


@needs(TAKE)
@shows_people
@require_POST
@never_cache
def away_send(request: VisitorRequest, procedure: str) -> HttpResponse:
    """One sealed slip of a device; the answer says what became of it, in words for the clerk."""
    nobody_shown()
    version = _version(request, procedure)
    key, upload = _uuid(request.POST.get("key", "")), request.FILES.get("sealed")
    if key is None or upload is None or (upload.size or 0) > BYTES_MAX:
        return _told("refused", _("この受付票は読めません。もう一度入力してください。"))
    sealed = upload.read()
    try:
        contents = open_slip(sealed, key=key, procedure=procedure)
    except CannotRead:
        return _told("refused", _("この受付票は読めません。別の市のものか、壊れています。もう一度入力してください。"))
    if gone := _gone(version, contents):
        heading = _("様式が新しくなりました。次の答えは入れるところがないので、窓口の画面で入力してください。")
        return _told("refused", heading, *gone)
    came = Came(key, SlipWay.DEVICE, hashlib.sha256(sealed).hexdigest(), _instant(request.POST.get("written_at", "")))
    try:
        taken = take_slip(version, came, _reader(_opened(request, contents)), viewer=request.viewer, at=now())
    except (ProcedureRefused, ResponseRefused) as refusal:
        return _told("refused", str(refusal))
    number = taken.filing.case.number if taken.filing.case and taken.state == State.FILED else ""
    address = "" if taken.state == State.CONFLICT else _address(taken)
    return JsonResponse({"state": taken.state, "says": taken.says, "number": number, "address": address})


def _told(state: str, *says: str) -> JsonResponse:
    return JsonResponse({"state": state, "says": says, "number": "", "address": ""})


def _gone(version: ProcedureVersion, contents: Contents) -> list[str]:
    """What was answered to questions that the form no longer has."""
    assert version.form_version is not None
    form = version.form_version.read()
    known = {name for name, _value in contents.fields if name.startswith("shown@")}
    return [
        f"{name}：{value}"
        for name, value in contents.fields
        if value.strip() and name not in known and form.question(split(name)[0]) is None
    ]


def _opened(request: VisitorRequest, contents: Contents) -> HttpRequest:
    """The page as the browser would have posted it with a line, looked at by the same guard at the door."""
    posted = QueryDict(mutable=True)
    for name, value in contents.fields:
        posted.appendlist(name, value)
    files: MultiValueDict[str, Any] = MultiValueDict()
    for each in contents.files:
        files.appendlist(each.question, SimpleUploadedFile(each.name or "file", each.content, each.type))
    page = HttpRequest()
    page.method, page.META, page.content_type = "POST", dict(request.META), "multipart/form-data"
    page.POST, page.FILES = posted, files  # type: ignore[assignment]
    NumberGuardMiddleware(lambda _request: HttpResponse()).process_view(page, away_form, (), {})
    return page


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    """The device's own time, in milliseconds since 1970, as its clock has it, right or wrong."""
    if not (text.isascii() and text.isdigit()) or int(text) // 1000 > PAST_MAX_SECONDS:
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC)


@needs(TAKE)
@require_safe
@never_cache
def away_mark(request: VisitorRequest) -> HttpResponse:
    """The mark that a form needs, fresh: the page on the device may be days old."""
    return JsonResponse({"mark": get_token(request)})


@needs(TAKE)
@require_safe
@never_cache
def away_worker(request: VisitorRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """The script that keeps these pages, at an address above which it may do nothing."""
    path = finders.find(WORKER)
    assert isinstance(path, str)
    return HttpResponse(Path(path).read_bytes(), content_type="text/javascript; charset=utf-8")
