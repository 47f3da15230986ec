"""Whose leave a seal has on the letter of a batch: the paper that was decided about the whole list."""

from todoke.base.calendar import Calendar, in_words
from todoke.base.clock import in_japan
from todoke.civic.procedures.actions.lettering import LEAVE_OF_BATCH
from todoke.civic.procedures.models import Proposal
from todoke.civic.procedures.rules import SUBJECT
from todoke.shared.decisions.rules.values import Phase
from todoke.shared.documents.registry import Leave, Request


class DecidedBatch:
    """The proposal of one filing within a batch: its paper is decided, and the case has gone where that sent it."""

    key = LEAVE_OF_BATCH

    def leave(self, key: str, request: Request) -> Leave | None:
        """The leave, or None for a proposal that is not there, not decided, passed over, or about something else."""
        if request.subject[0] != SUBJECT or not (key.isascii() and key.isdigit()):
            return None
        found = Proposal.objects.select_related("decision").filter(
            pk=int(key),
            batch__isnull=False,
            filing__response__key=request.subject[1],
            decision__phase=Phase.DECIDED,
            followed_at__isnull=False,
            passed_over="",
        )
        proposal = found.first()
        if proposal is None or proposal.decision.decided_at is None:
            return None
        day = in_japan(proposal.decision.decided_at).date()
        number = proposal.decision.number or f"起案{proposal.decision_id}"
        return Leave(f"{in_words(day, 'ja', Calendar.ERA)}決裁（{number}）", day)
