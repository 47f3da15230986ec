"""一括の起案: many filings with the same facts on one paper; the list is frozen before anybody puts a stamp on it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count

from todoke.base.formulas import Kind, Name
from todoke.civic.procedures.actions.deciding import PROPOSE
from todoke.civic.procedures.actions.refusals import ListHasChanged, NobodyInTheBatch, NotAllowed, NotOffered
from todoke.civic.procedures.models import Batch, Filing, Finding, Procedure, Proposal
from todoke.civic.procedures.rules import BATCH
from todoke.civic.procedures.types import Outcome
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.models import FlowVersion
from todoke.shared.casework.queries import HANDLE
from todoke.shared.decisions.actions import drafting, marking
from todoke.shared.decisions.models import RouteVersion
from todoke.shared.decisions.queries import newest_route, plan_of
from todoke.shared.decisions.rules.routes import value_of_fact
from todoke.shared.paperwork.document import canonical, sha256_of

CASES_MAX = 20_000


@dataclass(frozen=True)
class Group:
    """Cases of one section that agree in what was found out, and can be put to decision now."""

    procedure: Procedure
    section: Section
    facts: Mapping[str, Any]
    count: int

    @property
    def sha256(self) -> str:
        """By which an address names the facts without saying them."""
        return sha256_of(canonical(self.facts))


def groups_for(viewer: Viewer) -> list[Group]:
    """What this viewer can put to decision together, the largest group first."""
    sections = [section for right, section in viewer.grants if right == HANDLE]
    waiting = Finding.objects.filter(
        filing__case__closed_on__isnull=True, filing__case__section__key__in=sections
    ).exclude(filing__in=_under_way())
    names = ("filing__version__procedure", "filing__case__section", "facts")
    flow = ("filing__case__flow_version", "filing__case__state")
    found: dict[str, list[Any]] = {}
    for row in waiting.values(*names, *flow).annotate(count=Count("pk")):
        if row[flow[1]] in _sources(row[flow[0]]):
            key = canonical([row[name] for name in names])
            found.setdefault(key, [row[names[0]], row[names[1]], row["facts"], 0])[3] += row["count"]
    procedures = Procedure.objects.in_bulk([group[0] for group in found.values()])
    places = Section.objects.in_bulk([group[1] for group in found.values()])
    told = [Group(procedures[one], places[other], facts, count) for one, other, facts, count in found.values()]
    return sorted(told, key=lambda group: (-group.count, group.sha256))


def filings_in(group: Group, without: Collection[str] = ()) -> list[Filing]:
    """The filings of a group by their number, but those whose case number is named."""
    rows = Filing.objects.filter(
        finding__facts=dict(group.facts),
        version__procedure=group.procedure,
        case__section=group.section,
        case__closed_on__isnull=True,
    ).exclude(pk__in=_under_way())
    rows = rows.exclude(case__number__in=list(without)).select_related("case__flow_version", "version")
    found = [each for each in rows.order_by("case__number") if each.case and each.case.state in _sources_of(each)]
    return found[:CASES_MAX]


def _under_way() -> Any:
    return Proposal.objects.filter(followed_at__isnull=True).values("filing")


def _sources_of(filing: Filing) -> Collection[str]:
    assert filing.case is not None
    return _sources_in(filing.case.flow_version)


def _sources(flow_version: int) -> Collection[str]:
    return _sources_in(FlowVersion.objects.get(pk=flow_version))


def _sources_in(version: FlowVersion) -> Collection[str]:
    action = version.read.actions.get(PROPOSE)
    return action.sources if action else ()


def route_of(filings: Sequence[Filing]) -> RouteVersion:
    """The route of all of them. Raises NotOffered where they have none, or not the same."""
    keys = {filing.version.document.route for filing in filings}
    route = newest_route(keys.pop()) if len(keys) == 1 else None
    if route is None:
        raise NotOffered
    return route


@transaction.atomic
def propose_batch(
    group: Group,
    *,
    expected: int,
    outcome: str,
    body: str,
    reasons: Sequence[str],
    without: Collection[str] = (),
    viewer: Viewer,
    at: datetime,
) -> Batch:
    """Put all of a group to decision on one paper, and let it circulate.

    `expected`: how many the page showed; when others have come or gone since, nothing is done. Raises NotAllowed,
    NobodyInTheBatch, ListHasChanged, NotOffered, and what decisions refuses: BadFacts, NobodyThere.
    """
    if not viewer.may(HANDLE, group.section.key):
        raise NotAllowed
    filings = filings_in(group, without)
    if not filings:
        raise NobodyInTheBatch
    if len(filings) != expected:
        raise ListHasChanged
    # Nobody puts one of them to decision alone meanwhile: the unique constraint would end in a fault, not in a refusal.
    list(Filing.objects.select_for_update().filter(pk__in=[filing.pk for filing in filings]).order_by("pk"))
    route = route_of(filings)
    facts = {key: _fact(name, group.facts.get(key)) for key, name in plan_of(route).facts.items()}
    batch = Batch(
        procedure=group.procedure,
        section=group.section,
        outcome=Outcome(outcome),
        facts=dict(group.facts),
        reasons=list(reasons),
        count=len(filings),
        made_at=at,
        made_by_id=viewer.account_id or 0,
    )
    batch.sha256 = list_sha256(batch, (_number(filing) for filing in filings))
    body = f"{body.strip()}\n\n対象　{batch.count}件（一覧のハッシュ値 SHA-256 {batch.sha256}）"
    name = filings[0].version.document.name.say("ja")
    decision = drafting.begin(
        f"{name}（{batch.count}件）",
        route=route,
        subject=(BATCH, batch.key),
        facts=facts,
        body=body,
        viewer=viewer,
        at=at,
    )
    batch.decision = marking.submit(decision.pk, revision=decision.revision, viewer=viewer, at=at)
    batch.save()
    Proposal.objects.bulk_create(
        Proposal(
            filing=filing,
            decision=decision,
            batch=batch,
            outcome=batch.outcome,
            reasons=b"",
            made_at=at,
            made_by_id=batch.made_by_id,
        )
        for filing in filings
    )
    record(
        "procedures.batch-proposed",
        on=batch,
        by=viewer,
        after={"decision": decision.pk, "outcome": batch.outcome, "cases": batch.count, "sha256": batch.sha256},
    )
    return batch


def _fact(name: Name, stored: Any) -> Any:
    """A fact of a finding as the route asks for it."""
    return Decimal(stored) if stored and name.kind is Kind.NUMBER else value_of_fact(name, stored)


def list_sha256(batch: Batch, numbers: Iterable[str]) -> str:
    """The hash of the frozen list: what is decided, and about which cases."""
    told = [batch.procedure.key, batch.outcome, batch.facts, list(batch.reasons), sorted(numbers)]
    return sha256_of(canonical(told))


def is_unchanged(batch: Batch) -> bool:
    """Whether the list is the one that was put to decision."""
    numbers = batch.proposals.values_list("filing__case__number", flat=True)
    return list_sha256(batch, numbers) == batch.sha256


def _number(filing: Filing) -> str:
    assert filing.case is not None
    return filing.case.number
