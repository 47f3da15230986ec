"""Opening an incident, moving it from phase to phase, closing it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.civic.emergency.actions.refusals import (
    IncidentInUse,
    IncidentIsClosed,
    IncidentIsOpen,
    NotAllowed,
    OutsideDelegation,
    TextMissing,
)
from todoke.civic.emergency.models import LIVE, Draft, Incident, Phase
from todoke.civic.emergency.rules.rights import DRAFT, MESSAGE_KIND
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.delegation.models import Mandate
from todoke.shared.delegation.queries import is_active
from todoke.shared.messaging.models import Message
from todoke.shared.messaging.queries import editions_in_force
from todoke.shared.messaging.types import Mode
from todoke.shared.unforeseen.actions import end_about


@transaction.atomic
def open_incident(
    *, name: str, group: str, mode: Mode, viewer: Viewer, at: datetime, on_behalf: Mandate | None = None
) -> Incident:
    """Open an incident, of ours or of the city for which we speak under `on_behalf`.

    Raises NotAllowed, TextMissing without a name, IncidentIsOpen where one of its kind is open, OutsideDelegation where
    nobody may speak for that city now, or where it would be a drill.
    """
    if not viewer.may(DRAFT):
        raise NotAllowed
    if not name.strip():
        raise TextMissing(field="名前")
    if on_behalf is not None and not is_active(on_behalf, at):
        raise OutsideDelegation(_("この代行は始まっていないか、終わっています。"))
    if on_behalf is not None and mode is not Mode.ACTUAL:
        raise OutsideDelegation(_("代行発信には、訓練と試験の区分はありません。本番だけです。"))
    other = Incident.objects.filter(mode=mode, group=group, closed_at=None, on_behalf=on_behalf).first()
    if other is not None:
        raise IncidentIsOpen(name=other.name)
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                name=name.strip(),
                group=group,
                mode=mode,
                opened_at=at,
                opened_by_id=viewer.account_id,
                on_behalf=on_behalf,
            )
    except IntegrityError as error:
        raise IncidentIsOpen(name=name) from error
    opened = {"name": incident.name, "mode": mode, "group": group}
    for_city = {"on_behalf": on_behalf.city_name} if on_behalf else {}
    record("emergency.incident-opened", on=incident, by=viewer, after=opened | for_city)
    return incident


def open_incident_for(*, name: str, group: str, mode: Mode, at: datetime) -> Incident:
    """The open incident of this group and mode, opened by the desk where there is none, in the caller's transaction."""
    local = in_japan(at)
    incident, created = Incident.objects.get_or_create(
        mode=mode,
        group=group,
        closed_at=None,
        on_behalf=None,
        defaults={"name": f"{local.month}月{local.day}日の{name}", "opened_at": at},
    )
    if created:
        record("emergency.incident-opened", on=incident, by="desk", after={"name": incident.name, "mode": mode})
    return incident


@transaction.atomic
def change_phase(incident_id: int, *, phase: Phase, viewer: Viewer) -> Incident:
    """Move an incident to another phase, forwards or back. Raises NotAllowed, IncidentIsClosed."""
    incident = _held(incident_id, viewer)
    before = incident.phase
    if before == phase:
        return incident
    incident.phase = phase
    incident.save(update_fields=["phase"])
    record("emergency.phase-changed", on=incident, by=viewer, before={"phase": before}, after={"phase": phase})
    return incident


@transaction.atomic
def close_incident(incident_id: int, *, viewer: Viewer, at: datetime) -> Incident:
    """Close an incident of which nothing is in force any more and nothing is being written (IncidentInUse)."""
    incident = _held(incident_id, viewer)
    if Draft.objects.filter(incident=incident, state__in=LIVE).exists() or says_something(incident, at):
        raise IncidentInUse
    incident.closed_at = at
    incident.closed_by_id = viewer.account_id
    incident.save(update_fields=["closed_at", "closed_by"])
    end_about(incident.origin, reason="災害事案を閉じたため", by=viewer, at=at)
    record("emergency.incident-closed", on=incident, by=viewer, after={"closed_at": at})
    return incident


def says_something(incident: Incident, at: datetime) -> bool:
    """Whether a message of this incident is in force and has not been lifted; closed shelters say nothing any more."""
    keys = {str(key) for key in Message.objects.filter(origin=incident.origin).values_list("key", flat=True)}
    return any(
        edition.message_key in keys
        and "yes" not in (edition.content.facts.get("lifted"), edition.content.facts.get("over"))
        for edition in editions_in_force(Mode(incident.mode), at, kind=MESSAGE_KIND)
    )


def _held(incident_id: int, viewer: Viewer) -> Incident:
    if not viewer.may(DRAFT):
        raise NotAllowed
    incident = Incident.objects.select_for_update().get(pk=incident_id)
    if incident.closed_at is not None:
        raise IncidentIsClosed
    return incident
