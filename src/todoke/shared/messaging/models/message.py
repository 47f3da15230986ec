"""What was said: a message and its editions, frozen at release."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.base.jobs.lanes import LANES
from todoke.shared.messaging.types import Content, EditionKind, FrozenEdition, Mode, Reference


class Message(models.Model):
    """お知らせ: one matter that the city speaks about, from its first edition to its last.

    `origin` names the record of the sending room that it is about (`emergency.incident:12`). Written by
    `actions.release` alone, never deleted: it is the record of what the city said (公文書).
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=100)
    mode = models.CharField(max_length=10, choices=Mode)
    lane = models.CharField(max_length=10)
    origin = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="message_has_a_known_mode"),
            models.CheckConstraint(condition=Q(lane__in=LANES), name="message_has_a_known_lane"),
        ]
        indexes = [models.Index(fields=["origin"])]

    def __str__(self) -> str:
        return str(self.key)


class Edition(models.Model):
    """版: one frozen wording of a message. The database refuses every later change (trigger `edition_is_frozen`).

    Two people stand behind it, `author` and `approver`; where it went out on one person's word, `break_glass` says so
    and the sending room sees to the review.
    """

    message = models.ForeignKey(Message, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=EditionKind)
    mode = models.CharField(max_length=10, choices=Mode)
    identifier = models.CharField(max_length=120, unique=True)
    sender = models.CharField(max_length=200)
    city = models.CharField(max_length=100)
    content = models.JSONField()
    references = models.JSONField(default=list)
    note = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    released_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    break_glass = models.BooleanField(default=False)

    class Meta:
        ordering = ["message", "number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="edition_number_is_unique_in_its_message"),
            models.UniqueConstraint(
                fields=["message"], condition=Q(kind=EditionKind.CANCEL), name="message_is_cancelled_once"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="edition_has_a_known_mode"),
            models.CheckConstraint(
                condition=Q(kind=EditionKind.FIRST, number=1) | (~Q(kind=EditionKind.FIRST) & Q(number__gt=1)),
                name="edition_one_is_the_first",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=False) & ~Q(approver=F("author")) | Q(break_glass=True),
                name="edition_has_two_people_or_a_broken_glass",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="edition_expires_after_it_is_sent"),
            models.CheckConstraint(
                condition=~Q(kind__in=[EditionKind.CORRECTION, EditionKind.CANCEL]) | ~Q(note=""),
                name="edition_that_takes_back_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.identifier

    def frozen(self) -> FrozenEdition:
        """The edition as channels see it. Touches `message`: fetch with select_related."""
        return FrozenEdition(
            identifier=self.identifier,
            message_key=str(self.message.key),
            number=self.number,
            kind=EditionKind(self.kind),
            mode=Mode(self.mode),
            content=Content.from_json(self.content),
            sent_at=self.sent_at,
            expires_at=self.expires_at,
            sender=self.sender,
            city=self.city,
            references=tuple(
                Reference(reference["identifier"], datetime.fromisoformat(reference["sent_at"]))
                for reference in self.references
            ),
            note=self.note,
        )


class FrozenArtefact(models.Model):
    """A file made at release from the frozen content (CAP …). Its bytes never change, also across upgrades."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="artefacts")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "name"], name="artefact_name_is_unique_in_its_edition")
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}/{self.name}"
