"""Writing: the start page, the editor, its renderings, and the small acts beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.base.plain_japanese import reviewed_wording
from todoke.civic.emergency.actions.deciding import take_back
from todoke.civic.emergency.actions.drafts import discard, edit_draft, propose_order, start_draft
from todoke.civic.emergency.actions.prepare import take_over
from todoke.civic.emergency.actions.refusals import DeskRefused, EditedByAnother
from todoke.civic.emergency.forms import (
    LIFTED,
    NAMED,
    DraftForm,
    ReasonForm,
    StartForm,
    area_grid,
    as_choices,
    choices_for,
    entered_texts,
    excluded_by,
    picked_areas,
)
from todoke.civic.emergency.models import LIVE, Draft, DraftState, Incident
from todoke.civic.emergency.queries.drafts import (
    area_rows,
    as_area_levels,
    as_edition,
    audience_of,
    content_of,
    difference_of,
    drafts_for,
    possible_audience,
)
from todoke.civic.emergency.queries.maps import coloured
from todoke.civic.emergency.queries.mending import NOTHING, Card, EnteredTexts, cards_of
from todoke.civic.emergency.queries.routes import route_healths
from todoke.civic.emergency.queries.speaking import areas_offered, mandate_of
from todoke.civic.emergency.queries.templates import templates_in_use
from todoke.civic.emergency.rules.differences import text_difference
from todoke.civic.emergency.rules.mending import mends_from
from todoke.civic.emergency.rules.notices import LANGUAGES, NoticeKind
from todoke.civic.emergency.rules.rights import APPROVE, BREAK_GLASS, DRAFT, READ
from todoke.civic.emergency.views.changes import changes_sentence
from todoke.civic.emergency.views.common import (
    act_sentence,
    areas_by_word,
    headline_of,
    mode_of,
    refuse,
    shown_draft,
    state_page,
    top_of,
    viewer_of,
)
from todoke.ground.places.queries import place_readings, reach_of
from todoke.shared.loudspeakers import speech
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.messaging.phrasebook import BOOKS
from todoke.shared.messaging.queries.renderings import renderings_of
from todoke.shared.messaging.types import EditionKind, Mode

DRAFTS_SHOWN = 100


@needs(READ)
@require_safe
def draft_list(request: HttpRequest) -> HttpResponse:
    """Every draft of this mode, live ones first, also those that were dropped: nothing is lost."""
    mode = mode_of(request)
    found = drafts_for(viewer_of(request)).filter(mode=mode).prefetch_related("areas__area")[:DRAFTS_SHOWN]
    rows = [(draft, headline_of(draft, as_area_levels(list(draft.areas.all())))) for draft in found]
    rows.sort(key=lambda row: row[0].state not in LIVE)
    return render(request, "emergency/drafts.html", {"rows": rows, "mode": mode})


@needs(DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """A blank start: template × areas × level, and straight into the editor."""
    viewer, mode = viewer_of(request), mode_of(request)
    incidents = _incidents_to_write_in(request, mode)
    form = StartForm(
        request.POST if request.method == "POST" else None,
        incidents=incidents,
        templates=list(templates_in_use(viewer)),
        initial={"template": request.GET.get("template", "")},
    )
    picked = picked_areas(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            draft = start_draft(
                incident_id=int(form.cleaned_data["incident"]),
                template_id=int(form.cleaned_data["template"]),
                areas=as_choices(picked),
                viewer=viewer,
                at=now(),
            )
            return redirect("emergency:draft", draft.pk)
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
    picks = [("", _("なし")), (NAMED, _("対象")), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5")]
    return render(
        request,
        "emergency/start.html",
        {
            "form": form,
            "mode": mode,
            "incidents": incidents,
            "grid": area_grid(areas_offered(incidents[0] if incidents else None), picks, picked),
            "on_behalf": mandate_of(incidents[0]) if incidents else None,
        },
    )


def _incidents_to_write_in(request: HttpRequest, mode: Mode) -> list[Incident]:
    """Our own open ones; or, by `?incident=`, the one of another city, alone: its areas are not mixed with ours."""
    found = Incident.objects.filter(mode=mode, closed_at=None)
    asked = request.GET.get("incident", "")
    if asked.isdecimal() and (others := list(found.filter(pk=int(asked[:18]), on_behalf__isnull=False))):
        return others
    return list(found.filter(on_behalf=None))


@needs(READ)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft: the editor while it can be edited by this person, else what it says and what became of it."""
    draft, viewer = shown_draft(request, pk), viewer_of(request)
    editable = draft.state in (DraftState.PREPARED, DraftState.RETURNED) and viewer.may(DRAFT)
    if not editable:
        if request.method == "POST":
            refuse(request, DeskRefused())
            return redirect("emergency:draft", pk)
        return render(request, "emergency/draft_read.html", facts_of(request, draft, now()))
    return _edited(request, draft) if request.method == "POST" else _editor(request, draft)


