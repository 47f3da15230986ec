"""Preparing drafts from telegrams, so that an officer finds the words already fitted."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from todoke.base.clock import in_japan
from todoke.base.events import announce
from todoke.civic.emergency import telegrams
from todoke.civic.emergency.actions.drafts import VALID_HOURS, copy_areas, drop, held, snapshot, texts_for, texts_from
from todoke.civic.emergency.actions.incidents import open_incident_for
from todoke.civic.emergency.actions.refusals import NotAllowed, NothingNew
from todoke.civic.emergency.events import DraftChanged
from todoke.civic.emergency.models import LIVE, Draft, DraftArea, DraftState, HazardWarning, Incident, Telegram
from todoke.civic.emergency.queries.drafts import edition_areas
from todoke.civic.emergency.queries.templates import template_for
from todoke.civic.emergency.rules.content import highest_level, level_and_word, lifted_notices
from todoke.civic.emergency.rules.evacuation import AreaLevel, changes_between
from todoke.civic.emergency.rules.notices import LIFTED, LIFTS, NoticeKind
from todoke.civic.emergency.rules.preparing import RULES, Rule, gravity, official_word
from todoke.civic.emergency.rules.rights import DRAFT
from todoke.civic.emergency.telegrams import Identity, family_by_key
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area
from todoke.ground.places.queries import areas_by_codes, the_city
from todoke.shared.messaging.models import Edition
from todoke.shared.messaging.phrasebook import BOOKS
from todoke.shared.messaging.types import EditionKind, Mode

log = logging.getLogger(__name__)

TELEGRAMS_MAX = 200
# An edition that ends sooner than this is said again even if nothing has changed.
RENEW_WITHIN = timedelta(hours=3)

CANCELLED_BY_OFFICE = "発表官署が電文を取り消したため。"
CORRECTED_BY_OFFICE = "発表官署が電文を訂正したため。"


@dataclass(frozen=True)
class _Wanted:
    """What the office has in force for our areas, and what the city should therefore say next."""

    edition_kind: EditionKind
    kind: NoticeKind
    areas: tuple[AreaLevel, ...]
    note: str = ""


def prepare_waiting(at: datetime) -> int:
    """Prepare a draft for every telegram that waits for one; says how many telegrams were dealt with.

    Each in a transaction of its own, which also marks it as done: after a crash the rest is still waiting. At most 200
    at a time. Several processes may do it at once. One telegram's trouble does not keep the others waiting: it is
    logged, and the telegram waits on.
    """
    waiting = Telegram.objects.filter(preparation=Telegram.Preparation.WAITING).order_by("pk")
    done = 0
    for pk in waiting.values_list("pk", flat=True)[:TELEGRAMS_MAX]:
        try:
            done += prepare_from(pk, at)
        except OperationalError:
            # The database has gone away: whoever called waits for it, and everything is still waiting.
            raise
        except Exception:  # the next telegram may be the one that matters
            log.exception("emergency.preparing-failed", extra={"telegram": pk})
    return done


@transaction.atomic
def prepare_from(telegram_id: int, at: datetime) -> bool:
    """Prepare, update or drop the draft that this telegram asks for; False where another process has it in hand."""
    telegram = (
        Telegram.objects.select_for_update(skip_locked=True)
        .filter(pk=telegram_id, preparation=Telegram.Preparation.WAITING)
        .first()
    )
    if telegram is None:
        return False
    rule = RULES.get(telegram.family)
    if rule is not None:
        source = _source(telegram, rule)
        _only_one_at_a_time(telegram.mode, source)
        _prepare(telegram, rule, source, at)
    telegram.preparation = Telegram.Preparation.DONE
    telegram.save(update_fields=["preparation"])
    return True


@transaction.atomic
def take_over(draft_id: int, *, viewer: Viewer, at: datetime) -> Draft:
    """Make a draft anew from the telegram that came while somebody was at work on it. Raises NothingNew.

    What stood there is kept in the audit. A submission is thereby withdrawn: the approver would read other words.
    """
    if not viewer.may(DRAFT):
        raise NotAllowed
    draft = held(draft_id)
    telegram = draft.newer_telegram
    if telegram is None:
        raise NothingNew
    before = snapshot(draft)
    rule = RULES[telegram.family]
    edition = _in_force(telegram.mode, _source(telegram, rule), at)
    wanted = _wanted(telegram, rule, edition, at)
    if wanted is None:
        drop(draft, "発表が解除されたため", at)
        record("emergency.draft-discarded", on=draft, by=viewer, why=draft.discard_reason)
        return draft
    draft.state = DraftState.PREPARED
    draft.last_editor_id = viewer.account_id
    draft.newer_telegram = None
    _fill(draft, telegram, wanted, edition, at)
    record("emergency.draft-taken-over", on=draft, by=viewer, before=before, after=snapshot(draft))
    return draft


def _only_one_at_a_time(mode: str, source: str) -> None:
    # Two telegrams of one matter in two processes would otherwise both find no draft.
    key = int.from_bytes(hashlib.sha256(f"{mode}\x1f{source}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _source(telegram: Telegram, rule: Rule) -> str:
    """What the telegram is about: its family and office, and its event where the office's telegrams know events."""
    family = family_by_key(telegram.family)
    event = telegram.event_id if family is not None and family.identity is Identity.EVENT else ""
    return "|".join((rule.source or telegram.family, telegram.office, event))[:300]


