"""The staff's pages of 市民の声: what has come in, one voice, its theme, and what becomes public."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.base.formulas import said
from todoke.civic.voices.actions import handling, publishing, themes
from todoke.civic.voices.actions.writing import circumstances
from todoke.civic.voices.forms import EndForm, HandlerForm, HandOnForm, JoinForm, ThemeForm, WithholdForm, filled_from
from todoke.civic.voices.models import Theme, Voice
from todoke.civic.voices.queries import voices as queries
from todoke.civic.voices.refusals import TellsWhoWrote, VoiceRefused
from todoke.civic.voices.rules.voices import ENDINGS, HAND_ON, PUBLISH, VOICE
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.retention.models import Gone
from todoke.shared.casework.actions.arranging import assign
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import (
    ARRANGE,
    HANDLE,
    READ,
    handlers_in,
    history_of,
    is_purged,
    letters_of,
    open_actions,
)
from todoke.shared.casework.queries.effects import troubles_of
from todoke.shared.decisions.models import PHASES
from todoke.shared.decisions.refusals import DecisionRefused
from todoke.shared.decisions.rules.values import Phase
from todoke.shared.paperwork.answers import pages_of
from todoke.shared.paperwork.types import Words

READ_OR_POST = ["GET", "HEAD", "POST"]
CASE_WORK = "looks.case-work"
REFUSALS = (VoiceRefused, CaseRefused, DecisionRefused)


@needs(READ, HANDLE, PUBLISH)
@shows_people
@require_safe
@never_cache
def voice_list(request: VisitorRequest) -> HttpResponse:
    """What is open in my sections, and what still waits to be published or held back."""
    nobody_shown()
    viewer = request.viewer
    found = queries.voices_for(viewer)
    is_closed = request.GET.get("only") == "ended"
    listed = found.filter(case__closed_on__isnull=not is_closed)[: queries.LISTED_MAX]
    values = {
        "rows": [_row(voice, voice.case) for voice in listed if voice.case],
        "is_ended": is_closed,
        "themes": [_theme_row(theme) for theme in queries.themes_for(viewer).exclude(state=Theme.State.ANSWERED)],
        "undecided": [_theme_row(theme) for theme in queries.undecided(viewer)],
    }
    return render(request, "voices/desk/opinions/list.html", values)


def _row(voice: Voice, case: Case) -> dict[str, Any]:
    return {
        "voice": voice,
        "case": case,
        "kind": queries.kinds_of(voice.box, voice.response).get(voice.kind, ""),
        "state": queries.state_words(case),
        "tone": "active" if case.is_open else "neutral",
        "publishing": voice.get_publishing_display(),
    }


def _theme_row(theme: Theme) -> dict[str, Any]:
    return {"theme": theme, "title": _title(theme), "state": theme.get_state_display(), "count": theme.voices.count()}


def _title(theme: Theme) -> str:
    return Words(theme.title).say("ja") or _("名前のない論点")


def _voice(request: VisitorRequest, key: UUID) -> tuple[Voice, Case]:
    voice = queries.voice_for(request.viewer, key)
    if voice is None or voice.case is None:
        raise Http404
    return voice, voice.case


def _theme(request: VisitorRequest, key: UUID) -> Theme:
    theme = queries.theme_for(request.viewer, key)
    if theme is None:
        raise Http404
    return theme


def _look(request: VisitorRequest, voice: Voice, what: str) -> None:
    person = f"resident:{voice.case.resident_id}" if voice.case and voice.case.resident_id else None
    about = (VOICE, str(voice.response.key))
    record_look(request.viewer, about, of_person=person, what=what, purpose=CASE_WORK)


@needs(READ, HANDLE)
@shows_people
@require_safe
@never_cache
def one(request: VisitorRequest, key: UUID) -> HttpResponse:
    """One voice: what was written, what has happened, and what can be done now."""
    voice, case = _voice(request, key)
    _look(request, voice, "市民の声の画面（内容、経過、回答）")
    return render(request, "voices/desk/opinions/voice.html", _values(request, voice, case))


def _values(request: VisitorRequest, voice: Voice, case: Case) -> dict[str, Any]:
    viewer = request.viewer
    may_handle = viewer.may(HANDLE, case.section.key) and not is_purged(case)
    open_now = {action.key: action for action in open_actions(viewer, case, at=now())}
    waiting = [(str(theme.key), _title(theme)) for theme in queries.open_themes(viewer, voice)]
    can_answer = may_handle and queries.can_be_considered(case) and voice.theme is None
    return {
        **_row(voice, case),
        "pages": _pages(voice),
        "title": Words(voice.box.title),
        "history": [line.entry for line in history_of(viewer, case)],
        "troubles": troubles_of(viewer, case),
        "letters": letters_of(viewer, case),
        "documents": queries.documents_of(voice),
        "theme": voice.theme,
        "theme_title": _title(voice.theme) if voice.theme else "",
        "join_form": JoinForm(themes=waiting) if can_answer else None,
        "can_leave": may_handle and voice.theme is not None and voice.theme.state == Theme.State.WRITING,
        "can_hand_on": HAND_ON in open_now and viewer.may(ARRANGE, case.section.key),
        "endings": [(key, said(open_now[key].title)) for key in ENDINGS if key in open_now],
        "handler_form": _handler_form(case, None) if may_handle else None,
    }


def _pages(voice: Voice) -> list[Any] | None:
    """The answers, page by page; None after the purge."""
    try:
        found = queries.answers_of(voice)
    except Gone:
        return None
    return pages_of(found, found.standing(circumstances(now()))) if found else []


def _handler_form(case: Case, posted: Any) -> HandlerForm:
    return HandlerForm(posted, people=handlers_in([case.section.key]), initial={"handler": case.handler_id or ""})


@needs(HANDLE)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def hand_on(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Hand the voice on to the section that answers it."""
    nobody_shown()
    voice, case = _voice(request, key)
    posted = request.POST if request.method == "POST" else None
    form = HandOnForm(posted, sections=queries.sections_to_hand_to(), initial={"revision": case.revision})
    if form.is_valid():
        told = form.cleaned_data
        try:
            handling.hand_on(
                voice,
                told["section"],
                reason=told["reason"],
                revision=told["revision"],
                viewer=request.viewer,
                at=now(),
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("担当課へ回しました。"))
            return redirect("opinions:list")
    return _ask(request, case, form, _("担当課へ回す"))