@needs(DRAFT)
@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The renderings of what stands in the editor now, saved nowhere."""
    draft, at = shown_draft(request, pk), now()
    form, entered = DraftForm(request.POST, draft=draft), entered_texts(request.POST)
    if not form.is_valid() or draft.state not in (DraftState.PREPARED, DraftState.RETURNED):
        return HttpResponse(status=204)
    with transaction.atomic():
        try:
            edit_draft(
                pk,
                form.changes(
                    picked_areas(request.POST),
                    excluded_by(request.POST, possible_audience(draft, at)),
                    mends_from(entered, draft.mended, ""),
                ),
                revision=draft.revision,
                viewer=viewer_of(request),
                at=at,
            )
            facts = facts_of(request, shown_draft(request, pk), at, entered=_being_written(entered))
            html = render(request, "emergency/parts/renderings.html", {**facts, "editable": True})
        except DeskRefused:
            html = HttpResponse(status=204)
        # Only looked at: nothing of this stays.
        transaction.set_rollback(True)
    return html


def _being_written(entered: EnteredTexts) -> EnteredTexts:
    """Those of the fields in which somebody has written and not saved yet."""
    return {key: one for key, one in entered.items() if one.text != one.was}


def _edited(request: HttpRequest, draft: Draft) -> HttpResponse:
    at, picked = now(), picked_areas(request.POST)
    form = DraftForm(request.POST, draft=draft)
    if not form.is_valid():
        return _editor(request, draft, form=form, picked=picked, status=422)
    places = possible_audience(draft, at)
    act = request.POST.get("act", "save")
    try:
        edit_draft(
            draft.pk,
            form.changes(
                picked,
                excluded_by(request.POST, places) if "to-shown" in request.POST else draft.excluded,
                mends_from(entered_texts(request.POST), draft.mended, act),
            ),
            revision=form.cleaned_data["revision"],
            viewer=viewer_of(request),
            at=at,
            refill=act == "refill",
        )
    except EditedByAnother as refusal:
        form.add_error(None, str(refusal))
        return _editor(request, draft, form=form, picked=picked, status=409, theirs=_differences(draft, form))
    except DeskRefused as refusal:
        form.add_error(None, str(refusal))
        return _editor(request, draft, form=form, picked=picked, status=422)
    if act.startswith(("mend:", "automatic:")):
        # Back to where the hand was: the page says there at once what became of the text.
        return redirect(f"{reverse('emergency:draft', args=[draft.pk])}#card-{act.partition(':')[2]}")
    return redirect("emergency:submit" if act == "submit" else "emergency:draft", draft.pk)


def _differences(draft: Draft, form: DraftForm) -> list[tuple[str, Any]]:
    """What somebody else saved, against what this person entered."""
    found = []
    for language in LANGUAGES:
        theirs = draft.texts.get(language, {})
        mine = {part: form.cleaned_data[f"{language}_{part}"] for part in ("title", "short", "body")}
        pieces = text_difference(
            "\n".join(theirs.get(part, "") for part in mine), "\n".join(mine[part] for part in mine)
        )
        if any(piece.change != "same" for piece in pieces):
            found.append((language, pieces))
    return found


def _editor(
    request: HttpRequest,
    draft: Draft,
    *,
    form: DraftForm | None = None,
    picked: dict[str, str] | None = None,
    status: int = 200,
    theirs: list[tuple[str, Any]] | None = None,
) -> HttpResponse:
    if form is None:
        form = DraftForm(initial=DraftForm.starting_with(draft), draft=draft)
    elif theirs is not None:
        # The second to save keeps every word, and saves over what the first one did only after seeing it.
        kept = request.POST.copy()
        kept["revision"] = str(draft.revision)
        form.data = kept
    if picked is None:
        picked = {
            row.area.key: LIFTED if row.level is None and row.notice == "解除" else str(row.level or NAMED)
            for row in area_rows(draft)
        }
    picks = choices_for(draft.kind, draft.hazard, may_lift=draft.message_id is not None)
    facts = facts_of(request, draft, now(), entered=_being_written(entered_texts(request.POST)))
    return render(
        request,
        "emergency/editor.html",
        {
            **facts,
            "editable": True,
            "form": form,
            "grid": area_grid(areas_offered(draft.incident), picks, picked)
            if draft.edition_kind != EditionKind.CANCEL
            else (),
            "places": [(place, place.key not in draft.excluded) for place in possible_audience(draft, now())],
            "theirs": theirs,
            "state_page": state_page(draft),
            "proposes_order": draft.kind in (NoticeKind.WEATHER, NoticeKind.FLOOD)
            and any((area.level or 0) >= 3 for area in facts["areas"]),
        },
        status=status,
    )


@dataclass(frozen=True)
class CardGroup:
    """The renderings in one language. Those in Japanese lie open; another language unfolds where something asks for a
    look."""

    language: str
    cards: tuple[Card, ...]

    @property
    def folds(self) -> bool:
        """Whether the group can be folded away."""
        return self.language != "ja"

    @property
    def is_open(self) -> bool:
        """Whether it is shown unfolded."""
        return any(card.asks_for_a_look for card in self.cards)

    @property
    def cut(self) -> int:
        """In how many renderings something is left out."""
        return sum(bool(card.rendering.left_out) for card in self.cards)

    @property
    def mended(self) -> int:
        """In how many renderings an officer's own text stands."""
        return sum(any(part.text.is_mended for part in card.parts) for card in self.cards)


