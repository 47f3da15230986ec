"""起案: a paper is begun, and its wording changed. A change while it circulates makes every mark fall, and says so."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.base.formulas import Kind as ValueKind
from todoke.base.formulas import Name, said
from todoke.ground.audit.actions import record
from todoke.ground.files.models import Document
from todoke.ground.people.models import Posting
from todoke.ground.people.rules import Viewer
from todoke.shared.decisions.actions.marking import hold, perform
from todoke.shared.decisions.models import Attachment, Content, Decision, RouteVersion
from todoke.shared.decisions.queries import DRAFT, my_postings, organisation, plan_of
from todoke.shared.decisions.refusals import BadFacts, NotAllowed
from todoke.shared.decisions.rules.routes import RoutePlan
from todoke.shared.decisions.rules.values import Act, Kind, Phase

TITLE_CHARACTERS_MAX = 200


@transaction.atomic
def begin(
    title: str,
    *,
    route: RouteVersion,
    subject: tuple[str, object] = ("", ""),
    facts: Mapping[str, Any],
    body: str,
    viewer: Viewer,
    at: datetime,
    posting: int | None = None,
    attachments: Sequence[Document] = (),
    effective_date: date | None = None,
) -> Decision:
    """Draft a paper (起案). It goes nowhere before `marking.submit`.

    `posting` says as which post, where somebody has several (兼務); otherwise it is their main one.
    `facts` are those that the route asks for. Raises NotAllowed, BadFacts.
    """
    as_posting = drafter_posting(viewer, in_japan(at).date(), posting)
    stored = _stored_facts(plan_of(route), facts)
    decision = Decision.objects.create(
        title=title.strip()[:TITLE_CHARACTERS_MAX],
        subject_type=subject[0],
        subject_key=str(subject[1]),
        route_version=route,
        drafter=as_posting,
        effective_date=effective_date,
        begun_at=at,
    )
    _write(decision, body, stored, attachments, viewer=viewer, at=at)
    record(
        "decisions.begun",
        on=("decisions.decision", decision.pk),
        by=viewer,
        after={"route": route.route.key, "version": route.number, "section": as_posting.section.key},
    )
    return decision


@transaction.atomic
def amend(
    decision_id: int,
    *,
    title: str,
    body: str,
    facts: Mapping[str, Any],
    revision: int,
    viewer: Viewer,
    at: datetime,
    attachments: Sequence[Document] | None = None,
    effective_date: date | None = None,
    comment: str = "",
) -> Decision:
    """A new wording. While it circulates, all marks fall, the way is found anew, and it begins at the first level.

    The earlier wording and its marks stay as history. `attachments` None: those of the last wording.
    Raises Stale, NotOpenNow, BadFacts, and NobodyThere.
    """
    decision = hold(decision_id, revision)
    office = organisation(in_japan(at).date()).office(decision)
    seat = office.drafters.get(viewer.account_id or 0)
    if seat is None or decision.phase in (Phase.DECIDED, Phase.DROPPED):
        raise NotAllowed
    before = decision.contents.get(number=decision.content)
    stored = _stored_facts(plan_of(decision.route_version), facts)
    documents = attachments if attachments is not None else [each.document for each in before.attachments.all()]
    decision.title = title.strip()[:TITLE_CHARACTERS_MAX]
    decision.content += 1
    decision.effective_date = effective_date
    _write(decision, body, stored, documents, viewer=viewer, at=at)
    decision.save(update_fields=["title", "content", "effective_date"])
    if decision.phase == Phase.CIRCULATING:
        return perform(
            decision_id, Act(Kind.AMEND, as_seat=seat), comment=comment, revision=revision, viewer=viewer, at=at
        )
    decision.revision += 1
    decision.save(update_fields=["revision"])
    record(
        "decisions.amended",
        on=("decisions.decision", decision.pk),
        by=viewer,
        after={"content": decision.content, "facts_changed": before.facts != stored},
    )
    return decision


def drafter_posting(viewer: Viewer, day: date, posting: int | None = None) -> Posting:
    """The posting as which this viewer drafts. Raises NotAllowed."""
    mine = [each for each in my_postings(viewer, day) if viewer.may(DRAFT, each.section.key)]
    chosen = next((each for each in mine if posting in (None, each.pk)), None)
    if chosen is None:
        raise NotAllowed
    return chosen


def _write(
    decision: Decision,
    body: str,
    facts: dict[str, Any],
    documents: Sequence[Document],
    *,
    viewer: Viewer,
    at: datetime,
) -> None:
    content = Content.objects.create(
        decision=decision,
        number=decision.content,
        title=decision.title,
        body=body.strip(),
        facts=facts,
        written_by_id=viewer.account_id or 0,
        written_at=at,
    )
    Attachment.objects.bulk_create(Attachment(content=content, document=document) for document in documents)


_TYPES: dict[ValueKind, tuple[type, ...]] = {
    ValueKind.MONEY: (int,),
    ValueKind.NUMBER: (int, Decimal),
    ValueKind.TRUTH: (bool,),
    ValueKind.DATE: (date,),
}


def _stored_facts(plan: RoutePlan, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _stored(name, facts.get(key)) for key, name in plan.facts.items()}


def _stored(name: Name, value: Any) -> Any:
    """A fact as JSON keeps it. Every fact is needed: an unanswered one would choose the decider by silence."""
    kinds = _TYPES.get(name.kind, (str,))
    fits = isinstance(value, kinds) and (isinstance(value, bool) == (name.kind is ValueKind.TRUTH))
    if not fits or (name.kind is ValueKind.CHOICE and value not in name.choices) or value == "":
        raise BadFacts(name.key, said(name.words))
    return value if isinstance(value, bool | int | str) else str(value)
