"""Flows and their published versions; cases, their history, timers, tasks, correspondence, and the effects they set
going.
"""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import canonical
from todoke.ground.people.models import Section
from todoke.ground.retention.models import Custody
from todoke.shared.casework.rules.document import FlowDocument, read_published
from todoke.shared.casework.rules.history import What

# Where a case without a due date stands in a list: after all others.
NO_DAY = date(9999, 12, 31)


class Flow(models.Model):
    """The way that cases of one kind go (事務の流れ). Its draft is edited; what was published never changes."""

    key = models.SlugField(max_length=60, unique=True)
    draft = models.JSONField(null=True)
    draft_saved_at = models.DateTimeField(null=True)
    draft_saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("フロー")

    def __str__(self) -> str:
        return self.key


class FlowVersion(models.Model):
    """A published version. A case keeps the one with which it was opened, until an explicit act moves it."""

    flow = models.ForeignKey(Flow, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("フローの版")
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_version_has_its_number"),
            models.UniqueConstraint(fields=["flow", "sha256"], name="flow_version_is_published_once"),
        ]

    def __str__(self) -> str:
        return f"{self.flow_id} v{self.number}"

    @property
    def read(self) -> FlowDocument:
        """The version as values."""
        return read_published(canonical(self.document))


class CaseCounter(models.Model):
    """The latest number of a section in a fiscal year (文書番号の採番)."""

    section_key = models.CharField(max_length=60)
    fiscal_year = models.PositiveSmallIntegerField()
    latest = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section_key", "fiscal_year"], name="one_counter_a_year")]

    def __str__(self) -> str:
        return f"{self.section_key} {self.fiscal_year}: {self.latest}"


class Case(models.Model):
    """One matter of one person that the office works on (案件).

    What it is about is an opaque pair; the answers, the person's name and address are kept where they belong. The
    history (`CaseEvent`) is the record, and these columns are what it comes to: only actions write them. Kept as long
    as its custody says.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=90, unique=True)
    fiscal_year = models.PositiveSmallIntegerField()
    flow_version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=100)
    subject_key = models.CharField(max_length=200)
    # The resident whose case it is, by their number in the people room; None where nobody signed in.
    resident_id = models.PositiveBigIntegerField(null=True)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    custody = models.ForeignKey(Custody, models.PROTECT, related_name="+", null=True)
    # Whether that custody was taken for the case alone, and is closed with it.
    owns_custody = models.BooleanField(default=False)
    state = models.CharField(max_length=60)
    revision = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    # 到達: when it came into the sphere of the office, and how that is known (online, post, counter).
    arrived_at = models.DateTimeField()
    arrived_by = models.CharField(max_length=60)
    due_date = models.DateField(null=True)
    sort_date = models.DateField(default=NO_DAY)
    stops = models.JSONField(default=list)
    is_stopped = models.BooleanField(default=False)
    outcome = models.CharField(max_length=60, blank=True)
    closed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("案件")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", closed_on__isnull=True) | (~Q(outcome="") & Q(closed_on__isnull=False)),
                name="case_that_ended_says_how_and_when",
            ),
            models.CheckConstraint(
                condition=Q(due_date__isnull=True) | Q(sort_date=F("due_date")), name="case_is_sorted_by_its_due_date"
            ),
            models.CheckConstraint(
                condition=Q(owns_custody=False) | Q(custody__isnull=False), name="case_owns_a_custody_that_is_there"
            ),
            models.UniqueConstraint(fields=["subject_type", "subject_key"], name="case_about_a_subject_is_one"),
        ]
        indexes = [
            # The first page of an inbox: the section's open cases by their due date.
            models.Index(fields=["section", "sort_date", "id"], condition=Q(closed_on__isnull=True), name="case_inbox"),
            models.Index(
                fields=["section", "state", "sort_date", "id"],
                condition=Q(closed_on__isnull=True),
                name="case_inbox_by_state",
            ),
            models.Index(
                fields=["handler", "sort_date", "id"], condition=Q(closed_on__isnull=True), name="case_of_handler"
            ),
            models.Index(fields=["resident_id", "-id"], name="case_of_resident"),
            models.Index(fields=["flow_version", "state"], name="case_by_version"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.closed_on is None


class CaseEvent(models.Model):
    """One event of a case's history: numbered without a gap, never changed or deleted (the database refuses it).

    `payload` holds keys and dates, no personal data; what people wrote is in `private`, sealed with the case's custody.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    # “staff:7”, “resident:3”, “timer:reminder”, or the name of a machine part.
    by = models.CharField(max_length=100)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    payload = models.JSONField()
    private = models.BinaryField(null=True)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="case_event_has_its_number"),
            models.CheckConstraint(condition=Q(kind__in=[each.value for each in What]), name="case_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.seq}: {self.kind}"


class Timer(models.Model):
    """An action that a case takes by itself at its time. Set anew when its anchor comes again; fires once each."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="timers")
    key = models.CharField(max_length=60)
    fires_at = models.DateTimeField(null=True)
    # The event that armed it, and the one that its firing wrote.
    armed_seq = models.PositiveIntegerField()
    fired_seq = models.PositiveIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="case_has_a_timer_once")]
        indexes = [
            models.Index(fields=["fires_at"], condition=Q(fires_at__isnull=False), name="timer_by_its_time"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"


class Task(models.Model):
    """Something that somebody has to do about a case (依頼), such as mending (補正). Done once, or withdrawn."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=60)
    title = models.JSONField()
    resident_id = models.PositiveBigIntegerField(null=True)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+", null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    # The names of the answers that whoever does it may change; nothing else is open to them.
    fields = models.JSONField(default=list)
    then = models.CharField(max_length=60)
    due_date = models.DateField(null=True)
    opened_seq = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("依頼")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="case_has_an_open_task_once",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True), name="task_is_done_or_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.done_at is None and self.withdrawn_at is None


class Letter(models.Model):
    """A letter between resident and office about a case (やり取り). Never changed or deleted; sealed by custody."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    is_from_resident = models.BooleanField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    seq = models.PositiveIntegerField()
    written_at = models.DateTimeField()
    body = models.BinaryField()
    # The same letter sent twice by a double click has the same key.
    once = models.UUIDField(unique=True)

    class Meta:
        ordering = ["case", "seq"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.seq}"


class EffectRun(models.Model):
    """An effect that an event ordered. Tried until it has its one result, or a person has to look."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待っています")
        DONE = "done", _("済みました")
        GAVE_UP = "gave-up", _("人が確かめます")

    case = models.ForeignKey(Case, models.PROTECT, related_name="effects")
    seq = models.PositiveIntegerField()
    effect = models.CharField(max_length=100)
    # The same at every try: what the effect passes on, so that whatever it does happens once.
    once = models.CharField(max_length=64, unique=True)
    settings = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    result = models.JSONField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "gave-up"]), name="effect_run_state"),
            models.CheckConstraint(
                condition=(Q(state="done") & Q(result__isnull=False)) | (~Q(state="done") & Q(result__isnull=True)),
                name="effect_that_is_done_has_a_result",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(state="waiting"), name="effect_by_its_time")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.seq}: {self.effect}"
