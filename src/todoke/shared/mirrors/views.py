"""The page of the mirrors, the letter to partners, and a person's part in it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from todoke.base.access import needs, public
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.places.queries import the_city
from todoke.shared.mirrors.actions import asking
from todoke.shared.mirrors.disk import bytes_of
from todoke.shared.mirrors.letter import letter
from todoke.shared.mirrors.queries import MirrorSeen, mirrors_for
from todoke.shared.mirrors.rules import LIST, Kind, Standing, is_public_name, media_type

WORDS = {
    Standing.FRESH: (gettext_lazy("新しい"), "good"),
    Standing.OLD: (gettext_lazy("古い"), "bad"),
    Standing.NEVER: (gettext_lazy("まだ写しがありません"), "bad"),
    Standing.UNREAD: (gettext_lazy("送りました（外からは未確認）"), "attention"),
}
KINDS = {
    Kind.S3: gettext_lazy("S3互換ストレージ"),
    Kind.PUT: gettext_lazy("HTTP PUT"),
    Kind.FOLDER: gettext_lazy("フォルダー"),
}


@needs("mirrors.read")
@require_safe
def overview(request: VisitorRequest) -> HttpResponse:
    """Every mirror with the age of its copy, and what can be done."""
    may_operate = request.viewer.may("mirrors.operate")
    rows = [_row(seen, may_operate=may_operate) for seen in mirrors_for(request.viewer, at=now())]
    return render(request, "mirrors/overview.html", {"rows": rows, "may_operate": may_operate, "at": now()})


@needs("mirrors.operate")
@require_POST
def compare(request: VisitorRequest, pk: int) -> HttpResponse:
    """Have every file of a mirror compared."""
    return _done(
        request,
        lambda: asking.compare_all(pk, viewer=request.viewer, at=now()),
        lambda _mirror: _("すべてのファイルを比べ直します。違うものは、送り直します。"),
    )


@needs("mirrors.operate")
@require_POST
def remove(request: VisitorRequest, pk: int) -> HttpResponse:
    """Have removed what is public no longer."""
    return _done(
        request,
        lambda: asking.remove_withdrawn(pk, viewer=request.viewer, at=now()),
        lambda count: (
            ngettext("%(count)d 件を写しから削除します。", "%(count)d 件を写しから削除します。", count)
            % {"count": count}
        ),
    )


@needs("mirrors.read")
@require_safe
def request_letter(request: VisitorRequest) -> HttpResponse:
    """“Please mirror us”, to copy or to take along as a text."""
    city = the_city()
    text = letter(
        city=city.name if city else _("（市の名前）"),
        site=settings.SITE_ADDRESS,
        contact=request.GET.get("contact", "").strip()[:200],
        at=now(),
    )
    if "text" in request.GET:
        headers = {"Content-Disposition": 'attachment; filename="mirror-request.txt"'}
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)
    return render(request, "mirrors/letter.html", {"text": text, "lines": text.count("\n") + 2})


@public
@require_safe
def simulated(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - a view's parameters
    """The simulated partner's own web server: it hands out its copy of public files. Only where SIMULATORS is on."""
    if not settings.SIMULATORS or not (name == LIST or is_public_name(name)) or ".." in name.split("/"):
        raise Http404
    content = bytes_of(settings.SIMULATOR_ROOT / "mirror", name)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type=media_type(name), headers={"Cache-Control": "no-cache"})


def _row(seen: MirrorSeen, *, may_operate: bool) -> dict[str, Any]:
    word, tone = WORDS[seen.standing]
    mirror = seen.mirror
    return {
        "mirror": mirror,
        "kind": KINDS[Kind(mirror.kind)],
        "word": word,
        "tone": tone,
        "seconds": None if seen.age is None else int(seen.age.total_seconds()),
        "files": seen.files,
        "says": mirror.push_says or mirror.look_says,
        "withdrawn": sorted(asking.withdrawn(mirror)) if may_operate else [],
    }


def _done(request: HttpRequest, act: Callable[[], Any], says: Callable[[Any], str]) -> HttpResponse:
    try:
        done = act()
    except asking.MirrorRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, says(done))
    return redirect("mirrors:overview")
