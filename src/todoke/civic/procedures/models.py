"""Procedures and their versions, filings, what was left out, and the tally that never held a name."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.document import ProcedureDocument, document_of
from todoke.civic.procedures.life_event import LifeEvent, life_event_of
from todoke.civic.procedures.types import FeeState, Handling, Instead, Outcome, Proxy, SlipWay
from todoke.ground.files.models import Document
from todoke.ground.people.models import Mandate, Resident, Section
from todoke.shared.casework.models import Case, Flow, FlowVersion
from todoke.shared.decisions.models import Decision
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.paperwork.models import Channel, Form, FormVersion, Response

LEVEL_MAX = 5


class StandardFlow(models.Model):
    """A way that procedures go (標準の流れ), as the city folder has it: what a procedure's own flow is made from."""

    key = models.SlugField(max_length=60, unique=True)
    document = models.JSONField()
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("標準の流れ")
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class Procedure(models.Model):
    """A procedure of the city (手続き), whatever its versions say. Made by builder or city folder, never deleted.

    Its form and its flow have its key in their own rooms; when it opens and closes, and for how many, the form says.
    """

    key = models.SlugField(_("名前"), max_length=60, unique=True)
    form = models.OneToOneField(Form, on_delete=models.PROTECT, related_name="+")
    flow = models.OneToOneField(Flow, on_delete=models.PROTECT, related_name="+")
    is_listed = models.BooleanField(_("一覧に載せる"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("手続き")
        verbose_name_plural = _("手続き")
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class ProcedureVersion(models.Model):
    """One version of a procedure: a draft that its section writes, or what was published and stays as it was.

    A published row is changed by nobody (trigger `published_procedure_stays`) but to be retired when the next one takes
    its place; filings keep the version under which they began.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("編集中")
        PUBLISHED = "published", _("公開中")
        RETIRED = "retired", _("以前の版")

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版"))
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.DRAFT)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    # The canonical text and, once published, what it was published with.
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, null=True, related_name="+")
    flow_version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField()
    edited_by = models.CharField(max_length=200)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("手続きの版")
        ordering = ("procedure", "-number")
        constraints = (
            models.UniqueConstraint(fields=("procedure", "number"), name="procedure_version_has_its_number"),
            models.UniqueConstraint(fields=("procedure",), condition=Q(state="draft"), name="procedure_has_one_draft"),
            models.UniqueConstraint(
                fields=("procedure",), condition=Q(state="published"), name="procedure_is_published_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, retired_at__isnull=True)
                | Q(state="published", published_at__isnull=False, retired_at__isnull=True)
                | Q(state="retired", published_at__isnull=False, retired_at__isnull=False),
                name="procedure_version_dates_fit_its_state",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(form_version__isnull=False, flow_version__isnull=False),
                name="what_is_published_has_form_and_flow",
            ),
        )

    def __str__(self) -> str:
        return f"{self.procedure_id}/{self.number}"

    @property
    def document(self) -> ProcedureDocument:
        """What it says. Raises BrokenProcedure only for a draft."""
        return document_of(self.text)


class DraftStep(models.Model):
    """One act on a draft, with the draft as it stood after it: for undoing, and to say what another person changed.

    Steps are only added, and go when the draft is published or dropped. `before` is the step to which undoing this one
    leads; the first step of a draft is what it was begun from.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="steps")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    says = models.CharField(max_length=300)
    before = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("下書きの操作")
        ordering = ("pk",)
        indexes = (models.Index(fields=("procedure", "sha256"), name="steps_of_a_draft"),)

    def __str__(self) -> str:
        return self.says


class Filing(models.Model):
    """One filing (届出・申請): somebody's answers on their way to the city, and the case that came of them.

    Begun as soon as there is something to keep; `case` and `filed_at` come together when it arrives. The answers, the
    way they came and who typed them are the response's. Kept as long as the response's custody says.
    """

    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="filings")
    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="+")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, null=True, related_name="+")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, related_name="+")
    proxy = models.CharField(_("代理"), max_length=10, choices=Proxy, blank=True)
    # The level that was shown when it was filed.
    level = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True)
    fee_state = models.CharField(_("手数料"), max_length=10, choices=FeeState, default=FeeState.NONE)
    fee_yen = models.PositiveIntegerField(null=True)
    # The frozen quote: lines with their words, basis and yen, and how each came about; with the hash of it.
    quote = models.JSONField(null=True)
    quote_sha256 = models.CharField(max_length=64, blank=True)
    paid_at = models.DateTimeField(null=True)
    paid_note = models.CharField(max_length=100, blank=True)
    # The end of the case has been followed: custody closed, tally told.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("届出・申請")
        ordering = ("pk",)
        indexes = (models.Index(fields=("resident", "-id"), name="filings_of_a_resident"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(case__isnull=True, filed_at__isnull=True) | Q(case__isnull=False, filed_at__isnull=False),
                name="a_filing_arrives_as_a_case",
            ),
            models.CheckConstraint(
                condition=Q(fee_state="none", fee_yen__isnull=True)
                | (~Q(fee_state="none") & Q(fee_yen__isnull=False, quote__isnull=False)),
                name="a_fee_has_its_quote",
            ),
            models.CheckConstraint(
                condition=Q(fee_state="paid", paid_at__isnull=False) | (~Q(fee_state="paid") & Q(paid_at__isnull=True)),
                name="what_is_paid_says_when",
            ),
            models.CheckConstraint(condition=Q(level__lte=LEVEL_MAX), name="filing_level"),
            models.CheckConstraint(condition=Q(fee_state__in=FeeState.values), name="filing_fee_state"),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Finding(models.Model):
    """What staff found out about a filing (認定), by the facts of its route: the degree of damage, a category.

    Cases with the same facts can be put to decision together. It goes with the answers' custody.
    """

    filing = models.OneToOneField(Filing, on_delete=models.PROTECT, related_name="finding")
    facts = models.JSONField()
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("認定")

    def __str__(self) -> str:
        return str(self.filing_id)


class Batch(models.Model):
    """Many filings on one paper (一括の起案): their list is frozen, and its hash stands on the paper.

    Each filing has a proposal of its own under it and goes its own way. `leased_until`: somebody writes its letters.
    """

    key = models.UUIDField(unique=True, default=uuid4)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    # Common to all of them, so nothing of a person stands here.
    facts = models.JSONField()
    reasons = models.JSONField()
    count = models.PositiveIntegerField(_("件数"))
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("一括の起案")
        ordering = ("-pk",)
        constraints = (models.CheckConstraint(condition=Q(count__gt=0), name="a_batch_is_not_empty"),)

    def __str__(self) -> str:
        return str(self.key)


class Proposal(models.Model):
    """What a clerk has put to decision about a filing (起案): the outcome, and the reasons that go on the letter.

    The reasons are sealed with the response's custody; those of a batch are the batch's. `followed_at`: the case has
    gone where the decision sent it, or was `passed_over` in the state in which it was by then. Of a batch: `put_at`
    says when its case began to wait, `letter` which letter is to be written, `place` where that lies in the print,
    `trouble` why it could not be written.
    """

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="proposals")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="proposals")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reasons = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    put_at = models.DateTimeField(null=True)
    followed_at = models.DateTimeField(null=True)
    passed_over = models.CharField(max_length=60, blank=True)
    letter = models.CharField(max_length=60, blank=True)
    place = models.PositiveIntegerField(null=True)
    document = models.ForeignKey(OfficialDocument, on_delete=models.PROTECT, null=True, related_name="+")
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("起案")
        indexes = (models.Index(fields=["id"], condition=Q(followed_at__isnull=True), name="proposals_under_way"),)
        constraints = (
            models.UniqueConstraint(
                fields=("filing",), condition=Q(followed_at__isnull=True), name="a_filing_is_put_to_decision_once"
            ),
            models.UniqueConstraint(
                fields=("decision",), condition=Q(batch__isnull=True), name="a_paper_is_about_one_filing_or_a_batch"
            ),
            models.UniqueConstraint(fields=("batch", "filing"), name="a_filing_is_in_a_batch_once"),
            models.UniqueConstraint(fields=("batch", "place"), name="a_place_in_the_print_is_one_letter"),
            models.CheckConstraint(condition=Q(outcome__in=("granted", "refused")), name="proposal_outcome"),
        )

    def __str__(self) -> str:
        return f"{self.filing_id} {self.outcome}"


