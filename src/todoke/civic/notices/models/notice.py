"""お知らせ: an ordinary notice, from its first words to its release."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.models import Section
from todoke.shared.messaging.models import Edition, Message
from todoke.shared.messaging.types import EditionKind


class NoticeState(models.TextChoices):
    """How far a notice has come."""

    DRAFT = "draft", _("作成中")
    SUBMITTED = "submitted", _("承認待ち")
    RETURNED = "returned", _("差し戻し")
    SCHEDULED = "scheduled", _("発信予約")
    RELEASED = "released", _("発信済み")
    DROPPED = "dropped", _("取りやめ")


LIVE = (NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.RETURNED, NoticeState.SCHEDULED)
TAKES_BACK = (EditionKind.CORRECTION, EditionKind.CANCEL)

_ACCOUNT = settings.AUTH_USER_MODEL


class Notice(models.Model):
    """お知らせ案: the next edition of an ordinary notice while people are at work on it. Kept for good (公文書).

    Written in one section (`section`) and approved there by somebody else; the database refuses the same person.
    `key` is made by the page on which it was begun, so that a second click begins nothing. `message` is empty for a
    first edition; `after_number` is the edition that its writer saw last. `revision` counts the savings, so that two
    people cannot overwrite each other. `texts` is {language: {title, short, body}}; `topics`, `areas` (none is the
    whole city) and `destinations` are keys. With `send_at`, what was approved waits for that moment. Returned by the
    clock, a notice names nobody in `returned_by`.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, related_name="+", null=True)
    after_number = models.PositiveIntegerField(default=0)
    edition_kind = models.CharField(max_length=10, choices=EditionKind, default=EditionKind.FIRST)
    texts = models.JSONField(default=dict)
    topics = ArrayField(models.CharField(max_length=60), default=list)
    areas = ArrayField(models.CharField(max_length=60), default=list)
    destinations = ArrayField(models.CharField(max_length=100), default=list)
    note = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField()
    send_at = models.DateTimeField(null=True)

    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(default=now)

    author = models.ForeignKey(_ACCOUNT, models.PROTECT, related_name="+")
    last_editor = models.ForeignKey(_ACCOUNT, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(_ACCOUNT, models.PROTECT, related_name="+", null=True)
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(_ACCOUNT, models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(_ACCOUNT, models.PROTECT, related_name="+", null=True)
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=500, blank=True)
    dropped_at = models.DateTimeField(null=True)
    drop_reason = models.CharField(max_length=500, blank=True)
    edition = models.OneToOneField(Edition, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "お知らせ案"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "-created_at"], name="notice_by_state"),
            # What the clock asks for every few seconds.
            models.Index(fields=["send_at"], condition=Q(state="scheduled"), name="notice_by_schedule"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_has_a_known_state"),
            models.CheckConstraint(
                condition=~Q(approved_by=F("author"))
                & ~Q(approved_by=F("submitted_by"))
                & ~Q(approved_by=F("last_editor")),
                name="notice_is_approved_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned", "dropped"])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="notice_submitted_names_who",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned", "dropped"])
                | Q(edition_kind=EditionKind.CANCEL)
                | Q(topics__len__gte=1, destinations__len__gte=1),
                name="notice_submitted_has_topic_and_destination",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.SCHEDULED)
                | Q(send_at__isnull=False, approved_by__isnull=False, approved_at__isnull=False),
                name="notice_scheduled_has_its_time_and_approver",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.RELEASED)
                | Q(edition__isnull=False, message__isnull=False, approved_by__isnull=False),
                name="notice_released_has_edition_and_approver",
            ),
            models.CheckConstraint(
                condition=Q(state=NoticeState.RELEASED) | Q(edition__isnull=True),
                name="notice_only_released_has_an_edition",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.RETURNED) | ~Q(return_reason=""), name="notice_returned_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.DROPPED) | ~Q(drop_reason=""), name="notice_dropped_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=True, edition_kind=EditionKind.FIRST, after_number=0)
                | Q(edition__isnull=False)
                | (Q(message__isnull=False, after_number__gt=0) & ~Q(edition_kind=EditionKind.FIRST)),
                name="notice_follows_an_edition_or_is_the_first",
            ),
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(state__in=LIVE, message__isnull=False) & ~Q(edition_kind=EditionKind.CANCEL),
                name="notice_next_edition_is_written_once",
            ),
            # Never kept waiting by an update that somebody else has begun.
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(state__in=LIVE, edition_kind=EditionKind.CANCEL),
                name="notice_cancellation_is_written_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(_("題名のないお知らせ"))

    @property
    def title(self) -> str:
        """The Japanese title, without marks."""
        return str(self.texts.get("ja", {}).get("title", ""))

    @property
    def is_live(self) -> bool:
        """Whether it can still become an edition."""
        return self.state in LIVE

    @property
    def can_be_edited(self) -> bool:
        """Whether somebody may write in it now."""
        return self.state in (NoticeState.DRAFT, NoticeState.RETURNED)

    @property
    def takes_back(self) -> bool:
        """Whether it corrects or cancels, and therefore has to say why."""
        return self.edition_kind in TAKES_BACK

    @property
    def cancels(self) -> bool:
        """Whether it takes back everything that was said."""
        return self.edition_kind == EditionKind.CANCEL
