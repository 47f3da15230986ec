"""公文書: numbers, seals and their use, letters and clauses, and every document that went out."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from todoke.ground.files.models import Document
from todoke.ground.people.models import Section
from todoke.shared.documents.rules.dispositions import Nature
from todoke.shared.documents.rules.numbers import Style


class Series(models.Model):
    """A series of document numbers (文書記号) of one section: the mark that stands before the number, and its style.

    The official record is the list of marks in the city's 文書管理規程. Changed with the city folder alone.
    """

    key = models.SlugField(max_length=60, unique=True)
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    mark = models.CharField(_("文書記号"), max_length=20)
    style = models.CharField(_("番号の形"), max_length=10, choices=Style.choices, default=Style.ERA)

    class Meta:
        verbose_name = _("文書記号")
        constraints = [models.CheckConstraint(condition=~Q(mark=""), name="document_series_has_a_mark")]

    def __str__(self) -> str:
        return self.mark


class Counter(models.Model):
    """The latest number of a series in one fiscal year. One statement counts on and locks the row until the commit, so
    that a number that is rolled back is given to the next one."""

    series = models.ForeignKey(Series, models.PROTECT, related_name="counters")
    fiscal_year = models.PositiveSmallIntegerField()
    latest = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "fiscal_year"], name="document_counter_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.fiscal_year}: {self.latest}"


class NumberState(models.TextChoices):
    """What became of a number."""

    RESERVED = "reserved", _("予約")
    USED = "used", _("使用")
    VOIDED = "voided", _("欠番")


class DocumentNumber(models.Model):
    """One line of the register of numbers (文書番号簿). Never deleted: a gap would have no explanation."""

    series = models.ForeignKey(Series, models.PROTECT, related_name="numbers")
    fiscal_year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    branch = models.PositiveIntegerField(default=0)
    text = models.CharField(_("文書番号"), max_length=80)
    state = models.CharField(max_length=10, choices=NumberState, default=NumberState.USED)
    given_at = models.DateTimeField()
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    purpose = models.CharField(_("用途"), max_length=200, blank=True)
    void_reason = models.CharField(_("欠番の理由"), max_length=500, blank=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("文書番号")
        ordering = ["-fiscal_year", "-number", "-branch", "-pk"]
        indexes = [models.Index(fields=["text"], name="document_number_by_text")]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "fiscal_year", "number", "branch"], name="document_number_is_given_once"
            ),
            models.CheckConstraint(condition=Q(state__in=NumberState.values), name="document_number_has_a_known_state"),
            models.CheckConstraint(condition=Q(number__gte=1), name="document_number_begins_at_one"),
            models.CheckConstraint(
                condition=~Q(state=NumberState.VOIDED) | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="document_number_voided_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=NumberState.RESERVED) | ~Q(purpose=""), name="document_number_reserved_says_for_what"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class SealKind(models.TextChoices):
    """What a seal stands for."""

    OFFICE = "office", _("職印")
    ACTING = "acting", _("職務代理者印")
    SPECIAL = "special", _("専用印")


class Seal(models.Model):
    """A seal of the register of seals (公印台帳). `drawing` is SVG; it is set on paper on the server alone and served
    to nobody but staff who keep the register. `for_letters`: a 専用印 may stand on these letters only."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("公印の名称"), max_length=100)
    kind = models.CharField(_("種類"), max_length=10, choices=SealKind)
    title = models.CharField(_("職名"), max_length=100)
    holder = models.CharField(_("氏名"), max_length=100, blank=True)
    keeper = models.ForeignKey(Section, models.PROTECT, related_name="+", verbose_name=_("管守者"))
    drawing = models.TextField()
    size_mm = models.PositiveSmallIntegerField(_("寸法（ミリメートル）"), default=21)
    for_letters = models.JSONField(default=list)
    # Letters that may be issued with this seal without a decision of their own, and the rule that says so (専決規程).
    standing_letters = models.JSONField(default=list)
    standing_rule = models.CharField(_("定例で使う根拠"), max_length=200, blank=True)
    start_date = models.DateField(_("使用開始"))
    end_date = models.DateField(_("使用廃止"), null=True)

    class Meta:
        verbose_name = _("公印")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SealKind.values), name="seal_has_a_known_kind"),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")), name="seal_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=Q(standing_letters=[]) | ~Q(standing_rule=""), name="seal_standing_use_names_its_rule"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Disposition(models.Model):
    """A kind of outcome (許可, 不許可, 一部, 取消 …) in the city's words; its nature says what the law asks of it."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("処分の種類"), max_length=100)
    nature = models.CharField(max_length=10, choices=Nature.choices)
    needs_reasons = models.BooleanField()
    needs_instructions = models.BooleanField()

    class Meta:
        verbose_name = _("処分の種類")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(nature__in=Nature.values), name="disposition_has_a_known_nature"),
            # 行政手続法8条・14条、行政不服審査法82条: no city data can switch these off.
            models.CheckConstraint(
                condition=~Q(nature__in=[Nature.REFUSAL, Nature.PARTIAL, Nature.ADVERSE])
                | Q(needs_reasons=True, needs_instructions=True),
                name="disposition_against_somebody_needs_reasons_and_instructions",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClausePart(models.TextChoices):
    """Where on a letter a clause belongs."""

    REASONS = "reasons", _("理由の提示")
    INSTRUCTIONS = "instructions", _("教示")
    OTHER = "other", _("その他")


def _only(key: str) -> Func:
    # A range of one number: so an exclusion over a key needs no extension (btree_gist).
    return Func(F(key), F(key), Value("[]"), function="int8range")


class Clause(models.Model):
    """A sentence or more that stands the same on many letters: 教示文, 理由の提示 and others."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("条項"), max_length=100)
    part = models.CharField(max_length=20, choices=ClausePart)

    class Meta:
        verbose_name = _("条項")
        ordering = ["part", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(part__in=ClausePart.values), name="clause_has_a_known_part"),
        ]

    def __str__(self) -> str:
        return self.name


