"""Themes (論点): voices put together, what the city answers to all of them, and putting that to decision."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from todoke.civic.voices.actions.writing import has_excerpt
from todoke.civic.voices.models import Theme, Voice
from todoke.civic.voices.queries.voices import (
    EXCERPT,
    REPLY,
    can_be_considered,
    in_theme,
    names_of,
    reply_of,
    voices,
)
from todoke.civic.voices.refusals import (
    NothingToDecide,
    NotInOneTheme,
    TellsWhoWrote,
    ThemeIsShut,
    VoiceNotTheirs,
    WrittenElsewhere,
)
from todoke.civic.voices.rules.voices import PROPOSE, THEME, tells_who
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.actions import custody
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.queries import HANDLE
from todoke.shared.decisions.actions import drafting, marking
from todoke.shared.decisions.models import Decision
from todoke.shared.decisions.queries import newest_route, plan_of


@dataclass(frozen=True)
class Texts:
    """What a theme says: its name, 意見の概要 and 市の考え方 in each language; the reply; and 要旨 by voice."""

    title: Mapping[str, str]
    reply: str
    summary: Mapping[str, str] = field(default_factory=dict)
    view: Mapping[str, str] = field(default_factory=dict)
    excerpts: Mapping[int, str] = field(default_factory=dict)
    has_changed: bool = False


@transaction.atomic
def open_theme(voice: Voice, *, viewer: Viewer, at: datetime) -> Theme:
    """A theme for this voice; where it is in one, that one. Raises VoiceNotTheirs, NotInOneTheme."""
    held = _held(voice, viewer)
    if held.theme is not None:
        return held.theme
    assert held.case is not None
    theme = Theme(box=held.box, section=held.case.section, written_at=at, written_by_id=viewer.account_id or 0)
    theme.custody = custody.take((THEME, theme.key), held.box.form.retention_class, at=at)
    theme.save()
    held.theme = theme
    held.save(update_fields=["theme"])
    record("voices.theme-opened", on=theme, by=viewer, after={"voice": held.pk})
    return theme


@transaction.atomic
def join(voice: Voice, theme: Theme, *, viewer: Viewer) -> Theme:
    """Put a voice with others that ask for the same. Raises VoiceNotTheirs, NotInOneTheme."""
    into = _writable(theme, viewer)
    held = _held(voice, viewer)
    assert held.case is not None
    if held.box_id != into.box_id or held.case.section_id != into.section_id:
        raise NotInOneTheme
    held.theme, held.excerpt = into, None
    held.save(update_fields=["theme", "excerpt"])
    record("voices.joined", on=into, by=viewer, after={"voice": held.pk})
    return into


@transaction.atomic
def leave(voice: Voice, *, viewer: Viewer) -> None:
    """Take a voice out of its theme. Raises VoiceNotTheirs, ThemeIsShut."""
    held = _held(voice, viewer)
    if held.theme is None:
        return
    theme = _writable(held.theme, viewer)
    held.theme, held.excerpt = None, None
    held.save(update_fields=["theme", "excerpt"])
    record("voices.left", on=theme, by=viewer, after={"voice": held.pk})


@transaction.atomic
def write(theme: Theme, texts: Texts, *, revision: int, viewer: Viewer, at: datetime) -> Theme:
    """Keep what is written so far. Raises VoiceNotTheirs, ThemeIsShut, WrittenElsewhere, TellsWhoWrote."""
    held = _writable(theme, viewer)
    if held.revision != revision:
        raise WrittenElsewhere
    asked = in_theme(held)
    _refuse_what_tells(texts, asked)
    held.title, held.summary, held.view = dict(texts.title), dict(texts.summary), dict(texts.view)
    held.reply = held.custody.seal(texts.reply.encode(), context=REPLY) if texts.reply else None
    held.has_changed, held.revision = texts.has_changed, revision + 1
    held.written_at, held.written_by_id = at, viewer.account_id or 0
    held.save()
    for voice in asked:
        text = texts.excerpts.get(voice.pk, "").strip()
        sealed = voice.response.custody.seal(json.dumps(text).encode(), context=EXCERPT) if text else None
        Voice.objects.filter(pk=voice.pk).update(excerpt=sealed)
    record("voices.theme-written", on=held, by=viewer, after={"revision": held.revision})
    return held


def _refuse_what_tells(texts: Texts, asked: list[Voice]) -> None:
    names = frozenset[str]().union(*(names_of(voice) for voice in asked))
    public = {"title": texts.title, "summary": texts.summary, "view": texts.view}
    for place, words in public.items():
        for language, text in words.items():
            if tells_who(text, names):
                raise TellsWhoWrote(f"{place}_{language}")
    for voice, text in texts.excerpts.items():
        if tells_who(text, names):
            raise TellsWhoWrote(f"excerpt_{voice}")


@transaction.atomic
def propose(theme: Theme, *, revision: int, viewer: Viewer, at: datetime) -> Decision:
    """Put the answer to decision (決裁); the cases wait for it. What is decided is what goes out, to the letter.

    A second click finds the first one's paper. Raises VoiceNotTheirs, ThemeIsShut, WrittenElsewhere, NothingToDecide,
    and what casework and decisions refuse: NoSuchAction, NotAllowed, NobodyThere.
    """
    held = _locked(theme, viewer)
    if held.state == Theme.State.DECIDING and held.decision and held.written_by_id == viewer.account_id:
        return held.decision
    if held.state != Theme.State.WRITING:
        raise ThemeIsShut
    if held.revision != revision:
        raise WrittenElsewhere
    asked, reply, route = in_theme(held), reply_of(held), newest_route(held.box.route)
    if not asked or not reply or not held.title.get("ja") or route is None:
        raise NothingToDecide
    for voice in asked:
        assert voice.case is not None
        act(voice.case.key, PROPOSE, viewer=viewer, revision=voice.case.revision, at=at)
    known = {"public": any(has_excerpt(voice) for voice in asked), "changed": held.has_changed}
    facts = {key: known[key] for key in plan_of(route).facts}
    title = held.title["ja"]
    subject = (THEME, held.key)
    paper = drafting.begin(title, route=route, subject=subject, facts=facts, body=reply, viewer=viewer, at=at)
    held.decision = marking.submit(paper.pk, revision=paper.revision, viewer=viewer, at=at)
    held.state = Theme.State.DECIDING
    held.save(update_fields=["decision", "state"])
    record("voices.proposed", on=held, by=viewer, after={"decision": paper.pk, "voices": len(asked)})
    return held.decision


def locked_theme(pk: int) -> Theme:
    """The theme, locked until the end of the transaction."""
    rows = Theme.objects.select_for_update(of=("self",)).select_related(
        "box__form", "section", "custody__period", "custody__retention_class", "decision"
    )
    return rows.get(pk=pk)


def _locked(theme: Theme, viewer: Viewer) -> Theme:
    held = locked_theme(theme.pk)
    if not viewer.may(HANDLE, held.section.key):
        raise VoiceNotTheirs
    return held


def _writable(theme: Theme, viewer: Viewer) -> Theme:
    held = _locked(theme, viewer)
    if held.state != Theme.State.WRITING:
        raise ThemeIsShut
    return held


def _held(voice: Voice, viewer: Viewer) -> Voice:
    """The voice, locked, while an answer to it can be drafted."""
    held = voices().select_for_update(of=("self",)).get(pk=voice.pk)
    if held.case is None or not viewer.may(HANDLE, held.case.section.key):
        raise VoiceNotTheirs
    if not can_be_considered(held.case):
        raise NotInOneTheme
    return held