@needs(HANDLE)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def end(request: VisitorRequest, key: UUID, action: str) -> HttpResponse:
    """End the voice without an answer, for a reason."""
    nobody_shown()
    voice, case = _voice(request, key)
    order = case.flow_version.read.actions.get(action)
    if order is None or action not in ENDINGS:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None, initial={"revision": case.revision})
    if form.is_valid():
        told = form.cleaned_data
        try:
            handling.end(
                voice, action, reason=told["reason"], revision=told["revision"], viewer=request.viewer, at=now()
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("記録しました：%(word)s") % {"word": said(order.title)})
            return redirect("opinions:voice", key)
    return _ask(request, case, form, said(order.title))


def _ask(request: VisitorRequest, case: Case, form: Any, title: str) -> HttpResponse:
    values = {"case": case, "form": form, "title": title}
    return render(request, "voices/desk/opinions/do.html", values, status=422 if form.errors else 200)


@needs(HANDLE)
@require_POST
@never_cache
def choose_handler(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Give the voice to somebody of its section."""
    _found, case = _voice(request, key)
    form = _handler_form(case, request.POST)
    if form.is_valid():
        _try(request, lambda: assign(case.key, form.cleaned_data["handler"], viewer=request.viewer, at=now()))
    else:
        messages.error(request, _("担当者を一覧から選んでください。"))
    return redirect("opinions:voice", key)


@needs(HANDLE)
@require_POST
@never_cache
def join(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Put the voice into a theme, or open a new one for it."""
    voice, _case = _voice(request, key)
    chosen = request.POST.get("theme", "")
    into = next((each for each in queries.open_themes(request.viewer, voice) if str(each.key) == chosen), None)
    try:
        if chosen and into is None:
            raise VoiceRefused
        theme = (
            themes.join(voice, into, viewer=request.viewer)
            if into
            else themes.open_theme(voice, viewer=request.viewer, at=now())
        )
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("opinions:voice", key)
    return redirect("opinions:theme", theme.key)


@needs(HANDLE)
@require_POST
@never_cache
def leave(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Take the voice out of its theme."""
    voice, _case = _voice(request, key)
    _try(request, lambda: themes.leave(voice, viewer=request.viewer))
    return redirect("opinions:voice", key)


@needs(READ, HANDLE, PUBLISH)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def theme_page(request: VisitorRequest, key: UUID) -> HttpResponse:
    """A theme on one screen: the voices, what is answered, what everybody will read, and where it stands."""
    theme = _theme(request, key)
    asked = queries.in_theme(theme)
    agreed = [voice for voice in asked if voice.may_publish]
    can_write = request.viewer.may(HANDLE, theme.section.key) and theme.state == Theme.State.WRITING
    numbers = [(voice.pk, voice.case.number if voice.case else "") for voice in agreed]
    posted = request.POST if request.method == "POST" else None
    form = ThemeForm(posted, agreed=numbers, initial=filled_from(theme, _reply(theme), agreed))
    if posted is not None and form.is_valid() and _written(request, theme, form):
        return redirect("opinions:theme", key)
    for voice in asked:
        _look(request, voice, "論点の画面（内容、回答案）")
    if not asked:
        nobody_shown()
    values = {
        "theme": theme,
        "title": _title(theme),
        "state": theme.get_state_display(),
        "voices": [{**_row(voice, voice.case), "body": queries.body_of(voice)} for voice in asked if voice.case],
        "form": form if can_write else None,
        "reply": _reply(theme),
        "texts": _texts(theme),
        "excerpts": [text for text in map(queries.excerpt_of, agreed) if text],
        "phase": PHASES[Phase(theme.decision.phase)] if theme.decision else "",
        "can_judge": theme.state == Theme.State.ANSWERED
        and theme.published is None
        and not theme.withheld_reason
        and request.viewer.may(PUBLISH, theme.section.key),
        "is_author": theme.written_by_id == request.viewer.account_id,
        "withhold_form": WithholdForm(),
    }
    return render(request, "voices/desk/opinions/theme.html", values, status=422 if form.errors else 200)


def _reply(theme: Theme) -> str:
    try:
        return queries.reply_of(theme)
    except Gone:
        return ""


def _texts(theme: Theme) -> list[tuple[str, str, str]]:
    """The texts for everybody, with the language in which each is."""
    parts = ((_("意見の概要"), theme.summary), (_("市の考え方"), theme.view))
    return [(words, language, text) for words, texts in parts for language, text in texts.items()]


def _written(request: VisitorRequest, theme: Theme, form: ThemeForm) -> bool:
    viewer = request.viewer
    try:
        kept = themes.write(theme, form.texts(), revision=form.cleaned_data["revision"], viewer=viewer, at=now())
        if "propose" in request.POST:
            themes.propose(kept, revision=kept.revision, viewer=viewer, at=now())
    except TellsWhoWrote as refused:
        form.add_refusal(refused)
        return False
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("決裁に出しました。") if "propose" in request.POST else _("保存しました。"))
    return True


@needs(PUBLISH)
@require_POST
@never_cache
def publish(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Publish what was answered, as a second person."""
    theme = _theme(request, key)
    if _try(request, lambda: publishing.publish(theme, viewer=request.viewer, at=now())):
        messages.success(request, _("公表しました。"))
    return redirect("opinions:theme", key)


@needs(PUBLISH)
@require_POST
@never_cache
def withhold(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Do not publish it, for a reason."""
    theme = _theme(request, key)
    reason = request.POST.get("reason", "")
    if _try(request, lambda: publishing.withhold(theme, reason, viewer=request.viewer)):
        messages.success(request, _("公表しないことにしました。"))
    return redirect("opinions:theme", key)


def _try(request: VisitorRequest, act: Callable[[], object]) -> bool:
    try:
        act()
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return False
    return True
