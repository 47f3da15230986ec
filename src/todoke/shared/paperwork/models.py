"""Forms in versions, the blocks they share, the tests that their authors wrote, and what people answered."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.retention.models import Custody
from todoke.shared.paperwork.document import FormDocument, document_of


class Form(models.Model):
    """様式: what is asked, by whom. `room` names who mounts it; `section` who looks after it.

    `opens_at`, `closes_at` and `responses_max` (how many may be submitted) hold for all of its versions, as does the
    class of the city's retention schedule in which responses are taken into custody.
    """

    key = models.SlugField(max_length=80, unique=True)
    room = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    section = models.CharField(max_length=80, blank=True)
    retention_class = models.CharField(max_length=80)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    responses_max = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="form_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(responses_max__isnull=True) | Q(responses_max__gt=0),
                name="form_takes_at_least_one_response",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class VersionState(models.TextChoices):
    """Where a version stands. A retired one takes no new responses; those begun on it go on."""

    DRAFT = "draft", _("下書き")
    PUBLISHED = "published", _("公開中")
    RETIRED = "retired", _("公開終了")


class FormVersion(models.Model):
    """様式の版: one canonical text, known by its hash. A published one is never changed: a trigger sees to it."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    edited_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["form_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="version_number_is_given_once"),
            models.UniqueConstraint(fields=["form"], condition=Q(state="draft"), name="form_has_one_draft"),
            models.UniqueConstraint(
                fields=["form"], condition=Q(state="published"), name="form_has_one_published_version"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True) | Q(published_at__isnull=False),
                name="version_published_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}/{self.number}"

    def read(self) -> FormDocument:
        """The form of this version."""
        return document_of(self.document)


class Block(models.Model):
    """質問のまとまり: questions that several forms share. A form takes it as shared or as a copy, and says which."""

    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.title


class BlockVersion(models.Model):
    """One version of a block, never changed."""

    block = models.ForeignKey(Block, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    questions = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["block_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["block", "number"], name="block_version_number_is_given_once")]


class FormTest(models.Model):
    """様式のテスト: what somebody would type, on which day, and what has to come of it. Written by staff.

    `typed`: raw boxes by question. `expected`: {"visible": {key: bool}, "refused": [keys], "complete": bool,
    "values": {key: value}, "computed": {key: value}}; whatever is not named is not checked.
    """

    form = models.ForeignKey(Form, models.PROTECT, related_name="tests")
    name = models.CharField(max_length=200)
    day = models.DateField()
    typed = models.JSONField(default=dict)
    expected = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["form", "name"], name="form_test_name_is_given_once")]

    def __str__(self) -> str:
        return self.name


class FormTestRun(models.Model):
    """One run of all tests over one text of a form: its outcome, and what the tests have been through."""

    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    ran_at = models.DateTimeField()
    is_green = models.BooleanField()
    report = models.JSONField()

    class Meta:
        ordering = ["-ran_at", "-pk"]


class ResponseState(models.TextChoices):
    """Where a response stands."""

    DRAFT = "draft", _("入力中")
    SUBMITTED = "submitted", _("提出済み")
    WITHDRAWN = "withdrawn", _("取下げ")
    PURGED = "purged", _("廃棄済み")


class Channel(models.TextChoices):
    """How the answers came in; the questions are the same."""

    WEB = "web", _("オンライン")
    COUNTER = "counter", _("窓口")
    POST = "post", _("郵送")
    TELEPHONE = "telephone", _("電話")


class Secret(models.TextChoices):
    """The second thing beside a resume code."""

    NONE = "", _("なし")
    BIRTH_DATE = "birth-date", _("生年月日")
    PIN = "pin", _("自分で決めた番号")


class Response(models.Model):
    """回答: one filled form, pinned to its version for good. `key` stands in addresses; nothing can be guessed from it.

    `owner` names whose it is where the service knows (an opaque key), `entered_by` the member of staff who typed it.
    Of the resume code, the second thing and the receipt code only the last is kept readable.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    custody = models.ForeignKey(Custody, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ResponseState, default=ResponseState.DRAFT)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.WEB)
    language = models.CharField(max_length=12, default="ja")
    owner = models.CharField(max_length=200, blank=True)
    entered_by = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    receipt_code = models.CharField(max_length=20, unique=True, null=True)  # noqa: DJ001 - unique where there is one
    withdrawn_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)
    # A page in somebody's hands counts as long as this number does.
    generation = models.PositiveSmallIntegerField(default=1)
    resume_hash = models.BinaryField(max_length=16, unique=True, null=True)
    second_kind = models.CharField(max_length=12, choices=Secret, default=Secret.NONE, blank=True)
    second_hash = models.BinaryField(max_length=16, null=True)
    failed_tries = models.PositiveSmallIntegerField(default=0)
    shut_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-begun_at", "-pk"]
        indexes = [models.Index(fields=["owner"]), models.Index(fields=["state", "touched_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="purged") | Q(receipt_code__isnull=False),
                name="response_submitted_has_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(state="purged", purged_at__isnull=False) | (~Q(state="purged") & Q(purged_at__isnull=True)),
                name="response_purged_says_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Revision(models.Model):
    """回答の版: the answers as they were handed in at once. The first one, and one more for every 補正.

    `plain` holds the open answers, `sealed` all others (see `sheet.Entry`); `sources` says where each came from;
    `open_keys` names the only questions that may be changed, null means all. `edits` counts the changes, so that two
    devices notice each other. `arrived_at` is set by a trigger, from the database's clock, at the moment `submit_key`
    is written; from then on nothing in the row changes but by a purge.
    """

    response = models.ForeignKey(Response, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    open_keys = models.JSONField(null=True)
    plain = models.TextField(default="{}")
    sealed = models.BinaryField(null=True)
    sources = models.JSONField(default=dict)
    edits = models.PositiveIntegerField(default=0)
    pages_taken = models.JSONField(default=list)
    judged_on = models.DateField(null=True)
    begun_at = models.DateTimeField()
    submit_key = models.CharField(max_length=64, blank=True)
    arrived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["response_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["response", "number"], name="revision_number_is_given_once"),
            models.UniqueConstraint(
                fields=["response"], condition=Q(arrived_at__isnull=True), name="response_has_one_open_revision"
            ),
        ]


class Upload(models.Model):
    """添付ファイル: one file that was handed in with a response. `key` stands in the answer, which also has its name.

    The bytes lie in ground/files, sealed with the key of the response's custody: they die with it.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    response = models.ForeignKey(Response, models.PROTECT, related_name="uploads")
    file = models.OneToOneField("files.Document", models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.key)


class AnswerIndex(models.Model):
    """One searchable answer of what was handed in: only of questions declared so that hold nothing personal."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="+")
    question = models.CharField(max_length=200)
    text = models.CharField(max_length=500, blank=True)
    number = models.DecimalField(max_digits=28, decimal_places=9, null=True)
    day = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["question", "text"]),
            models.Index(fields=["question", "number"]),
            models.Index(fields=["question", "day"]),
        ]
        constraints = [models.UniqueConstraint(fields=["response", "question"], name="answer_is_indexed_once")]
