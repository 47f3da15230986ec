"""Putting a filing to decision, and going where the decision sends its case."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from todoke.civic.procedures.actions.following import held_filing, locked_case
from todoke.civic.procedures.actions.refusals import AlreadyProposed, NotAllowed, NotOffered
from todoke.civic.procedures.models import Filing, Proposal
from todoke.civic.procedures.rules import LETTER, RESPONSE, SUBJECT
from todoke.civic.procedures.types import Outcome
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.registry import Shredded
from todoke.shared.casework.actions.acting import act, take
from todoke.shared.casework.actions.recording import Actor
from todoke.shared.casework.models import Case
from todoke.shared.decisions.actions import drafting, marking
from todoke.shared.decisions.models import Decision
from todoke.shared.decisions.queries import newest_route
from todoke.shared.decisions.rules.values import Phase
from todoke.shared.decisions.shredding import TARGET_TYPE as PAPER
from todoke.shared.decisions.shredding import shred_papers

PROPOSE = "propose"
# What the case does when the paper about it has come to its end.
GRANTED, REFUSED, SENT_BACK = "grant", "refuse", "send-back"
CONTEXT = b"procedures.proposal"


@transaction.atomic
def propose(
    filing: Filing,
    *,
    outcome: str,
    body: str,
    reasons: Sequence[str],
    facts: Mapping[str, Any],
    revision: int,
    viewer: Viewer,
    at: datetime,
) -> Proposal:
    """Draft the decision about a filing (起案) and let it circulate; the case waits for it.

    `facts` are those for which the route asks. A second click finds the first one's proposal. Raises NotOffered where
    the procedure has no route, AlreadyProposed where somebody else was first, and what casework and decisions refuse:
    Overtaken, NoSuchAction, BadFacts, NobodyThere.
    """
    held = held_filing(filing.pk)
    under_way = held.proposals.filter(followed_at__isnull=True).first()
    if under_way is not None:
        if under_way.batch_id is None and under_way.made_by_id == viewer.account_id:
            return under_way
        raise AlreadyProposed
    document = held.version.document
    route = newest_route(document.route) if document.route else None
    if held.case is None or route is None:
        raise NotOffered
    if not viewer.may("casework.handle", held.case.section.key):
        raise NotAllowed
    act(held.case.key, PROPOSE, viewer=viewer, revision=revision, at=at)
    title = f"{document.name.say('ja')}（{held.case.number}）"
    decision = drafting.begin(
        title, route=route, subject=(SUBJECT, held.response.key), facts=facts, body=body, viewer=viewer, at=at
    )
    decision = marking.submit(decision.pk, revision=decision.revision, viewer=viewer, at=at)
    proposal = Proposal.objects.create(
        filing=held,
        decision=decision,
        outcome=Outcome(outcome),
        reasons=held.response.custody.seal(json.dumps(list(reasons)).encode(), context=CONTEXT),
        made_at=at,
        made_by_id=viewer.account_id or 0,
    )
    record("procedures.proposed", on=held, by=viewer, after={"decision": decision.pk, "outcome": proposal.outcome})
    return proposal


def reasons_of(proposal: Proposal) -> list[str]:
    """The reasons that go on the letter. Raises Gone after the purge."""
    if proposal.batch is not None:
        return list(proposal.batch.reasons)
    opened = proposal.filing.response.custody.open(bytes(proposal.reasons), context=CONTEXT)
    return list(json.loads(opened))


@transaction.atomic
def follow(proposal: Proposal, *, at: datetime) -> bool:
    """Send the case where the decision about it has gone; once. Whether it went now.

    A paper that went back to its drafter is still under way; one that was dropped sends the case back to examination.
    A case that can no longer go there (it was withdrawn meanwhile) is passed over, and the proposal says so.
    """
    held = Proposal.objects.select_for_update(of=("self",)).select_related("filing").get(pk=proposal.pk)
    decision = Decision.objects.get(pk=held.decision_id)
    if held.followed_at is not None or decision.phase not in (Phase.DECIDED, Phase.DROPPED):
        return False
    case = locked_case(held_filing(held.filing_id))
    _put(case, held, decision, at=at)
    wanted = SENT_BACK if decision.phase == Phase.DROPPED else GRANTED if held.outcome == "granted" else REFUSED
    action = case.flow_version.read.actions.get(wanted)
    held.followed_at = at
    if action is None or case.state not in action.sources:
        held.passed_over = case.state
        held.save(update_fields=["followed_at", "passed_over"])
        return False
    take(case, action, by=_by(decision), at=at)
    if held.batch_id is not None:
        # The letters of a batch are written together; the effect of this action leaves them alone.
        held.letter = next((order.settings["letter"] for order in action.effects if order.effect == LETTER), "")
    held.save(update_fields=["followed_at", "letter"])
    return True


@transaction.atomic
def put(proposal: Proposal, *, at: datetime) -> bool:
    """Let the case of a batch wait for its paper, as `propose` does for a single one. Whether it went there now."""
    held = Proposal.objects.select_for_update(of=("self",)).select_related("filing", "decision").get(pk=proposal.pk)
    if held.put_at is not None or held.followed_at is not None:
        return False
    held.put_at = at
    held.save(update_fields=["put_at"])
    return _put(locked_case(held_filing(held.filing_id)), held, held.decision, at=at)


def _put(case: Case, proposal: Proposal, decision: Decision, *, at: datetime) -> bool:
    action = case.flow_version.read.actions.get(PROPOSE)
    if proposal.batch_id is None or action is None or case.state not in action.sources:
        return False
    take(case, action, by=_by(decision), at=at)
    return True


def _by(decision: Decision) -> Actor:
    return Actor(f"decision:{decision.pk}")


class PaperShredder:
    """Of what was put to decision about a filing, and of the papers on which it was decided.

    The paper of a batch is about many, names none of them, and stays.
    """

    key = "procedures.papers"
    target_type = RESPONSE

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of these papers."""
        del target_type
        return [(PAPER, str(row.decision_id)) for row in _proposed(key) if row.batch_id is None]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Delete proposals and papers; a second time there are none. Raises NotOpenNow for a paper under way."""
        del target_type
        rows = list(_proposed(key))
        if not rows:
            return []
        Proposal.objects.filter(pk__in=[row.pk for row in rows]).delete()
        papers = [row.decision_id for row in rows if row.batch_id is None]
        return [Shredded("procedures.Proposal", [str(row.pk) for row in rows]), *shred_papers(papers)]


def _proposed(key: str) -> QuerySet[Proposal]:
    return Proposal.objects.filter(filing__response__key=key).order_by("pk")
