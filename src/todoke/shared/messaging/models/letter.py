"""A letter to one person about their own matter: a link to confirm, an answer."""

from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.shared.messaging.types import LetterState


class Letter(models.Model):
    """手紙: one text for one address, sealed as a whole, and gone soon after it has left.

    `key` is the sender's own name for the occasion, so that the same letter is never written twice. `sealed` holds
    address, title and body (`base.sealing`, context `messaging.letter`) and is emptied when the letter has ended.
    """

    key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=100)
    sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.PLANNED)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    says = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=LetterState.values), name="letter_has_a_known_state"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="letter_has_time_to_leave"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state=LetterState.PLANNED), name="letter_due")]

    def __str__(self) -> str:
        return self.key