def _by_language(cards: Sequence[Card]) -> list[CardGroup]:
    order = {language: place for place, language in enumerate(BOOKS)}
    spoken = sorted({card.rendering.language for card in cards}, key=lambda one: (order.get(one, len(order)), one))
    return [
        CardGroup(language, tuple(card for card in cards if card.rendering.language == language)) for language in spoken
    ]


def facts_of(request: HttpRequest, draft: Draft, at: datetime, *, entered: EnteredTexts = NOTHING) -> dict[str, Any]:
    """What every page about a draft shows: areas, map, audience, renderings, reach, difference, routes."""
    viewer = viewer_of(request)
    rows = area_rows(draft)
    areas = as_area_levels(rows)
    places = audience_of(draft, at)
    try:
        content = content_of(draft)
    except ValueError:
        content = None
    edition = as_edition(draft, content, at) if content is not None else None
    renderings = renderings_of(edition, places) if edition is not None else []
    cards = cards_of(draft, edition, renderings, entered) if edition is not None else []
    difference = difference_of(draft)
    standing = [row.area for row in rows]
    return {
        "draft": draft,
        "mode": Mode(draft.mode),
        "headline": headline_of(draft, areas),
        "areas": areas,
        "groups": areas_by_word(areas),
        # Our map shows our own ground: of another city's it would say nothing, and mislead.
        "map": None if draft.incident.on_behalf_id else coloured({area.key: area.level for area in areas}),
        "audience": places,
        "renderings": renderings,
        "card_groups": _by_language(cards),
        "outdated": list(dict.fromkeys(part.text for card in cards for part in card.parts if part.text.is_outdated)),
        "top": top_of(draft, areas),
        "written": LANGUAGES,
        # The number of the saving keeps a browser from playing what was said before.
        "sound": f"{reverse('emergency:speech', args=[draft.pk])}?{draft.revision}",
        "speechless": "" if speech.is_there() else SpeechAway.says,
        "composed": [one for one in content.wordings if one.language not in LANGUAGES] if content else [],
        "troubles": [rendering for rendering in renderings if rendering.trouble],
        "plain": reviewed_wording(draft.texts, places=place_readings()),
        "reach": reach_of(standing) if standing else None,
        "difference": difference,
        "changes": changes_sentence(difference)
        if difference is not None and draft.edition_kind != EditionKind.CANCEL
        else "",
        "routes": route_healths(viewer, at, only={place.channel for place in places}),
        "act_sentence": act_sentence(draft, areas, places),
        "may_write": viewer.may(DRAFT),
        "may_approve": viewer.may(APPROVE),
        "may_break_glass": viewer.may(BREAK_GLASS) and draft.state in LIVE and draft.incident.on_behalf_id is None,
        "on_behalf": mandate_of(draft.incident),
        "is_overtaken": draft.state in LIVE
        and draft.message is not None
        and draft.message.editions.count() > draft.after_number,
        "is_mine": viewer.account_id in (draft.submitted_by_id, draft.last_editor_id),
    }