def _prepare(telegram: Telegram, rule: Rule, source: str, at: datetime) -> None:
    edition = _in_force(telegram.mode, source, at)
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .filter(mode=telegram.mode, source=source, state__in=LIVE)
        .order_by("-pk")
        .first()
    )
    wanted = _wanted(telegram, rule, edition, at)
    if draft is not None and draft.is_touched:
        draft.newer_telegram = telegram
        draft.save(update_fields=["newer_telegram"])
        announce(DraftChanged(draft.pk))
        return
    if wanted is None:
        if draft is not None:
            drop(draft, "発表が解除されたか、変わりがないため", at)
            record("emergency.draft-discarded", on=draft, by="desk", why=draft.discard_reason)
        return
    if draft is None:
        incident = (
            _incident_of(edition)
            if edition is not None
            else open_incident_for(name=rule.incident, group=rule.group, mode=Mode(telegram.mode), at=at)
        )
        draft = Draft(
            incident=incident, mode=telegram.mode, source=source, kind=wanted.kind, created_at=at, expires_at=at
        )
    _fill(draft, telegram, wanted, edition, at)
    record("emergency.draft-prepared", on=draft, by="desk", after={"telegram": telegram.pk, "mode": telegram.mode})


def _in_force(mode: str, source: str, at: datetime) -> Edition | None:
    """The latest edition of the message about this source, where it still holds."""
    draft = (
        Draft.objects.filter(mode=mode, source=source, state=DraftState.RELEASED)
        .order_by("-edition__released_at")
        .first()
    )
    if draft is None:
        return None
    latest = Edition.objects.filter(message=draft.message_id).select_related("message").order_by("-number").first()
    if latest is None or latest.kind == EditionKind.CANCEL or latest.expires_at <= at:
        return None
    return None if latest.content["facts"].get("lifted") == "yes" else latest


def _incident_of(edition: Edition) -> Incident:
    return Draft.objects.select_related("incident").get(edition=edition).incident


def _wanted(telegram: Telegram, rule: Rule, edition: Edition | None, at: datetime) -> _Wanted | None:
    """What should be said next; None where nothing need be said."""
    now_in_force = _areas_in_force(telegram, rule)
    cancelled = telegram.info_type == telegrams.telegram.CANCELLED
    corrected = telegram.info_type == telegrams.telegram.CORRECTED
    if edition is None:
        return _Wanted(EditionKind.FIRST, rule.kind, now_in_force) if now_in_force else None
    before = [area for area in edition_areas(edition) if not area.is_lifted]
    if not now_in_force:
        if cancelled:
            return _Wanted(EditionKind.CANCEL, rule.kind, tuple(before), CANCELLED_BY_OFFICE)
        return _Wanted(EditionKind.UPDATE, NoticeKind.LIFTING, _as_lifted(before))
    standing = {area.key for area in now_in_force}
    areas = (*now_in_force, *_as_lifted(area for area in before if area.key not in standing))
    if corrected or cancelled:
        note = CANCELLED_BY_OFFICE if cancelled else CORRECTED_BY_OFFICE
        return _Wanted(EditionKind.CORRECTION, rule.kind, areas, note)
    unchanged = all(change.change == "same" for change in changes_between(before, areas))
    if unchanged and edition.expires_at - at > RENEW_WITHIN:
        return None
    return _Wanted(EditionKind.UPDATE, rule.kind, areas)


