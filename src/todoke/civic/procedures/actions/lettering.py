"""The letter that answers a filing: its facts come from the answers, its leave from the decision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from todoke.base.clock import in_japan
from todoke.base.names import PersonName
from todoke.civic.procedures.actions.deciding import reasons_of
from todoke.civic.procedures.actions.filing import circumstances
from todoke.civic.procedures.document import LetterUse
from todoke.civic.procedures.models import Batch, Filing, Proposal
from todoke.civic.procedures.rules import SUBJECT
from todoke.ground.people.queries import viewer_for
from todoke.shared.decisions.queries import content_of
from todoke.shared.documents.actions.issuing import Order, issue_order
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.documents.queries import body_of
from todoke.shared.documents.queries import published_version as published_letter
from todoke.shared.documents.rules.facts import FactName
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.queries import Filled, latest_submitted
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.sheet import Entry

# What is known of a filing without asking anybody; see `_known`.
KNOWN_FACTS = frozenset({"applied.date", "decided.date", "fee", "case.number", "procedure.name"})
LEAVE, LEAVE_OF_BATCH = "casework.decision", "procedures.batch"


class NoAnswers(Exception):
    """The filing has no answers that have arrived, or they have been purged: nothing can be written about it."""


def issue_letter(filing: Filing, outcome: str, *, at: datetime) -> OfficialDocument | None:
    """Issue the letter of this outcome, sealed by leave of the decision; the same one when asked again.

    None where the procedure has no letter for it. Raises what documents refuses, and NoAnswers.
    """
    proposal = filing.proposals.select_related("decision", "batch", "made_by", "filing__response__custody").last()
    if proposal is None or filing.case is None:
        return None
    order = order_for(filing, outcome, proposal)
    viewer = viewer_for(proposal.made_by, in_japan(at).date())
    return issue_order(order, section=filing.case.section, viewer=viewer, at=at) if order else None


def order_for(filing: Filing, outcome: str, proposal: Proposal) -> Order | None:
    """What is to be issued; None where the procedure has no letter for this outcome. Raises NoAnswers, Gone."""
    use = filing.version.document.letters.get(outcome)
    if use is None:
        return None
    found = latest_submitted(filing.response)
    if found is None:
        raise NoAnswers
    leave = (LEAVE_OF_BATCH, str(proposal.pk)) if proposal.batch_id else (LEAVE, str(proposal.decision_id))
    return Order(
        use.letter,
        facts_for(filing, use, found, proposal),
        subject=(SUBJECT, str(filing.response.key)),
        addressee=addressee_of(filing, found),
        reasons=reasons_of(proposal),
        seal=use.seal,
        leave=leave,
        custody=filing.response.custody,
    )


def batch_of_letter(filing: Filing) -> Batch | None:
    """The batch that writes this filing's letter, if one does."""
    proposal = filing.proposals.select_related("batch").last()
    return proposal.batch if proposal and proposal.letter else None


def facts_for(filing: Filing, use: LetterUse, found: Filled, proposal: Proposal | None = None) -> dict[str, Any]:
    """The values of the letter's names: from its questions, from what is known of the filing itself, and from the facts
    on which it was decided (a degree of damage, the amount of a benefit).
    """
    version = published_letter(use.letter)
    names = body_of(version).names if version else {}
    computed = found.standing(circumstances(filing.filed_at)).computed if filing.filed_at else {}
    known = {**computed, **_decided(proposal), **_known(filing, proposal)}
    facts = {}
    for key, name in names.items():
        value = known.get(key) if key in known else _answer(found, use.facts.get(key, key), name)
        if value is not None:
            facts[key] = value
    return facts


def addressee_of(filing: Filing, found: Filled) -> list[str]:
    """The lines of the addressee: what the procedure names, a person with 様."""
    lines = []
    for key in filing.version.document.addressee:
        question = found.document.question(key)
        entry = found.sheet.get(key)
        if question is None or entry is None or entry.value is None:
            continue
        if question.kind == "paperwork.person-name":
            lines.append(f"{PersonName(**entry.value).on_paper}　様")
        else:
            lines.append(field_kinds[question.kind].words(entry.value, question).replace("\n", "　"))
    return lines


def _known(filing: Filing, proposal: Proposal | None) -> Mapping[str, Any]:
    decided = proposal.decision.decided_at if proposal else None
    return {
        "applied.date": in_japan(filing.filed_at).date() if filing.filed_at else None,
        "decided.date": in_japan(decided).date() if decided else None,
        "fee": filing.fee_yen or 0,
        "case.number": filing.case.number if filing.case else "",
        "procedure.name": filing.version.document.name.say("ja"),
    }


def _decided(proposal: Proposal | None) -> Mapping[str, Any]:
    """The facts for which the route asked, as they stood on the paper that was decided."""
    content = content_of(proposal.decision) if proposal else None
    return dict(content.facts) if content else {}


def _answer(found: Filled, key: str, name: FactName) -> Any:
    question = found.document.question(key)
    entry = found.sheet.get(key)
    if question is None or entry is None or entry.value is None:
        return None
    return _as_fact(question, entry, name)


def _as_fact(question: Question, entry: Entry, name: FactName) -> Any:
    kind = field_kinds[question.kind]
    if name.kind in ("date", "money", "number", "truth"):
        return kind.for_formula(entry.value, question)
    if question.kind == "paperwork.person-name":
        return PersonName(**entry.value).on_paper
    words = kind.words(entry.value, question)
    return words if name.kind == "lines" else words.replace("\n", "　")