@needs(DRAFT)
@require_POST
def take_draft_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a submission in order to go on writing."""
    try:
        take_back(pk, viewer=viewer_of(request), at=now())
    except DeskRefused as refusal:
        refuse(request, refusal)
    return redirect("emergency:draft", pk)


@needs(DRAFT)
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the evacuation order that goes with what the weather service warns of."""
    shown_draft(request, pk)
    try:
        return redirect("emergency:draft", propose_order(pk, viewer=viewer_of(request), at=now()).pk)
    except DeskRefused as refusal:
        refuse(request, refusal)
        return redirect("emergency:draft", pk)


@needs(DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def take_new_telegram(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the draft anew from the telegram that came in the meantime; asks once."""
    draft = shown_draft(request, pk)
    if request.method == "POST":
        try:
            take_over(pk, viewer=viewer_of(request), at=now())
        except DeskRefused as refusal:
            refuse(request, refusal)
        return redirect("emergency:draft", pk)
    consequences = [
        _("発信案の地域・レベル・文が、新しい電文の内容に置き換わります。"),
        _("いま入力されている文は、監査記録に残ります。"),
    ]
    if draft.state == DraftState.SUBMITTED:
        consequences.append(_("承認の依頼は取り下げられます。"))
    return render(
        request,
        "ui/confirm.html",
        {
            "mode": draft.mode,
            "act_title": _("新しい電文の内容にする"),
            "consequences": consequences,
            "act_words": _("新しい電文の内容に置き換える"),
            "back_address": f"../../{pk}/",
        },
    )


@needs(DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop a draft, with a reason; asks once."""
    draft = shown_draft(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            discard(pk, reason=form.cleaned_data["reason"], viewer=viewer_of(request), at=now())
            return redirect("emergency:desk")
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "ui/confirm.html",
        {
            "mode": draft.mode,
            "act_title": _("発信案を取りやめる"),
            "consequences": [
                _("「%(title)s」は発信されません。") % {"title": draft.title},
                _("内容と理由は記録に残り、あとから読むことができます。"),
            ],
            "act_words": _("この発信案を取りやめる"),
            "back_address": f"../../{pk}/",
            "form": form,
        },
        status=422 if form.errors else 200,
    )
