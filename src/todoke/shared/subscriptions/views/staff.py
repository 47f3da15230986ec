"""The staff's pages: who would be reached, lists, one person's data."""

import csv
from collections.abc import Mapping
from http import HTTPStatus
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.looks.rules import Way
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.models import Account
from todoke.ground.places.queries import areas_by_key
from todoke.shared.messaging.actions.contacts import ContactRefused
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.actions import imports, looking
from todoke.shared.subscriptions.models import Import, Topic
from todoke.shared.subscriptions.queries.reach import reach
from todoke.shared.subscriptions.queries.subscribers import choices_of
from todoke.shared.subscriptions.staff_forms import ListForm, LookForm, ReachForm
from todoke.shared.subscriptions.views.words import lines_of

READ = "subscriptions.read"
MANAGE = "subscriptions.manage"
REQUEST = "subscriptions.request"
REFUSALS_A_PAGE = 100
LISTS_SHOWN = 50


@needs(READ)
def reach_page(request: HttpRequest) -> HttpResponse:
    """Who a message would reach, by area, topic, channel and language."""
    form = ReachForm(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        found = reach(form.cleaned_data["topic"], form.cleaned_data["area"])
        spoken = get_language() or "ja"
        areas = {key: area.name for key, area in areas_by_key(found.by_area).items()}
        topics = {topic.key: topic.name_in(spoken) for topic in Topic.objects.all()}
        ways = {key: str(channel.facts.name) for key in found.by_channel if (channel := channels.find(key))}
        context |= {
            "people": f"{found.people:,}",
            "columns": [_("区分"), _("人数")],
            "tables": [
                (_("地域ごとの人数"), _rows(found.by_area, {**areas, "": _("市内全域")})),
                (_("分野ごとの人数"), _rows(found.by_topic, topics)),
                (_("受け取り方ごとの人数"), _rows(found.by_channel, ways)),
                (_("言語ごとの人数"), _rows(found.by_language, {code: str(name) for code, name in settings.LANGUAGES})),
            ],
        }
    return render(request, "subscriptions/staff/reach.html", context)


def _rows(counts: Mapping[str, int], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Lines of a table, the largest number first."""
    largest_first = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(names.get(key, key), f"{number:,}") for key, number in largest_first if number]


@needs(MANAGE)
def lists(request: VisitorRequest) -> HttpResponseBase:
    """The lists so far, and a new one."""
    form = ListForm(request.POST or None, request.FILES or None, today=in_japan(now()).date())
    if request.method == "POST" and form.is_valid():
        try:
            batch = imports.upload(
                form.cleaned_data["file"].read(),
                channel=form.cleaned_data["channel"],
                basis=form.cleaned_data["basis"],
                consented_on=form.cleaned_data["consented_on"],
                by=_account(request),
                at=now(),
            )
        except (imports.ImportRefused, ContactRefused) as refused:
            form.add_error("file", str(refused))
        else:
            return redirect("subscriptions-staff:list", batch.pk)
    recent = Import.objects.order_by("-pk").select_related("uploaded_by").defer("content")[:LISTS_SHOWN]
    return render(request, "subscriptions/staff/lists.html", {"form": form, "lists": recent})


@needs(MANAGE)
def list_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How a list stands: what would happen, what was refused and why, how far it has come."""
    batch = get_object_or_404(Import.objects.select_related("uploaded_by").defer("content"), pk=pk)
    refusals = Paginator(batch.refusals.order_by("line", "pk"), REFUSALS_A_PAGE)
    page = refusals.get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "page": page,
        "columns": [_("行の番号"), _("列"), _("理由と直し方")],
        "rows": [(one.line, one.column, one.reason) for one in page],
        "facts": _facts(batch),
        "is_moving": batch.state in (Import.State.CHECKING, Import.State.TAKING),
        "can_take": batch.state == Import.State.CHECKED and batch.good and not batch.trouble,
        "can_drop": batch.state == Import.State.CHECKED,
    }
    return render(request, "subscriptions/staff/list.html", context)


def _facts(batch: Import) -> list[tuple[str, str]]:
    facts = [
        (_("状態"), str(Import.State(batch.state).label)),
        (_("同意の根拠"), batch.basis),
        (_("同意を得た日"), f"{batch.consented_on:%Y-%m-%d}"),
        (_("受け付けた職員"), batch.uploaded_by.name),
    ]
    if batch.checked_at and not batch.trouble:
        facts += [
            (_("文字コード"), batch.encoding),
            (_("人数（見出しと空の行を除く）"), f"{batch.rows:,}"),
            (_("取り込める人"), f"{batch.good:,}"),
            (_("うち、すでに登録があり変えない人"), f"{batch.known:,}"),
            (_("取り込めない行"), f"{batch.refused:,}"),
        ]
    if batch.begun_at:
        facts += [
            (_("処理した人"), f"{batch.taken:,} / {batch.good:,}"),
            (_("新しく登録した人"), f"{batch.added:,}"),
        ]
    return facts


@needs(MANAGE)
def list_refusals(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused lines as a table for a spreadsheet; it holds no address."""
    del request
    batch = get_object_or_404(Import.objects.defer("content"), pk=pk)
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow([_("行の番号"), _("列"), _("理由と直し方")])
    writer.writerows(batch.refusals.order_by("line", "pk").values_list("line", "column", "reason"))
    # The mark tells spreadsheets that this is UTF-8.
    answer = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="refused-{batch.pk}.csv"'
    return answer


@needs(MANAGE)
@require_POST
def take_list(request: VisitorRequest, pk: int) -> HttpResponseBase:
    """Have it taken in."""
    return _moved(request, pk, imports.take)


@needs(MANAGE)
@require_POST
def drop_list(request: VisitorRequest, pk: int) -> HttpResponseBase:
    """Forget it."""
    return _moved(request, pk, imports.drop)


def _moved(request: VisitorRequest, pk: int, act: Any) -> HttpResponseBase:
    batch = get_object_or_404(Import.objects.defer("content"), pk=pk)
    try:
        act(batch.pk, by=_account(request), at=now())
    except imports.NotToBeTaken as refused:
        context = {"title": _("名簿の取込み"), "sentence": str(refused), "pk": batch.pk}
        return render(request, "subscriptions/staff/refused.html", context, status=HTTPStatus.CONFLICT)
    return redirect("subscriptions-staff:list", batch.pk)


def _account(request: VisitorRequest) -> Account:
    return get_object_or_404(Account, pk=request.viewer.account_id)


@needs(MANAGE)
@shows_people
def person(request: VisitorRequest) -> HttpResponseBase:
    """One person's data: looked up, handed over, or erased. Everything by POST: no address stands in an address."""
    form = LookForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    nobody_shown()  # until somebody is found
    if request.method == "POST" and form.is_valid():
        try:
            answer = _for_person(request, form, context)
        except ContactRefused as refused:
            form.add_error("address", str(refused))
        else:
            if answer is not None:
                return _kept_nowhere(answer)
    return _kept_nowhere(render(request, "subscriptions/staff/person.html", context))


def _kept_nowhere(answer: HttpResponse) -> HttpResponse:
    """No cache keeps somebody's data. The address holds none, so it may be named as the origin of the form."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _for_person(request: VisitorRequest, form: LookForm, context: dict[str, Any]) -> HttpResponse | None:
    channel, address, why = (form.cleaned_data[name] for name in ("channel", "address", "reason"))
    contact = looking.look_up(channel, address, by=request.viewer, why=why)
    if contact is not None:
        record_look(
            request.viewer,
            contact,
            of_person=f"contact:{contact.pk}",
            what="お知らせの登録",
            way=Way.EXPORT if "hand-over" in request.POST else Way.PAGE,
            purpose=REQUEST,
        )
    if contact is not None and "hand-over" in request.POST:
        answer = HttpResponse(looking.hand_over(contact, by=request.viewer, why=why, at=now()))
        answer.headers["Content-Type"] = "application/json; charset=utf-8"
        answer.headers["Content-Disposition"] = 'attachment; filename="todoke-person.json"'
        return answer
    if contact is not None and "erase" in request.POST:
        if "sure" not in request.POST:
            form.add_error(None, _("消すときは、「もとに戻せないことを確かめました」に印を付けてください。"))
        else:
            looking.erase(contact, by=request.viewer, why=why, at=now())
            context["done"] = True
            return None
    context["looked"] = True
    context["contact"] = contact
    if contact is not None:
        context["facts"] = _person_facts(contact)
    return None


def _person_facts(contact: Contact) -> list[tuple[str, str]]:
    channel = channels.find(contact.channel)
    return [
        (_("受け取り方"), str(channel.facts.name) if channel else contact.channel),
        (_("状態"), str(ContactState(contact.state).label)),
        (_("登録した日"), f"{in_japan(contact.created_at):%Y-%m-%d}"),
        *lines_of(choices_of(contact), get_language() or "ja"),
    ]
