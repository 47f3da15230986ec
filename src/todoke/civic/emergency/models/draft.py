"""発信案: what is about to be said, who wrote it and who answers for it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from todoke.civic.emergency.models.incident import Incident
from todoke.civic.emergency.models.telegram import Telegram
from todoke.civic.emergency.models.template import Template
from todoke.civic.emergency.rules.notices import Hazard, NoticeKind
from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Edition, Message
from todoke.shared.messaging.types import EditionKind, Mode


class DraftState(models.TextChoices):
    """How far a draft has come."""

    PREPARED = "prepared", _("作成中")
    SUBMITTED = "submitted", _("承認待ち")
    RETURNED = "returned", _("差し戻し")
    RELEASED = "released", _("発信済み")
    DISCARDED = "discarded", _("取りやめ")


class Verdict(models.TextChoices):
    """What the review of an alert that one person sent has come to."""

    RIGHT = "right", _("内容は正しかった")
    CORRECT = "correct", _("訂正が必要")
    CANCEL = "cancel", _("取消が必要")


LIVE = (DraftState.PREPARED, DraftState.SUBMITTED, DraftState.RETURNED)
TAKES_BACK = (EditionKind.CORRECTION, EditionKind.CANCEL)


class Draft(models.Model):
    """発信案: the next edition of a message while people are at work on it. Kept for good, released or not.

    Prepared by the desk from a telegram (`prepared_from`; no `author`) or begun by staff. `source` names what it is
    about, so that the next telegram updates it rather than making a second one; `newer_telegram` is one that came while
    somebody was at work on it. `message` is empty for a first edition; `after_number` is the edition that its writer
    saw last. `revision` counts the savings, so that two people cannot overwrite each other. `texts` is {language:
    {title, body, short}}, with a text for a register where the template has one; `addition` is {language: what an
    officer adds freely}, Japanese and whatever a person translated; `mended` is what an officer wrote for one register
    in the place of the automatic text (rules/mending.py); `excluded` the keys of destinations left out. The database
    keeps the two people apart, and holds one person's alert to a reason and to a reviewer.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="drafts")
    mode = models.CharField(max_length=10, choices=Mode)
    message = models.ForeignKey(Message, models.PROTECT, related_name="+", null=True)
    after_number = models.PositiveIntegerField(default=0)
    edition_kind = models.CharField(max_length=10, choices=EditionKind, default=EditionKind.FIRST)
    kind = models.CharField(max_length=20, choices=NoticeKind)
    hazard = models.CharField(max_length=20, choices=Hazard, blank=True)
    template = models.ForeignKey(Template, models.PROTECT, related_name="+", null=True)
    texts = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    addition = models.JSONField(default=dict)
    mended = models.JSONField(default=dict, db_default={})
    note = models.CharField(max_length=500, blank=True)
    excluded = models.JSONField(default=list)
    expires_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.PREPARED)
    source = models.CharField(max_length=300, blank=True)
    prepared_from = models.ForeignKey(Telegram, models.PROTECT, related_name="+", null=True)
    newer_telegram = models.ForeignKey(Telegram, models.PROTECT, related_name="+", null=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    edited_at = models.DateTimeField(default=now)

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    last_editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=500, blank=True)
    discarded_at = models.DateTimeField(null=True)
    discard_reason = models.CharField(max_length=500, blank=True)
    break_glass = models.BooleanField(default=False)
    break_glass_reason = models.CharField(max_length=500, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    reviewed_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    review_note = models.CharField(max_length=500, blank=True)
    edition = models.OneToOneField(Edition, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "発信案"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["mode", "state", "created_at"], name="emergency_draft_by_state"),
            models.Index(fields=["mode", "source"], name="emergency_draft_by_source"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DraftState.values), name="draft_has_a_known_state"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="draft_has_a_known_kind"),
            models.UniqueConstraint(
                fields=["incident", "source"],
                condition=Q(state__in=LIVE, message__isnull=True) & ~Q(source=""),
                name="draft_of_a_source_is_live_once",
            ),
            models.UniqueConstraint(
                fields=["message", "source"],
                condition=Q(state__in=LIVE, message__isnull=False),
                name="draft_of_a_message_is_live_once",
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=True, edition_kind=EditionKind.FIRST, after_number=0)
                | Q(edition__isnull=False)
                | (Q(message__isnull=False, after_number__gt=0) & ~Q(edition_kind=EditionKind.FIRST)),
                name="draft_follows_an_edition_or_is_the_first",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("submitted_by")) & ~Q(approved_by=F("last_editor")),
                name="draft_is_approved_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(submitted_by__isnull=False, last_editor__isnull=False),
                name="draft_approved_was_submitted",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(state=DraftState.RELEASED)
                    | Q(edition__isnull=False, approved_by__isnull=False, break_glass=False)
                    | Q(edition__isnull=False, approved_by__isnull=True, break_glass=True, submitted_by__isnull=False)
                ),
                name="draft_released_has_an_approver_or_a_broken_glass",
            ),
            models.CheckConstraint(
                condition=Q(state=DraftState.RELEASED) | Q(edition__isnull=True, break_glass=False),
                name="draft_only_released_has_an_edition",
            ),
            models.CheckConstraint(
                condition=Q(break_glass=False) | ~Q(break_glass_reason=""), name="draft_broken_glass_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("submitted_by")), name="draft_is_reviewed_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True, verdict="")
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False, break_glass=True) & ~Q(verdict="")),
                name="draft_reviewed_has_a_verdict",
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.RETURNED) | (Q(returned_by__isnull=False) & ~Q(return_reason="")),
                name="draft_returned_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.DISCARDED) | ~Q(discard_reason=""), name="draft_discarded_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.SUBMITTED)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False, last_editor__isnull=False),
                name="draft_submitted_names_who",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()

    @property
    def title(self) -> str:
        """The Japanese title, without marks."""
        return str(self.texts.get("ja", {}).get("title", ""))

    @property
    def is_live(self) -> bool:
        """Whether it can still become an edition."""
        return self.state in LIVE

    @property
    def is_touched(self) -> bool:
        """Whether a person has worked on it, so that no telegram may overwrite it."""
        return self.last_editor_id is not None or self.state != DraftState.PREPARED

    @property
    def takes_back(self) -> bool:
        """Whether it corrects or cancels, and therefore has to say why."""
        return self.edition_kind in TAKES_BACK


class DraftArea(models.Model):
    """One area of a draft with its 警戒レベル, or none, and the official word beside it (避難指示, 解除)."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="areas")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    notice = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = "発信案の対象地域"
        ordering = [F("level").desc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "area"], name="draft_names_an_area_once"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=5), name="draft_area_level_is_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.area_id} {self.level or ''} {self.notice}"
