"""The staff's pages: the register, one document, numbers, seals and their uses, clauses, letters."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.base.press import CannotPrint, NoJapaneseFont
from todoke.ground.files.actions import Damaged
from todoke.ground.looks.actions import record_looks
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.looks.queries import people_concerned
from todoke.ground.looks.rules import Way
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.documents.actions import issuing
from todoke.shared.documents.actions import numbers as numbering
from todoke.shared.documents.actions.reading import Gone, paper_of
from todoke.shared.documents.actions.refusals import DocumentRefused
from todoke.shared.documents.forms import ReasonForm, RegisterForm, ReserveForm
from todoke.shared.documents.models import DocumentState, Letter, NumberState, OfficialDocument, Series
from todoke.shared.documents.previews import preview
from todoke.shared.documents.queries import (
    ISSUE,
    NUMBERS,
    READ,
    SEALS,
    WITHDRAW,
    address_of,
    all_clauses,
    code_of,
    document_for,
    documents_for,
    found_documents,
    numbers_for,
    particulars_of,
    published_version,
    seal_uses_for,
    seals_for,
    series_for,
    standing,
)
from todoke.shared.documents.views.public import TONES

PAGE_LENGTH = 50
CASE_WORK = "looks.case-work"
READ_OR_POST = ["GET", "HEAD", "POST"]
EVERYBODY = (READ, ISSUE, WITHDRAW)
NUMBER_TONES = {NumberState.RESERVED: "attention", NumberState.USED: "good", NumberState.VOIDED: "neutral"}


@needs(*EVERYBODY)
@require_safe
@never_cache
def register(request: VisitorRequest) -> HttpResponse:
    """The register of documents, by number, section, state."""
    sections = list(
        documents_for(request.viewer).order_by("section__key").values_list("section__key", "section__name").distinct()
    )
    form = RegisterForm(request.GET, sections=sections)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = Paginator(found_documents(request.viewer, **wanted), PAGE_LENGTH).get_page(request.GET.get("page"))
    rows = [{"document": each, "tone": TONES[standing(each)]} for each in page]
    return render(request, "documents/register.html", {"form": form, "page": page, "rows": rows})


@needs(*EVERYBODY)
@shows_people
@require_safe
@never_cache
def document(request: VisitorRequest, key: Any) -> HttpResponse:
    """One document: what it is, its seal, its page of verification."""
    found = _shown(request, key)
    use = getattr(found, "seal_use", None)
    if found.shredded_at is None:
        _look(request, found, "公文書の相手")
    else:
        nobody_shown()
    values = {
        "document": found,
        "tone": TONES[standing(found)],
        "use": use,
        "addressee": particulars_of(found).get("addressee", []),
        "address": address_of(code_of(found.pk)),
        "replaced_by": getattr(found, "replaced_by", None),
        "may_withdraw": found.state == DocumentState.VALID and request.viewer.may(WITHDRAW, found.section.key),
    }
    return render(request, "documents/document.html", values)


@needs(*EVERYBODY)
@shows_people
@require_safe
@never_cache
def paper(request: VisitorRequest, key: Any) -> HttpResponse:
    """The signed PDF, as it went out."""
    found = _shown(request, key)
    try:
        content = paper_of(found)
    except Gone as gone:
        raise Http404 from gone
    except Damaged as damaged:
        messages.error(request, str(damaged))
        return redirect("documents:document", found.key)
    _look(request, found, "公文書の全文", Way.EXPORT)
    name = f"document-{found.key}.pdf"
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@needs(WITHDRAW)
@require_http_methods(READ_OR_POST)
@never_cache
def withdraw(request: VisitorRequest, key: Any) -> HttpResponse:
    """Say that a document no longer holds."""
    found = _shown(request, key)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issuing.withdraw(found, form.cleaned_data["reason"], viewer=request.viewer, at=now())
        except DocumentRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("文書を取り消しました。"))
            return redirect("documents:document", found.key)
    values = {
        "act_title": _("公文書を取り消す"),
        "consequences": [
            _("「%(number)s %(title)s」は、確認ページで「取り消されています」と表示されます。")
            % {"number": found.number.text, "title": found.title},
            _("元に戻すことはできません。番号は、この文書のものとして残ります。"),
            _("相手に知らせる手続は、別に行ってください。"),
        ],
        "act_words": _("文書を取り消す"),
        "back_address": f"/desk/documents/{found.key}/",
        "form": form,
    }
    return render(request, "ui/confirm.html", values, status=422 if form.errors else 200)


@needs(*EVERYBODY, NUMBERS)
@require_http_methods(READ_OR_POST)
@never_cache
def numbers(request: VisitorRequest) -> HttpResponse:
    """The register of numbers, with a way to reserve one."""
    mine = series_for(request.viewer, NUMBERS)
    form = ReserveForm(request.POST or None, series=mine) if mine else None
    if form is not None and request.method == "POST" and form.is_valid():
        series = Series.objects.select_related("section").get(key=form.cleaned_data["series"])
        try:
            number = numbering.reserve(series, form.cleaned_data["purpose"], viewer=request.viewer, at=now())
        except DocumentRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("「%(number)s」を予約しました。") % {"number": number.text})
            return redirect("documents:numbers")
    page = Paginator(numbers_for(request.viewer), PAGE_LENGTH).get_page(request.GET.get("page"))
    rows = [
        {
            "number": each,
            "tone": NUMBER_TONES[NumberState(each.state)],
            "document": (issued := getattr(each, "document", None)),
            "use": each.purpose or (issued.title if issued else "—"),
            "may_void": each.state == NumberState.RESERVED and request.viewer.may(NUMBERS, each.series.section.key),
        }
        for each in page
    ]
    values = {"form": form, "page": page, "rows": rows}
    return render(request, "documents/numbers.html", values, status=422 if form is not None and form.errors else 200)


@needs(NUMBERS)
@require_http_methods(READ_OR_POST)
@never_cache
def void_number(request: VisitorRequest, pk: int) -> HttpResponse:
    """Void a number that was reserved and is not needed."""
    number = numbers_for(request.viewer).filter(pk=pk).first()
    if number is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            numbering.void(number, form.cleaned_data["reason"], viewer=request.viewer, at=now())
        except DocumentRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("欠番にしました。"))
            return redirect("documents:numbers")
    values = {
        "act_title": _("番号を欠番にする"),
        "consequences": [
            _("「%(number)s」は、二度と使えません。理由とともに番号簿に残ります。") % {"number": number.text}
        ],
        "act_words": _("欠番にする"),
        "back_address": "/desk/documents/numbers/",
        "form": form,
    }
    return render(request, "ui/confirm.html", values, status=422 if form.errors else 200)


@needs(SEALS)
@require_safe
def seals(request: VisitorRequest) -> HttpResponse:
    """The register of seals."""
    return render(request, "documents/seals.html", {"seals": list(seals_for(request.viewer))})


@needs(SEALS)
@require_safe
@never_cache
def seal_drawing(request: VisitorRequest, key: str) -> HttpResponse:
    """The drawing of one seal; for those who keep the register, and for nobody else."""
    found = seals_for(request.viewer).filter(key=key).first()
    if found is None:
        raise Http404
    return HttpResponse(found.drawing, content_type="image/svg+xml")


@needs(SEALS)
@require_safe
@never_cache
def seal_uses(request: VisitorRequest) -> HttpResponse:
    """The book of seal uses."""
    seal = request.GET.get("seal", "")
    page = Paginator(seal_uses_for(request.viewer, seal=seal), PAGE_LENGTH).get_page(request.GET.get("page"))
    return render(request, "documents/seal_uses.html", {"page": page, "seals": list(seals_for(request.viewer))})


@needs(*EVERYBODY, SEALS)
@require_safe
def clauses(request: HttpRequest) -> HttpResponse:
    """The clause library, with the legal basis of each and the days on which it is in force."""
    return render(request, "documents/clauses.html", {"clauses": list(all_clauses())})


@needs(*EVERYBODY, SEALS)
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The kinds of letters that are in use."""
    rows = [
        {"letter": each, "version": version}
        for each in Letter.objects.order_by("key")
        if (version := published_version(each.key))
    ]
    return render(request, "documents/letters.html", {"rows": rows})


