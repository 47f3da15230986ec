"""認定: what staff found out about filings, kept until they are put to decision together."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from todoke.civic.procedures.actions.following import held_filing, locked_case
from todoke.civic.procedures.actions.refusals import AlreadyProposed, NotAllowed, NotOffered
from todoke.civic.procedures.models import Filing, Finding
from todoke.civic.procedures.rules import EXAMINE, RESPONSE
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.registry import Shredded
from todoke.shared.casework.actions.acting import take
from todoke.shared.casework.actions.recording import actor_of
from todoke.shared.casework.queries import HANDLE


@transaction.atomic
def find(filing: Filing, facts: Mapping[str, Any], *, viewer: Viewer, at: datetime) -> Finding:
    """Write down what was found, as the route's facts have it; the examination has begun with that.

    The same finding again changes nothing. Raises NotAllowed, AlreadyProposed, NotOffered for a case that has ended.
    """
    held = held_filing(filing.pk)
    case = locked_case(held)
    if not viewer.may(HANDLE, case.section.key):
        raise NotAllowed
    if held.proposals.filter(followed_at__isnull=True).exists():
        raise AlreadyProposed
    if not case.is_open:
        raise NotOffered
    before = Finding.objects.filter(filing=held).first()
    if before is not None and before.facts == dict(facts):
        return before
    told = {"facts": dict(facts), "found_at": at, "found_by_id": viewer.account_id}
    finding, _is_new = Finding.objects.update_or_create(filing=held, defaults=told)
    examine = case.flow_version.read.actions.get(EXAMINE)
    if examine is not None and case.state in examine.sources:
        take(case, examine, by=actor_of(viewer), at=at)
    record("procedures.found", on=held, by=viewer, after={"facts": sorted(facts)})
    return finding


class FindingShredder:
    """Of findings: they go with the custody of the answers."""

    key = "procedures.findings"
    target_type = RESPONSE

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """The record speaks of filings, not of findings."""
        del target_type, key
        return []

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Delete the row; a second time there is none."""
        del target_type
        rows = list(Finding.objects.filter(filing__response__key=key).values_list("pk", flat=True))
        Finding.objects.filter(pk__in=rows).delete()
        return [Shredded("procedures.Finding", [str(pk) for pk in rows])] if rows else []