class Slip(models.Model):
    """A filing that staff took where there is no line, or brought as a row of a table, under a key made over there.

    However often the same slip is sent, it is one filing. `written_at` is what the device or the table says of its own
    clock; when it came here, the database says.
    """

    key = models.UUIDField(unique=True)
    filing = models.OneToOneField(Filing, on_delete=models.PROTECT, related_name="slip")
    way = models.CharField(max_length=10, choices=SlipWay)
    # Of what was sent: the same key with other contents is another filing, and is refused as such.
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(db_default=Now())
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("受付票")
        constraints = (models.CheckConstraint(condition=Q(way__in=SlipWay.values), name="slip_way"),)

    def __str__(self) -> str:
        return str(self.key)


class PaperCount(models.Model):
    """What became of one paper of one filing: brought, shown, or left out, and what stood in for it.

    Nothing of a person; the counts outlive the filing in `Tally`.
    """

    class Outcome(models.TextChoices):
        BROUGHT = "brought", _("提出")
        SHOWN = "shown", _("提示")
        LEFT_OUT = "left_out", _("省略")

    filing = models.ForeignKey(Filing, on_delete=models.CASCADE, related_name="papers")
    question = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=Outcome)
    instead = models.CharField(max_length=10, choices=Instead, default=Instead.NONE)
    handling = models.CharField(max_length=10, choices=Handling)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("filing", "question"), name="a_paper_is_counted_once_a_filing"),
            models.CheckConstraint(
                condition=~Q(outcome="left_out") | ~Q(instead="none"), name="what_is_left_out_has_a_stand_in"
            ),
        )

    def __str__(self) -> str:
        return f"{self.filing_id} {self.question} {self.outcome}"


