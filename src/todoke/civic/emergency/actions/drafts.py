"""Writing: beginning a draft, filling it from a template, editing it, dropping it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from todoke.base.events import announce
from todoke.civic.emergency.actions.refusals import (
    DraftExists,
    EditedByAnother,
    IncidentIsClosed,
    MessageIsOver,
    NotAllowed,
    NothingToLift,
    NotLive,
    ReasonMissing,
    WaitsForApproval,
)
from todoke.civic.emergency.events import DraftChanged
from todoke.civic.emergency.models import LIVE, Draft, DraftArea, DraftState, Incident, Template
from todoke.civic.emergency.queries.drafts import area_names, as_area_levels, common_facts, edition_areas
from todoke.civic.emergency.queries.speaking import areas_known, latest_end, speaking_city
from todoke.civic.emergency.queries.templates import template_for
from todoke.civic.emergency.rules.cancelling import cancelling_texts
from todoke.civic.emergency.rules.composing import composed_texts
from todoke.civic.emergency.rules.content import highest_level, lifted_notices, registers_in, slot_values
from todoke.civic.emergency.rules.evacuation import AreaLevel, order_word
from todoke.civic.emergency.rules.mending import Mend, basis_of, mended_by
from todoke.civic.emergency.rules.notices import LANGUAGES, LIFTED, LIFTS, STATES_OF_THE_CITY, NoticeKind
from todoke.civic.emergency.rules.preparing import gravity
from todoke.civic.emergency.rules.rights import DRAFT
from todoke.civic.emergency.rules.slots import filled
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, City
from todoke.shared.messaging.models import Edition, Message
from todoke.shared.messaging.types import EditionKind, Register

VALID_HOURS = 24

# What an officer picks for one area: a level (None: named without a level) and whether it is over there.
Choice = tuple[int | None, bool]


@dataclass(frozen=True)
class Changes:
    """What a person has entered in the editor. `areas` is by area key; `texts` by language; `mends` are the texts for
    single registers that were changed, confirmed or put back."""

    texts: Mapping[str, Mapping[str, str]]
    areas: Mapping[str, Choice]
    expires_at: datetime
    note: str = ""
    excluded: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    addition: Mapping[str, str] = field(default_factory=dict)
    mends: Sequence[Mend] = ()


@transaction.atomic
def start_draft(
    *, incident_id: int, template_id: int, areas: Mapping[str, Choice], viewer: Viewer, at: datetime
) -> Draft:
    """Begin a first edition from template × areas × level. Raises NotAllowed, IncidentIsClosed."""
    _may_write(viewer)
    incident = Incident.objects.get(pk=incident_id)
    if incident.closed_at is not None:
        raise IncidentIsClosed
    template = Template.objects.get(pk=template_id)
    draft = Draft.objects.create(
        incident=incident,
        mode=incident.mode,
        kind=template.kind,
        hazard=template.hazard,
        expires_at=latest_end(incident, at + timedelta(hours=template.valid_hours)),
        created_at=at,
        edited_at=at,
        author_id=viewer.account_id,
        last_editor_id=viewer.account_id,
    )
    set_areas(draft, areas)
    fill_from(draft, template, at=at)
    record("emergency.draft-started", on=draft, by=viewer, after=snapshot(draft))
    announce(DraftChanged(draft.pk))
    return draft


@transaction.atomic
def propose_order(draft_id: int, *, viewer: Viewer, at: datetime) -> Draft:
    """Begin an evacuation order for the areas of a weather draft, at the levels that the guideline joins to them.

    It is a person who asks for it, and another who approves: what the weather service says orders nothing.
    """
    _may_write(viewer)
    weather = Draft.objects.select_related("incident").get(pk=draft_id)
    if weather.incident.closed_at is not None:
        raise IncidentIsClosed
    wanted = {row.area.key: (row.level, False) for row in _rows(weather) if (row.level or 0) >= 3}
    level = max((level or 0 for level, _ in wanted.values()), default=0)
    template = template_for(NoticeKind.EVACUATION, weather.hazard, level or None)
    draft = Draft.objects.create(
        incident=weather.incident,
        mode=weather.mode,
        kind=NoticeKind.EVACUATION,
        hazard=weather.hazard,
        expires_at=latest_end(
            weather.incident, at + timedelta(hours=template.valid_hours if template else VALID_HOURS)
        ),
        created_at=at,
        edited_at=at,
        author_id=viewer.account_id,
        last_editor_id=viewer.account_id,
    )
    set_areas(draft, wanted)
    fill_from(draft, template, at=at)
    record("emergency.draft-started", on=draft, by=viewer, after=snapshot(draft), why=f"発信案{weather.pk}から")
    announce(DraftChanged(draft.pk))
    return draft


@transaction.atomic
def follow_edition(
    message_key: str, *, edition_kind: EditionKind, viewer: Viewer, at: datetime, lift: bool = False, note: str = ""
) -> Draft:
    """Begin the next edition of a message in force: an update, a correction, a cancellation, or its lifting.

    The texts and areas are those of the latest edition; a lifting takes its words from the template. Raises
    MessageIsOver after a cancellation, NothingToLift of the city's own state, DraftExists (with its number) where the
    next edition is being written already.
    """
    _may_write(viewer)
    message = Message.objects.select_for_update().get(key=message_key)
    latest = message.editions.order_by("number").last()
    if latest is None or latest.kind == EditionKind.CANCEL:
        raise MessageIsOver
    # A cancellation is never kept waiting by an update that somebody else has begun.
    source = "cancel" if edition_kind == EditionKind.CANCEL else "hand"
    if (other := Draft.objects.filter(message=message, source=source, state__in=LIVE).first()) is not None:
        raise DraftExists(other.pk)
    first = Draft.objects.select_related("incident", "template").get(edition=latest)
    if lift and first.kind in STATES_OF_THE_CITY:
        raise NothingToLift
    draft = Draft.objects.create(
        incident=first.incident,
        mode=message.mode,
        message=message,
        after_number=latest.number,
        edition_kind=edition_kind,
        kind=first.kind,
        hazard=first.hazard,
        template=first.template,
        texts=texts_for(edition_kind, latest) if edition_kind == EditionKind.CANCEL else first.texts,
        addition={} if edition_kind == EditionKind.CANCEL or lift else first.addition,
        mended={} if edition_kind == EditionKind.CANCEL or lift else first.mended,
        facts=first.facts,
        note=note.strip()[:500],
        excluded=first.excluded,
        # Of an edition that is about to end, the next one needs time of its own.
        expires_at=latest_end(first.incident, max(latest.expires_at, at + timedelta(hours=6))),
        source=source,
        created_at=at,
        edited_at=at,
        author_id=viewer.account_id,
        last_editor_id=viewer.account_id,
    )
    copy_areas(draft, latest, lifted=lift)
    if lift:
        draft.facts = {**draft.facts, **lifted_notices(edition_areas(latest))}
        draft.save(update_fields=["facts"])
        fill_from(draft, _template_of(draft), at=at)
    record("emergency.draft-started", on=draft, by=viewer, after=snapshot(draft), why=note)
    announce(DraftChanged(draft.pk))
    return draft


@transaction.atomic
def edit_draft(
    draft_id: int, changes: Changes, *, revision: int, viewer: Viewer, at: datetime, refill: bool = False
) -> Draft:
    """Save what a person entered. With `refill`, the texts are made anew from the template for the areas chosen.

    Raises WaitsForApproval once submitted, NotLive once released or dropped, EditedByAnother where somebody saved since
    `revision`: the caller still holds what was entered and shows it.
    """
    _may_write(viewer)
    draft = held(draft_id)
    if draft.state == DraftState.SUBMITTED:
        raise WaitsForApproval
    if draft.revision != revision:
        raise EditedByAnother(name=str(draft.last_editor or "自動作成"))
    before = snapshot(draft)
    draft.texts = _with_registers(draft, changes)
    draft.addition = {language: text.strip() for language, text in changes.addition.items() if text.strip()}
    draft.expires_at = changes.expires_at
    draft.note = changes.note.strip()[:500]
    draft.excluded = sorted(changes.excluded)
    draft.facts = {**draft.facts, **changes.facts}
    draft.last_editor_id = viewer.account_id
    # Where another edition went out meanwhile, the writer has been shown the difference from it: this one comes next.
    if draft.message_id is not None:
        draft.after_number = Edition.objects.filter(message=draft.message_id).count()
    if draft.edition_kind != EditionKind.CANCEL:
        set_areas(draft, changes.areas)
    if refill:
        fill_from(draft, _template_of(draft), at=at)
    draft.mended = mended_by(
        draft.mended, changes.mends, basis_of(draft.kind, draft.hazard, as_area_levels(_rows(draft)))
    )
    saved(draft, at)
    record("emergency.draft-edited", on=draft, by=viewer, before=before, after=snapshot(draft))
    return draft


@transaction.atomic
def discard(draft_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Draft:
    """Drop a draft; it stays readable. Raises ReasonMissing, NotLive."""
    _may_write(viewer)
    if not reason.strip():
        raise ReasonMissing
    draft = held(draft_id)
    drop(draft, reason, at)
    record("emergency.draft-discarded", on=draft, by=viewer, why=reason)
    return draft


def held(draft_id: int) -> Draft:
    """The draft, locked until the end of the transaction; NotLive where nothing can be changed any more."""
    draft = Draft.objects.select_for_update(of=("self",)).select_related("incident", "last_editor").get(pk=draft_id)
    if not draft.is_live:
        raise NotLive(state=draft.get_state_display())
    return draft


def drop(draft: Draft, reason: str, at: datetime) -> None:
    """Mark a draft as dropped; the caller holds its row and records why."""
    draft.state = DraftState.DISCARDED
    draft.discarded_at = at
    draft.discard_reason = reason.strip()[:500]
    draft.save(update_fields=["state", "discarded_at", "discard_reason"])
    announce(DraftChanged(draft.pk))


def set_areas(draft: Draft, choices: Mapping[str, Choice]) -> None:
    """Give the draft exactly these areas. Words the weather service put beside an area stay while its level stays."""
    before = {row.area.key: row for row in _rows(draft)}
    places = areas_known(draft.incident, choices)
    draft.areas.all().delete()
    DraftArea.objects.bulk_create(
        DraftArea(
            draft=draft,
            area=places[key],
            level=level,
            notice=_notice(draft, before.get(key), before.values(), level, lifted),
        )
        for key, (level, lifted) in choices.items()
        if key in places
    )


def _notice(
    draft: Draft, before: DraftArea | None, before_rows: Iterable[DraftArea], level: int | None, lifted: bool
) -> str:
    if lifted:
        return LIFTED
    if word := order_word(draft.kind, level, draft.hazard):
        return word
    if before is not None and before.level == level and before.notice != LIFTED:
        return before.notice
    return next((row.notice for row in before_rows if row.level == level and row.notice != LIFTED), "")


def copy_areas(draft: Draft, edition: Edition, *, lifted: bool = False) -> None:
    """Give the draft the areas of an edition: all of them as they were, or all that still stood, as lifted."""
    marks = {mark["key"]: mark for mark in edition.content["areas"]}
    places = areas_known(draft.incident, marks)
    DraftArea.objects.bulk_create(
        DraftArea(
            draft=draft,
            area=places[key],
            level=None if lifted else mark["level"],
            notice=LIFTED if lifted else mark["notice"],
        )
        for key, mark in marks.items()
        if key in places and not (lifted and mark["level"] is None and mark["notice"] == LIFTED)
    )


def texts_for(edition_kind: EditionKind, latest: Edition) -> dict[str, dict[str, str]]:
    """What the next edition begins with: the words of the latest, or of a cancellation those that take them back."""
    texts = texts_of(latest)
    return cancelling_texts(texts, latest.sent_at) if edition_kind == EditionKind.CANCEL else texts


def texts_of(edition: Edition) -> dict[str, dict[str, str]]:
    """The texts of an edition in the languages in which people write here, in the form a draft keeps them."""
    return {
        wording["language"]: {part: wording[part] for part in ("title", "body", "short")}
        for wording in edition.content["wordings"]
        if wording["language"] in LANGUAGES
    }


def _with_registers(draft: Draft, changes: Changes) -> dict[str, dict[str, str]]:
    """What was entered, with what the template says for single registers; not where that speaks of other areas."""
    standing = {row.area.key: (row.level, row.notice == LIFTED) for row in _rows(draft)}
    kept = draft.texts if standing == dict(changes.areas) else {}
    return {language: {**registers_in(kept.get(language, {})), **text} for language, text in changes.texts.items()}


def fill_from(draft: Draft, template: Template | None, *, at: datetime) -> None:
    """Make the texts anew from a template, for the areas and facts of the draft, and save them.

    Without a template the weather office's own headline stands in, in Japanese: better than an empty page.
    """
    rows = _rows(draft)
    areas = [AreaLevel(row.area.key, row.area.name, row.level, row.notice) for row in rows]
    places = [row.area for row in rows]
    draft.template = template
    if draft.kind in STATES_OF_THE_CITY:
        draft.texts = state_texts(draft, areas, places, at)
    else:
        draft.texts = texts_from(template, areas, places, draft.facts, at, city=speaking_city(draft.incident))
    draft.save(update_fields=["template", "texts", "edited_at"])


def texts_from(
    template: Template | None,
    areas: Sequence[AreaLevel],
    places: Sequence[Area],
    facts: Mapping[str, str],
    at: datetime,
    *,
    city: City | None,
) -> dict[str, dict[str, str]]:
    """The texts of a template in every language, slots filled."""
    if template is None:
        headline = facts.get("headline", "")
        return {"ja": {"title": facts.get("headline_title", ""), "body": headline, "short": headline[:60]}}
    texts = {}
    for language in LANGUAGES:
        if language not in template.texts:
            continue
        own = {key.removesuffix(f"@{language}"): value for key, value in facts.items() if key.endswith(f"@{language}")}
        values = slot_values(
            language, areas, area_names(places, language), {**common_facts(language, city, at), **facts, **own}
        )
        texts[language] = {part: filled(text, values) for part, text in template.texts[language].items()}
    return texts


def state_texts(
    draft: Draft, areas: Sequence[AreaLevel], places: Sequence[Area], at: datetime
) -> dict[str, dict[str, str]]:
    """What the city says of its own state, from the phrasebook, in the languages in which people go on writing."""
    city = speaking_city(draft.incident)
    texts = {
        language: composed_texts(
            language,
            kind=draft.kind,
            hazard=draft.hazard,
            areas=areas,
            names=area_names(places, language),
            facts={**common_facts(language, city, at), **draft.facts},
        )
        for language in LANGUAGES
    }
    own = {register.value: draft.facts.get(f"{register}@ja", "") for register in (Register.SPEECH, Register.BOARD)}
    return {**texts, "ja": {**texts["ja"], **{register: text for register, text in own.items() if text}}}


def snapshot(draft: Draft) -> dict[str, object]:
    """What the audit keeps of a draft: texts, areas, end, exclusions; nothing about persons."""
    return {
        "texts": draft.texts,
        "addition": draft.addition,
        "mended": draft.mended,
        "areas": {row.area.key: [row.level, row.notice] for row in _rows(draft)},
        "expires_at": draft.expires_at,
        "note": draft.note,
        "excluded": draft.excluded,
    }


def _template_of(draft: Draft) -> Template | None:
    levels = [AreaLevel(row.area.key, row.area.name, row.level, row.notice) for row in _rows(draft)]
    lifted = bool(levels) and all(area.is_lifted for area in levels)
    if lifted:
        return template_for(NoticeKind.LIFTING, draft.hazard, None, LIFTS.get(NoticeKind(draft.kind), ""))
    highest = max(levels, key=lambda area: gravity(area.level, area.notice), default=None)
    notice = highest.notice if highest else ""
    return template_for(draft.kind, draft.hazard, highest_level(levels), notice) or draft.template


def saved(draft: Draft, at: datetime) -> None:
    """Save a draft as its next revision; the caller holds its row and records what changed."""
    draft.revision += 1
    draft.edited_at = at
    draft.save()
    announce(DraftChanged(draft.pk))


def _rows(draft: Draft) -> list[DraftArea]:
    return list(draft.areas.select_related("area").defer("area__polygon"))


def _may_write(viewer: Viewer) -> None:
    if not viewer.may(DRAFT):
        raise NotAllowed
