"""What every page of the builder has: the draft of somebody who may build, its faults, and one way to change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from todoke.base.clock import now
from todoke.civic.procedures.actions.building import keep
from todoke.civic.procedures.actions.refusals import EditedElsewhere, ProcedureRefused
from todoke.civic.procedures.building.differences import differences
from todoke.civic.procedures.building.mending import Area, Mending, mendings
from todoke.civic.procedures.building.pages import NotThere, StillUsed
from todoke.civic.procedures.document import BrokenProcedure, document_of
from todoke.civic.procedures.queries.building import Draft, draft_for, text_with
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.differences import Difference
from todoke.shared.paperwork.types import Json

READ_OR_POST = ["GET", "HEAD", "POST"]
AREAS = (
    ("basics", "procedures:build-basics", gettext_lazy("案内の文")),
    ("form", "procedures:build-form", gettext_lazy("様式の質問")),
    ("computed", "procedures:build-computed-values", gettext_lazy("計算")),
    ("who", "procedures:build-who", gettext_lazy("申請できる条件")),
    ("papers", "procedures:build-papers", gettext_lazy("添付書類")),
    ("fee", "procedures:build-fee", gettext_lazy("手数料")),
    ("handling", "procedures:build-handling", gettext_lazy("受付と決裁")),
    ("letters", "procedures:build-letters", gettext_lazy("通知文")),
    ("texts", "procedures:build-texts", gettext_lazy("翻訳")),
    ("tests", "procedures:build-tests", gettext_lazy("テスト")),
    ("offering", "procedures:build-offering", gettext_lazy("受付の期間")),
    ("publish", "procedures:build-publish", gettext_lazy("公開")),
)


@dataclass(frozen=True)
class Refusal:
    """Why a change was not kept: a sentence, and what another person has changed meanwhile."""

    says: str
    changed: tuple[Difference, ...] = ()
    by: str = ""
    faults: tuple[str, ...] = ()


def opened(request: VisitorRequest, procedure: str) -> Draft:
    """The procedure, for somebody who may build in its section. Raises Http404."""
    draft = draft_for(request.viewer, procedure)
    if draft is None:
        raise Http404
    return draft


def change(request: VisitorRequest, draft: Draft, make: Callable[[Json], Json], says: str) -> Refusal | None:
    """Keep what `make` makes of the draft; None where it is kept, and the page says so."""
    based_on = request.POST.get("based_on", "")
    try:
        if draft.sha256 != based_on:
            raise EditedElsewhere
        step = keep(draft, make(draft.json), says=says, based_on=based_on, viewer=request.viewer, at=now())
    except NotThere as gone:
        raise Http404 from gone
    except EditedElsewhere:
        return _conflict(draft, based_on)
    except StillUsed as used:
        return Refusal(
            _("次の所で使っているため、消せません。先に、そちらの条件を直してください。"), faults=used.places
        )
    except BrokenProcedure as broken:
        return Refusal(
            _("この内容では保存できません。"), faults=tuple(f"{each.where}：{each.says}" for each in broken.faults)
        )
    except ProcedureRefused as refused:
        return Refusal(str(refused))
    messages.success(request, says if step is not None else _("変わったところはありません。"))
    return None


def lines_gone(count: int) -> Refusal:
    """For a page on which lines stood whose question or computed value somebody has removed meanwhile."""
    says = ngettext(
        "%(count)d行は、使っていた質問か計算が消されたため、外しました。残りの行を確かめて、もう一度保存してください。",
        "%(count)d行は、使っていた質問か計算が消されたため、外しました。残りの行を確かめて、もう一度保存してください。",
        count,
    )
    return Refusal(says % {"count": count})


def _conflict(draft: Draft, based_on: str) -> Refusal:
    text = text_with(draft.procedure, based_on)
    changed = differences(document_of(text), draft.document) if text else []
    says = _(
        "ほかの人が先に保存しました。あなたの入力は、この画面に残っています。変わったところを確かめて、もう一度保存してください。"
    )
    return Refusal(says, tuple(changed), draft.version.edited_by)


def shown(
    request: VisitorRequest,
    draft: Draft,
    template: str,
    values: Mapping[str, Any],
    *,
    area: str = "",
    heading: Any = "",
    refusal: Refusal | None = None,
    has_errors: bool = False,
) -> HttpResponse:
    """A page of the builder."""
    faults = mendings(draft.json, draft.faults)
    here = [each for each in faults if area and _area(each) == area and _is_here(each, values)]
    everything = {
        "draft": draft,
        "key": draft.procedure.key,
        "title": draft.document.name.say(),
        "heading": heading or next((words for name, _url, words in AREAS if name == area), ""),
        "based_on": draft.sha256,
        "areas": [
            {
                "words": words,
                "address": reverse(url, args=[draft.procedure.key]),
                "is_here": name == area,
                "count": sum(1 for each in faults if _area(each) == name),
            }
            for name, url, words in AREAS
        ],
        "faults": [{"says": each.fault.says, "address": address_of(draft, each)} for each in faults],
        "faults_here": [{"says": each.fault.says, "address": address_of(draft, each)} for each in here],
        "refusal": refusal,
        **values,
    }
    status = 409 if refusal else 422 if has_errors else 200
    return render(request, f"procedures/build/{template}.html", everything, status=status)


def _area(mending: Mending) -> str:
    return "letters" if mending.fault.where.startswith("letters") else mending.area.value


def _is_here(mending: Mending, values: Mapping[str, Any]) -> bool:
    """Whether a fault is about what this page shows: the whole area, or one page, question or number of it."""
    parts = ("question", "number", "computed")
    return all(values.get(name) in (None, getattr(mending, name)) for name in parts) and (
        "question" in values or values.get("page") in (None, mending.page)
    )


def address_of(draft: Draft, mending: Mending) -> str:  # noqa: PLR0911 - a table
    """Where a fault is mended."""
    key = draft.procedure.key
    match mending.area:
        case Area.FORM if mending.question:
            return reverse("procedures:build-question", args=[key, mending.question])
        case Area.FORM if mending.page:
            return reverse("procedures:build-page", args=[key, mending.page])
        case Area.COMPUTED if mending.computed:
            return reverse("procedures:build-computed", args=[key, mending.computed])
        case Area.WHO if mending.number is not None:
            return reverse("procedures:build-condition", args=[key, mending.number])
        case Area.PAPERS if mending.number is not None:
            return reverse("procedures:build-paper", args=[key, mending.number])
        case Area.TESTS if mending.number is not None:
            return reverse("procedures:build-test", args=[key, mending.number])
    url = next(url for name, url, _words in AREAS if name == _area(mending))
    return reverse(url, args=[key])