class Tally(models.Model):
    """How many filings there were, by what may be told of them; a table that never held a name and outlives cases.

    One row for each procedure, month of filing, channel, language, level and outcome; "" while a case runs.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("月"))
    channel = models.CharField(max_length=10, choices=Channel)
    language = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=60, blank=True)
    filings = models.PositiveIntegerField(default=0)
    open_days = models.PositiveIntegerField(_("処理にかかった開庁日の合計"), default=0)
    papers_brought = models.PositiveIntegerField(default=0)
    papers_left_out = models.PositiveIntegerField(default=0)
    fee_yen = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("集計")
        constraints = (
            models.UniqueConstraint(
                fields=("procedure", "month", "channel", "language", "level", "outcome"), name="a_tally_line_is_one_row"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="a_tally_knows_the_month_alone"),
        )

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.month:%Y-%m} {self.channel} {self.outcome}"


class PaperOriginal(models.Model):
    """The paper from which a clerk typed a filing (紙の届出), as it was scanned. It goes with the answers' custody."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="originals")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("紙の原本")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("filing", "document"), name="a_paper_is_taken_once_a_filing"),)

    def __str__(self) -> str:
        return f"{self.filing_id} {self.document_id}"


class ExportLayout(models.Model):
    """How the filings of one procedure go into a file for another system (連携レイアウト): columns, kept as data.

    `columns`: a list of {"from": question or known name, "heading", "width"?, "codes"?: {words or key: code}}; what
    they may say is read by `exporting.layout_of`. One under the same name takes the place of the one before.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="layouts")
    key = models.SlugField(max_length=60)
    name = models.CharField(_("名前"), max_length=200)
    columns = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("連携レイアウト")
        ordering = ("procedure", "key")
        constraints = (models.UniqueConstraint(fields=("procedure", "key"), name="an_export_layout_has_its_name"),)

    def __str__(self) -> str:
        return self.name


class InterfaceKey(models.Model):
    """What opens one layout to a partner's system through the JSON interface, until it ends or is ended.

    Of the secret there is a hash alone. It reads with the rights of whoever gave it, as they are on that day.
    """

    layout = models.ForeignKey(ExportLayout, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(_("相手のシステム"), max_length=100)
    secret_hash = models.BinaryField(max_length=16, unique=True)
    ends_on = models.DateField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    # The latest time that somebody came with it.
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("連携の鍵")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    def is_in_force(self, today: date) -> bool:
        """Whether it opens anything on this day."""
        return self.ended_at is None and self.ends_on >= today


class GuideTopic(models.Model):
    """A life event of the guide (手続きナビ), as the city folder has it: its text, and the form of its questions.

    The answers are responses to that form, each with a short custody of its own.
    """

    key = models.SlugField(max_length=60, unique=True)
    form = models.OneToOneField(Form, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    # The canonical text of `life_event`.
    text = models.TextField()
    is_offered = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("手続きナビの出来事")
        ordering = ("position", "key")

    def __str__(self) -> str:
        return self.key

    @property
    def event(self) -> LifeEvent:
        """What it says."""
        return life_event_of(self.text)


class GuideOffice(models.Model):
    """Where a section receives people and when it is open, as the guide tells it; texts by language."""

    section = models.OneToOneField(Section, on_delete=models.PROTECT, related_name="+")
    where = models.JSONField()
    hours = models.JSONField()

    class Meta:
        verbose_name = _("手続きナビの窓口")
        ordering = ("section__key",)

    def __str__(self) -> str:
        return str(self.section_id)