def _as_lifted(areas: Iterable[AreaLevel]) -> tuple[AreaLevel, ...]:
    return tuple(AreaLevel(area.key, area.name, None, LIFTED) for area in areas)


def _areas_in_force(telegram: Telegram, rule: Rule) -> tuple[AreaLevel, ...]:
    """The areas of the city with what is in force there and worth a notice: the highest for each, highest first."""
    family = family_by_key(telegram.family)
    event = telegram.event_id if family is not None and family.identity is Identity.EVENT else ""
    rows = [
        row
        for row in HazardWarning.objects.filter(
            mode=telegram.mode, family=telegram.family, office=telegram.office, state__event_id=event
        )
        if rule.worth(row.level, row.kind_code, row.name)
    ]
    codes: dict[str, set[str]] = {}
    for row in rows:
        codes.setdefault(row.scheme, set()).add(row.area_code)
    places = {scheme: areas_by_codes(scheme, wanted) for scheme, wanted in codes.items()}
    highest: dict[str, AreaLevel] = {}
    for row in rows:
        for area in places[row.scheme].get(row.area_code, []):
            held_so_far = highest.get(area.key)
            said = AreaLevel(area.key, area.name, row.level, official_word(row.name)[:60])
            if held_so_far is None or _gravity(said) > _gravity(held_so_far):
                highest[area.key] = said
    in_order = sorted(highest.values(), key=lambda area: area.key)
    return tuple(sorted(in_order, key=_gravity, reverse=True))


def _gravity(area: AreaLevel) -> tuple[int, int]:
    return gravity(area.level, area.notice)


def _fill(draft: Draft, telegram: Telegram, wanted: _Wanted, edition: Edition | None, at: datetime) -> None:
    rule = RULES[telegram.family]
    level = highest_level(wanted.areas)
    notice = LIFTS.get(rule.kind, "") if wanted.kind is NoticeKind.LIFTING else wanted.areas[0].notice
    template = template_for(wanted.kind, rule.hazard, level, notice)
    places = list(Area.objects.filter(key__in=[area.key for area in wanted.areas]).defer("polygon"))
    draft.kind = rule.kind
    draft.hazard = rule.hazard
    draft.edition_kind = wanted.edition_kind
    draft.message = edition.message if edition is not None else None
    draft.after_number = edition.number if edition is not None else 0
    draft.template = template
    draft.prepared_from = telegram
    draft.note = wanted.note
    draft.facts = _facts(telegram, wanted.areas) | lifted_notices(edition_areas(edition))
    draft.expires_at = at + timedelta(hours=template.valid_hours if template else VALID_HOURS)
    draft.edited_at = at
    if draft.pk is not None:
        draft.revision += 1
    if wanted.edition_kind == EditionKind.CANCEL and edition is not None:
        draft.texts = texts_for(wanted.edition_kind, edition)
        draft.save()
        draft.areas.all().delete()
        copy_areas(draft, edition)
    else:
        draft.texts = texts_from(template, wanted.areas, places, draft.facts, telegram.report_at or at, city=the_city())
        draft.save()
        draft.areas.all().delete()
        by_key = {place.key: place for place in places}
        DraftArea.objects.bulk_create(
            DraftArea(draft=draft, area=by_key[area.key], level=area.level, notice=area.notice) for area in wanted.areas
        )
    announce(DraftChanged(draft.pk))


def _facts(telegram: Telegram, areas: Iterable[AreaLevel]) -> dict[str, str]:
    standing = [area for area in areas if not area.is_lifted]
    words = level_and_word(standing[0].level, standing[0].notice) if standing else ""
    reported = in_japan(telegram.report_at) if telegram.report_at else None
    facts = {
        "office": telegram.office,
        **{f"office@{language}": said.text("said.office") for language, said in BOOKS.items() if language != "ja"},
        "headline_title": telegram.headline_title or telegram.title,
        "headline": telegram.headline,
        "reported_at": reported.isoformat() if reported else "",
        "telegram_word": words,
    }
    if telegram.family == "jma.river":
        facts["river"] = telegram.headline_title.removesuffix("氾濫情報").strip() or telegram.headline_title
    return facts