class ClauseVersion(models.Model):
    """The text of a clause from the first to the last day on which it is in force, with its legal basis and where its
    wording comes from; `is_confirmed` once the city's legal section has read it."""

    clause = models.ForeignKey(Clause, models.PROTECT, related_name="versions")
    basis = models.CharField(_("根拠"), max_length=300)
    text = models.TextField(_("文"))
    source = models.CharField(_("文例の出どころ"), max_length=300, blank=True)
    is_confirmed = models.BooleanField(_("法規担当の確認"), default=False)
    start_date = models.DateField(_("適用開始"))
    end_date = models.DateField(_("適用終了"), null=True)

    class Meta:
        verbose_name = _("条項の文")
        ordering = ["clause", "start_date"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(basis=""), name="clause_has_text_and_basis"),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")), name="clause_ends_after_start"
            ),
            ExclusionConstraint(
                name="clause_is_in_force_once_at_a_time",
                expressions=(
                    (_only("clause"), RangeOperators.OVERLAPS),
                    (
                        Func(F("start_date"), F("end_date"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_id} {self.start_date}"


class Letter(models.Model):
    """A kind of letter, such as 道路占用許可書; its versions say how it reads."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("文書の名前"), max_length=200)

    class Meta:
        verbose_name = _("文書の種類")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class VersionState(models.TextChoices):
    """How far a version of a letter has come."""

    DRAFT = "draft", _("下書き")
    PUBLISHED = "published", _("使用中")
    RETIRED = "retired", _("使用終了")


class LetterVersion(models.Model):
    """One version of a letter: canonical JSON and its SHA-256. Published, it never changes; the database sees to it."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    disposition = models.ForeignKey(Disposition, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = _("文書の版")
        ordering = ["letter", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="letter_version_is_numbered_once"),
            models.UniqueConstraint(
                fields=["letter"], condition=Q(state=VersionState.DRAFT), name="letter_has_one_draft_at_most"
            ),
            models.UniqueConstraint(
                fields=["letter"], condition=Q(state=VersionState.PUBLISHED), name="letter_has_one_published_version"
            ),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="letter_version_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT) | Q(published_at__isnull=False),
                name="letter_version_published_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} v{self.number}"


class DocumentState(models.TextChoices):
    """Whether a document holds."""

    VALID = "valid", _("有効")
    WITHDRAWN = "withdrawn", _("取消し")
    REPLACED = "replaced", _("差替え")


class OfficialDocument(models.Model):
    """A document that the city has issued (公文書の施行). Kept as long as its custody says; the row stays for good.

    `subject_type` and `subject_key` name what it is about. `issue_key` is made of subject, letter and revision: the
    same twice is the same document. `sha256` is that of the signed PDF. `particulars` are sealed: the facts and the
    addressee. `needs_…` are copied from the disposition by the database, and a document that needs reasons or
    instructions cannot stand without them.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.OneToOneField(DocumentNumber, models.PROTECT, related_name="document")
    version = models.ForeignKey(LetterVersion, models.PROTECT, related_name="+")
    disposition = models.ForeignKey(Disposition, models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    title = models.CharField(_("題名"), max_length=200)
    subject_type = models.CharField(max_length=100)
    subject_key = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1)
    issue_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=DocumentState, default=DocumentState.VALID)
    issued_on = models.DateField(_("日付"))
    issued_at = models.DateTimeField(_("施行した日時"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    expires_on = models.DateField(_("有効期限"), null=True)
    needs_reasons = models.BooleanField(default=False)
    needs_instructions = models.BooleanField(default=False)
    reasons_sha256 = models.CharField(max_length=64, blank=True)
    instructions = models.ForeignKey(ClauseVersion, models.PROTECT, related_name="+", null=True)
    # What its keeper is called, where a room below keeps the key to what is personal; see `registry.keepers`.
    custody = models.CharField(max_length=200, blank=True)
    particulars = models.BinaryField(null=True)
    secret_hash = models.BinaryField(null=True)
    file = models.ForeignKey(Document, models.PROTECT, related_name="+", null=True)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    facts_sha256 = models.CharField(max_length=64)
    signer = models.CharField(_("電子署名の証明書"), max_length=300)
    has_timestamp = models.BooleanField(default=False)
    replaces = models.OneToOneField("self", models.PROTECT, related_name="replaced_by", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    end_reason = models.CharField(max_length=500, blank=True)
    shredded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("公文書")
        ordering = ["-issued_at", "-pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_key"], name="document_about"),
            models.Index(fields=["section", "-issued_at"], name="document_of_section"),
            models.Index(fields=["sha256"], name="document_by_bytes"),
            models.Index(fields=["custody"], condition=~Q(custody=""), name="document_in_custody"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DocumentState.values), name="document_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(needs_reasons=False) | Q(reasons_sha256__regex=r"^[0-9a-f]{64}$"),
                name="document_states_its_reasons",
            ),
            models.CheckConstraint(
                condition=Q(needs_instructions=False) | Q(instructions__isnull=False),
                name="document_says_how_to_object",
            ),
            models.CheckConstraint(
                condition=~Q(state=DocumentState.WITHDRAWN)
                | (Q(ended_at__isnull=False) & (~Q(end_reason="") | Q(shredded_at__isnull=False))),
                name="document_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=DocumentState.REPLACED) | Q(ended_at__isnull=False),
                name="document_replaced_says_when",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_digest_is_sha256"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("issued_on")),
                name="document_expires_after_its_date",
            ),
            models.CheckConstraint(
                condition=Q(shredded_at__isnull=True) | Q(particulars__isnull=True),
                name="document_shredded_keeps_no_particulars",
            ),
        ]

    def __str__(self) -> str:
        return self.number.text


class SealUse(models.Model):
    """One line of the book of seal uses (公印使用簿): whose seal on which document, by whom, when, with whose leave.

    Append-only: the database refuses changes and deletions.
    """

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="uses")
    document = models.OneToOneField(OfficialDocument, models.PROTECT, related_name="seal_use")
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    used_by_name = models.CharField(max_length=100)
    used_at = models.DateTimeField(db_index=True)
    purpose = models.CharField(_("用途"), max_length=300)
    leave_kind = models.CharField(max_length=100)
    leave_key = models.CharField(max_length=200, blank=True)
    leave_words = models.CharField(_("使用の根拠"), max_length=300)

    class Meta:
        verbose_name = _("公印使用簿")
        ordering = ["-used_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(leave_kind="") & ~Q(leave_words=""), name="seal_use_says_with_whose_leave"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seal_id}: {self.document_id}"
