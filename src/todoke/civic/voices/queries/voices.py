"""Asking about 市民の声: boxes, voices as staff or their writers may see them, themes, and what was published."""

import json
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from todoke.base.formulas import said
from todoke.civic.voices.models import Theme, Voice, VoiceBox
from todoke.civic.voices.rules.voices import ANSWER, CONSIDERING, PUBLISH, VOICE, names_in
from todoke.ground.people.models import Posting, Section
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.models import Gone
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import HANDLE, READ, cases_for, sections_of
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.documents.queries import documents_about
from todoke.shared.paperwork.answers import opened
from todoke.shared.paperwork.models import Response, ResponseState
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.rules import read_code

LISTED_MAX = 200
REPLY, EXCERPT = b"voices.reply", b"voices.excerpt"
_WITH = (
    "box__form",
    "box__section",
    "theme",
    "response__version__form",
    "response__custody__period",
    "response__custody__retention_class",
    "case__section",
    "case__handler",
    "case__flow_version",
    "case__custody",
)


def boxes() -> QuerySet[VoiceBox]:
    """Where people can write now."""
    return VoiceBox.objects.filter(is_active=True).select_related("form", "flow", "section")


def voices() -> QuerySet[Voice]:
    """All that have not been purged, with what a page of theirs needs; whoever calls narrows it."""
    return Voice.objects.exclude(response__state=ResponseState.PURGED).select_related(*_WITH)


def voice_with(key: UUID | str) -> Voice | None:
    """The voice whose response has this key, whosesoever it is: for who then shows that their browser holds it."""
    return voices().filter(response__key=key).first()


def voice_with_receipt(code: str) -> Voice | None:
    """The voice that got this receipt code, as somebody copied it."""
    read = read_code(code)
    return voices().filter(response__receipt_code=read).first() if read else None


def voices_for(viewer: Viewer) -> QuerySet[Voice]:
    """The voices whose cases this viewer may see as staff, those that are due first."""
    if not sections_of(viewer, READ, HANDLE):
        return Voice.objects.none()
    found = voices().filter(case__in=cases_for(viewer).values("pk"))
    return found.order_by("case__closed_on", "case__sort_date", "pk")


def voice_for(viewer: Viewer, key: UUID | str) -> Voice | None:
    """The voice of the case with this key, as this viewer may see it; also what a purge has left of it."""
    if not sections_of(viewer, READ, HANDLE):
        return None
    mine = cases_for(viewer).filter(key=key)
    return Voice.objects.select_related(*_WITH).filter(case__in=mine.values("pk")).first()


def undecided(viewer: Viewer) -> QuerySet[Theme]:
    """Themes that are answered, and of which nobody has said whether they are published."""
    return themes_for(viewer).filter(state=Theme.State.ANSWERED, published_at__isnull=True, withheld_reason="")


def themes_for(viewer: Viewer) -> QuerySet[Theme]:
    """The themes of the sections in which this viewer reads cases or publishes."""
    found = Theme.objects.filter(section__key__in=sections_of(viewer, READ, HANDLE, PUBLISH))
    rows = found.select_related("box__form", "section", "custody__period", "custody__retention_class", "decision")
    return rows.annotate(count=Count("voices"))


def theme_for(viewer: Viewer, key: UUID | str) -> Theme | None:
    """The theme with this key, as this viewer may see it."""
    return themes_for(viewer).filter(key=key).first()


def open_themes(viewer: Viewer, voice: Voice) -> QuerySet[Theme]:
    """The themes into which this voice can be put."""
    section = voice.case.section_id if voice.case else None
    return themes_for(viewer).filter(box=voice.box_id, section=section, state=Theme.State.WRITING)


def in_theme(theme: Theme) -> list[Voice]:
    """Its voices, the oldest first."""
    return list(voices().filter(theme=theme).order_by("said_at", "pk"))


def published_themes() -> QuerySet[Theme]:
    """What everybody can read, the newest first."""
    return Theme.objects.filter(published__isnull=False).select_related("section").order_by("-published_at", "-pk")


def published_theme(key: UUID | str) -> Theme | None:
    """One of them."""
    return published_themes().filter(key=key).first()


def documents_of(voice: Voice) -> list[OfficialDocument]:
    """What the city has issued about it and still holds, the newest first."""
    return documents_about(VOICE, voice.response.key)


def answers_of(voice: Voice) -> Filled | None:
    """What was written, opened; None before it has arrived. Raises Gone after the purge."""
    found = opened(voice.response)
    return found[0] if found else None


def value_of(found: Filled, key: str) -> Any:
    """What was answered to a question, or None."""
    entry = found.sheet.get(key)
    return entry.value if entry else None


def body_of(voice: Voice) -> str:
    """The text of a voice; nothing after the purge."""
    try:
        found = answers_of(voice)
    except Gone:
        return ""
    return str(value_of(found, voice.box.uses["body"]) or "") if found else ""


def names_of(voice: Voice) -> frozenset[str]:
    """The words of a voice's answers that would tell who wrote; none after the purge."""
    try:
        found = answers_of(voice)
    except Gone:
        return frozenset()
    if found is None:
        return frozenset()
    return names_in((each.kind, value_of(found, each.key)) for each in found.document.questions)


def kinds_of(box: VoiceBox, response: Response) -> dict[str, str]:
    """The kinds of voices that the form tells apart, in the active language."""
    question = response.version.read().question(box.uses.get("kind", ""))
    if question is None:
        return {}
    return {str(each["key"]): said(each["words"]) for each in question.settings.get("choices", ())}


def reply_of(theme: Theme) -> str:
    """What goes to the writers; nothing where nothing is written. Raises Gone after the purge."""
    return theme.custody.open(bytes(theme.reply), context=REPLY).decode() if theme.reply else ""


def excerpt_of(voice: Voice) -> str:
    """What of a voice everybody may read; nothing where nothing is written, and after the purge."""
    if voice.excerpt is None:
        return ""
    try:
        return str(json.loads(voice.response.custody.open(bytes(voice.excerpt), context=EXCERPT)))
    except Gone:
        return ""


def state_words(case: Case) -> str:
    """Where a case stands, in the active language."""
    return said(case.flow_version.read.states[case.state].title)


def can_be_considered(case: Case) -> bool:
    """Whether an answer to this case can be drafted now."""
    return case.is_open and case.state == CONSIDERING


def has_reply(case: Case) -> bool:
    """Whether this case ended with an answer."""
    action = case.flow_version.read.actions.get(ANSWER)
    return action is not None and case.state == action.target


def sections_to_hand_to() -> list[tuple[str, str]]:
    """The sections in which somebody handles cases: key and name."""
    keys = Posting.objects.filter(role__permissions__permission=HANDLE).values("section")
    return list(Section.objects.filter(pk__in=keys).order_by("name").values_list("key", "name"))
