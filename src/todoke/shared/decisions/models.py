"""起案文書: routes, papers with their wordings, steps and marks; absences, deputies, and who still has to read."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.files.models import Document
from todoke.ground.people.models import Post, Posting, Section
from todoke.shared.decisions.rules.values import DECIDING, Phase, Reading

PHASES = {
    Phase.DRAFTING: _("起案中"),
    Phase.CIRCULATING: _("回議中"),
    Phase.DECIDED: _("決裁済み"),
    Phase.DROPPED: _("廃案"),
}


class Route(models.Model):
    """決裁経路: the way that one kind of paper takes. Its versions say how; the newest is used for new papers."""

    key = models.SlugField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("決裁経路")

    def __str__(self) -> str:
        return self.key


class RouteVersion(models.Model):
    """One published version of a route: immutable JSON (`rules.routes`) with its hash. Papers stay with theirs."""

    route = models.ForeignKey(Route, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["route", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["route", "number"], name="route_version_has_a_number_of_its_own"),
        ]

    def __str__(self) -> str:
        return f"{self.route_id}/{self.number}"


class Decision(models.Model):
    """起案文書: one paper that asks for a decision (伺い). Kept as the record of how the city decided.

    `number` (文書番号) is given by whoever keeps numbers. `revision` counts every change, for the second click and for
    two people at once; `round` counts circulations, `content` the wording that goes round.
    """

    number = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_key = models.CharField(max_length=100, blank=True)
    route_version = models.ForeignKey(RouteVersion, models.PROTECT, related_name="+")
    drafter = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    phase = models.CharField(
        max_length=12, choices=[(phase.value, words) for phase, words in PHASES.items()], default=Phase.DRAFTING.value
    )
    level = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    content = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    effective_date = models.DateField(null=True, blank=True)
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("起案文書")
        ordering = ["-begun_at", "-pk"]
        indexes = [
            models.Index(fields=["phase", "-begun_at"], name="decision_by_phase"),
            models.Index(fields=["subject_type", "subject_key"], name="decision_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(phase__in=[phase.value for phase in Phase]), name="decision_phase_known"
            ),
            models.CheckConstraint(
                condition=Q(phase=Phase.DECIDED.value, decided_at__isnull=False)
                | (~Q(phase=Phase.DECIDED.value) & Q(decided_at__isnull=True)),
                name="decision_says_when_it_was_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Content(models.Model):
    """What a paper says: one wording with its facts, never changed. What somebody marked is the wording they saw."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="contents")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    facts = models.JSONField(default=dict)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="content_has_a_number_of_its_own")]

    def __str__(self) -> str:
        return f"{self.decision_id}/{self.number}"


class Attachment(models.Model):
    """A document that belongs to one wording."""

    content = models.ForeignKey(Content, models.PROTECT, related_name="attachments")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["content", "document"], name="attachment_is_there_once"),
        ]

    def __str__(self) -> str:
        return f"{self.content_id}: {self.document_id}"


class Step(models.Model):
    """One seat on the way of one circulation. `is_open`: its mark is waited for now.

    The queue follows the post: whoever holds it today has the paper.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="steps")
    round = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField(default=0)
    level_key = models.CharField(max_length=60)
    function = models.CharField(max_length=10)  # line, concur, read
    need = models.PositiveSmallIntegerField(default=1)
    in_order = models.BooleanField(default=False)
    is_deciding = models.BooleanField(default=False)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    is_open = models.BooleanField(default=False)

    class Meta:
        ordering = ["decision", "round", "level", "place"]
        indexes = [models.Index(fields=["section", "post"], condition=Q(is_open=True), name="step_open_by_seat")]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "round", "level", "section", "post"], name="step_seat_is_asked_once_at_a_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}/{self.round}/{self.level}"


class Mark(models.Model):
    """One act on a paper: what, for which seat, by whom and as which post. Added only; the database refuses changes.

    A mark that has fallen (差戻し, a change of the wording) stays here as history.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="marks")
    number = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    content = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    level = models.SmallIntegerField(default=-1)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+", null=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    as_section = models.ForeignKey(Section, models.PROTECT, related_name="+", null=True)
    as_post = models.ForeignKey(Post, models.PROTECT, related_name="+", null=True)
    comment = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "number"], name="mark_has_a_number_of_its_own"),
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(kind__in=sorted(kind.value for kind in DECIDING)),
                name="decision_is_decided_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}/{self.number} {self.kind}"


class ReadingTask(models.Model):
    """Somebody is to read a paper: 後閲 (they were passed over) or 供覧. Follows the post, not the person."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="readings")
    round = models.PositiveIntegerField()
    level = models.SmallIntegerField()
    reading = models.CharField(max_length=10)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened_at", "pk"]
        indexes = [
            models.Index(
                fields=["section", "post"],
                condition=Q(read_at__isnull=True, lapsed_at__isnull=True),
                name="reading_open_by_seat",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "round", "level", "section", "post", "reading"],
                condition=Q(lapsed_at__isnull=True),
                name="reading_is_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(reading__in=[reading.value for reading in Reading]), name="reading_has_a_known_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.reading}"


class AbsenceReason(models.TextChoices):
    """Why somebody is away; no more than colleagues need to know."""

    TRIP = "trip", _("出張")
    LEAVE = "leave", _("休暇")
    TRAINING = "training", _("研修")
    OTHER = "other", _("その他")


class Absence(models.Model):
    """不在: one posting is away, both days included. Taken back, not deleted: a 代決 may rest on it."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+")
    start_date = models.DateField()
    end_date = models.DateField()
    reason = models.CharField(max_length=10, choices=AbsenceReason, default=AbsenceReason.OTHER)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("不在")
        ordering = ["start_date", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end_date__gte=F("start_date")), name="absence_ends_after_its_start"),
        ]

    def __str__(self) -> str:
        return f"{self.posting_id} {self.start_date}"

    def covers(self, day: date) -> bool:
        """Whether this day lies in it."""
        return self.taken_back_at is None and self.start_date <= day <= self.end_date


class DeputyRule(models.Model):
    """代決者: who stands in for a post, in which order, and whether they may decide there (事務決裁規程)."""

    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    deputy_section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    deputy_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    may_decide = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("代決者")
        ordering = ["section", "post", "order"]
        constraints = [
            models.UniqueConstraint(fields=["section", "post", "order"], name="deputy_has_an_order_of_its_own"),
            models.CheckConstraint(
                condition=~Q(section=F("deputy_section")) | ~Q(post=F("deputy_post")), name="deputy_is_another_post"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_id}/{self.post_id} → {self.deputy_section_id}/{self.deputy_post_id}"
