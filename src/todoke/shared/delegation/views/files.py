"""Reading a file from another city: first what it is, then one button to keep it."""

import base64
import binascii
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.delegation.actions.receiving import Look, keep_file, look_into
from todoke.shared.delegation.forms import FileForm
from todoke.shared.delegation.queries import GIVE, SPEAK
from todoke.shared.delegation.rules import hazard_name, kind_name
from todoke.shared.delegation.sealed_file import FILE_BYTES_MAX, Kind, fingerprint
from todoke.shared.delegation.trouble import DelegationRefused, NoTodokeFile
from todoke.shared.delegation.views.common import READ_OR_POST
from todoke.shared.messaging.types import Content


@needs(GIVE, SPEAK)
@require_http_methods(READ_OR_POST)
@never_cache
def read(request: VisitorRequest) -> HttpResponse:
    """Look into a file, or keep the one that was looked into: it travels along in the page, sealed as it came."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, form)
    try:
        if "kept" in request.POST:
            return _kept(request, request.POST["kept"])
        if not form.is_valid():
            return _page(request, form)
        content = form.cleaned_data["file"]
        return _page(request, FileForm(), look=look_into(content, viewer=request.viewer, at=now()), content=content)
    except DelegationRefused as refusal:
        form = FileForm(request.POST, request.FILES) if request.FILES else FileForm({})
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", str(refusal))
        return _page(request, form)


def _kept(request: VisitorRequest, carried: str) -> HttpResponse:
    try:
        content = base64.b64decode(carried[: FILE_BYTES_MAX * 2], validate=True)
    except binascii.Error as trouble:
        raise NoTodokeFile from trouble
    look, number = keep_file(content, viewer=request.viewer, at=now())
    messages.success(request, _("読み込みました。"))
    if look.document.kind is Kind.DELEGATION:
        return redirect("delegation:mandate", number)
    return redirect("delegation:overview")


def _page(request: VisitorRequest, form: FileForm, *, look: Look | None = None, content: bytes = b"") -> HttpResponse:
    values: dict[str, Any] = {"form": form}
    if look is not None:
        values |= {"look": look, "kind": look.document.kind.value, "carried": base64.b64encode(content).decode()}
        values |= _words(look)
    return render(request, "delegation/file.html", values, status=422 if form.errors else 200)


def _words(look: Look) -> dict[str, Any]:
    if look.card is not None:
        keys = bytes.fromhex(look.card["sign"]), bytes.fromhex(look.card["box"])
        return {"fingerprint": fingerprint(*keys)}
    if look.terms is not None:
        return {
            "kinds": "、".join(kind_name(kind) for kind in look.terms.kinds),
            "hazards": "、".join(hazard_name(hazard) for hazard in look.terms.hazards),
            "areas": "、".join(area.name for area in look.terms.areas),
            "places": "、".join(place.name for place in look.terms.places),
            "unusable": "、".join(look.unusable),
            "rule": look.terms.rule.label,
        }
    titles = [Content.from_json(each["content"]).wording("ja").title for each in look.said]
    return {"titles": titles}
