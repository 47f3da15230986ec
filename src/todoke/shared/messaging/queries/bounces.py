"""Counting what came back."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from todoke.shared.messaging.models import Bounce, Mailing
from todoke.shared.messaging.queries.mailings import counts_of
from todoke.shared.messaging.types import BounceKind, RecipientState

# Bounces that came in since are among the bundles' sums, so both are what had left.
LEFT = (RecipientState.ACCEPTED, RecipientState.BOUNCED)


@dataclass(frozen=True)
class Returned:
    """Since a moment: how many mails left, how many came back undelivered, were refused for our sake, or complained of.
    Numbers alone, for who runs the house."""

    left: int
    undelivered: int
    policy: int
    complaints: int


def returned_since(since: datetime) -> Returned:
    """The counts; what left is that of mailings that were on their way since then. Reads bundles, not recipients."""
    mailings = Mailing.objects.filter(Q(ended_at=None) | Q(ended_at__gte=since))
    counts: Counter[str] = Counter()
    for mailing in mailings:
        counts.update(counts_of(mailing))
    kinds = dict(Bounce.objects.filter(taken_at__gte=since).order_by().values_list("kind").annotate(number=Count("id")))
    return Returned(
        left=sum(counts[str(int(state))] for state in LEFT),
        undelivered=kinds.get(BounceKind.HARD, 0) + kinds.get(BounceKind.SOFT, 0),
        policy=kinds.get(BounceKind.POLICY, 0),
        complaints=kinds.get(BounceKind.COMPLAINT, 0),
    )