@needs(*EVERYBODY, SEALS)
@require_safe
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """One letter as a picture, with invented facts."""
    version = published_version(key)
    if version is None:
        raise Http404
    try:
        pages = len(preview(version, at=now()))
    except (CannotPrint, NoJapaneseFont) as trouble:
        messages.error(request, str(trouble.says))
        pages = 0
    values = {"version": version, "pages": range(1, pages + 1)}
    return render(request, "documents/letter.html", values)


@needs(*EVERYBODY, SEALS)
@require_safe
def letter_picture(request: HttpRequest, key: str, page: int) -> HttpResponse:
    """One page of that picture."""
    del request
    version = published_version(key)
    if version is None:
        raise Http404
    try:
        pages = preview(version, at=now())
    except (CannotPrint, NoJapaneseFont) as trouble:
        raise Http404 from trouble
    if not 1 <= page <= len(pages):
        raise Http404
    return HttpResponse(pages[page - 1], content_type="image/png")


def _look(request: VisitorRequest, found: OfficialDocument, what: str, way: Way = Way.PAGE) -> None:
    """A look at the document, for everybody whose matter it is."""
    seen = [(found, person) for person in people_concerned(found.subject_type, found.subject_key)]
    record_looks(request.viewer, seen, what=what, purpose=CASE_WORK, way=way)


def _shown(request: VisitorRequest, key: Any) -> OfficialDocument:
    found = document_for(request.viewer, key)
    if found is None:
        raise Http404
    return found
