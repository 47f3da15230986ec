"""What is in custody, under which key, until when; holds; and the runs in which it was purged."""

import os
import uuid
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.sealing import CannotOpen
from todoke.ground.retention import keystore
from todoke.ground.retention.rules import CountsFrom, Term

FORM = b"\x02"
NONCE_BYTES = 12


class Gone(Exception):
    """What was sealed can be read by nobody any more: its retention has ended and its key was destroyed."""

    sentence: str | Promise = _("保存期間が終わったため、廃棄しました。内容はもう読めません。")

    def __init__(self, custody: "Custody") -> None:
        super().__init__(f"custody {custody.pk} was purged")
        self.custody_id = custody.pk
        self.purged_at = custody.purged_at


class RetentionClass(models.Model):
    """A class of the city's retention schedule (保存年限): how long, from when, what then. Loaded from retention.toml.

    A class that something is kept under never changes its length: a changed schedule is a new class.
    """

    class Start(models.TextChoices):
        FISCAL_YEAR = "fiscal_year", _("翌年度の4月1日から")
        CALENDAR_YEAR = "calendar_year", _("翌年の1月1日から")
        EVENT = "event", _("完結した日の翌日から")

    class Then(models.TextChoices):
        DELETE = "delete", _("廃棄")
        ARCHIVE = "archive", _("歴史的公文書として選別")

    code = models.SlugField(_("コード"), max_length=60, unique=True)
    name = models.CharField(_("名前"), max_length=100)
    years = models.PositiveSmallIntegerField(_("年数"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("日数"), null=True, blank=True)
    counts_from = models.CharField(_("起算"), max_length=20, choices=Start)
    then = models.CharField(_("満了したら"), max_length=20, choices=Then)
    basis = models.CharField(_("根拠"), max_length=300)

    class Meta:
        verbose_name = _("保存年限")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=Q(years__isnull=True) | Q(days__isnull=True), name="retention_class_has_years_or_days"
            ),
            models.CheckConstraint(
                condition=(Q(years__isnull=True) | Q(years__gte=1)) & (Q(days__isnull=True) | Q(days__gte=1)),
                name="retention_class_lasts_a_while",
            ),
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(counts_from="event"), name="retention_days_count_from_the_event"
            ),
            models.CheckConstraint(
                condition=Q(counts_from__in=("fiscal_year", "calendar_year", "event")), name="retention_class_start"
            ),
            models.CheckConstraint(condition=Q(then__in=("delete", "archive")), name="retention_class_then"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def term(self) -> Term:
        return Term(CountsFrom(self.counts_from), self.years, self.days)

    @property
    def is_permanent(self) -> bool:
        return self.years is None and self.days is None


class PeriodKey(models.Model):
    """A key in the store that wraps the data keys of many records; the row knows its name, never the key.

    While records are open, one for each month in which they were opened; afterwards one for each class and last day.
    `doomed_at`: nothing new is wrapped with it; `destroyed_at`: the file is gone. The row stays for good.
    """

    class Kind(models.TextChoices):
        OPEN = "open", _("使用中")
        KEPT = "kept", _("保存中")

    identifier = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    # The month, the last day of retention, or "permanent".
    label = models.CharField(max_length=20)
    # A code and no foreign key: an open period's key has none, and the row outlives the class.
    retention_class = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    doomed_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "label", "retention_class"),
                condition=Q(doomed_at__isnull=True),
                name="one_live_key_a_period",
            ),
            models.CheckConstraint(condition=Q(kind__in=("open", "kept")), name="period_key_kind"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) | Q(doomed_at__isnull=False), name="a_destroyed_key_was_doomed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.label} {self.retention_class}".strip()

    def wrap(self, data_key: bytes, custody: uuid.UUID) -> bytes:
        """A data key, sealed with this key for this custody."""
        _about, secret = keystore.read(self.identifier)
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(secret).encrypt(nonce, data_key, custody.bytes)

    def unwrap(self, wrapped: bytes, custody: uuid.UUID) -> bytes:
        """The data key. Raises KeyIsGone, KeyIsMissing, and CannotOpen where the bytes are not what was wrapped."""
        _about, secret = keystore.read(self.identifier)
        try:
            return AESGCM(secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], custody.bytes)
        except InvalidTag as trouble:
            raise CannotOpen("the wrapped key was altered, or belongs to another custody") from trouble


class Custody(models.Model):
    """One record about somebody, as the house keeps it (保管): its class, its dates, and a key of its own.

    Made by `actions.custody.take`; whatever the record holds is sealed with `seal`. `target_key` is opaque, never
    a name or a number by which a person is known. Purged, the row stays and says that it was there and when it went.
    """

    class Selection(models.TextChoices):
        NONE = "", _("まだ")
        DELETE = "delete", _("廃棄する")
        HANDED_OVER = "handed_over", _("公文書館などへ移した")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    target_type = models.CharField(max_length=100)
    target_key = models.CharField(max_length=200)
    retention_class = models.ForeignKey(RetentionClass, on_delete=models.PROTECT, related_name="custodies")
    opened_at = models.DateTimeField()
    closed_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    period = models.ForeignKey(PeriodKey, on_delete=models.PROTECT, null=True, related_name="custodies")
    wrapped_key = models.BinaryField(null=True)
    selection = models.CharField(max_length=20, choices=Selection, blank=True, default="")
    purged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("保管")
        indexes = (
            models.Index(fields=("expires_on", "id"), condition=Q(purged_at__isnull=True), name="custody_by_last_day"),
        )
        constraints = (
            models.UniqueConstraint(fields=("target_type", "target_key"), name="a_record_is_in_custody_once"),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True, wrapped_key__isnull=False, period__isnull=False)
                | Q(purged_at__isnull=False, wrapped_key__isnull=True, period__isnull=True),
                name="a_purge_takes_the_key",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(closed_on__isnull=False, expires_on__gt=F("closed_on")),
                name="only_what_is_closed_expires",
            ),
            # In Japanese time, as everything that asks for a day.
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(expires_on__isnull=False, purged_at__date__gt=F("expires_on")),
                name="nothing_goes_before_its_last_day_is_over",
            ),
            models.CheckConstraint(condition=Q(selection__in=("", "delete", "handed_over")), name="custody_selection"),
        )

    def __str__(self) -> str:
        return f"{self.target_type} {self.target_key}"

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    def is_over_on(self, today: date) -> bool:
        """Whether the last day has passed."""
        return self.expires_on is not None and today > self.expires_on

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """The value, sealed with the key of this record for this context. Raises Gone after the purge."""
        nonce = os.urandom(NONCE_BYTES)
        return FORM + nonce + AESGCM(self.data_key()).encrypt(nonce, plain, self._bound(context))

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """What was sealed. Raises Gone after the purge, CannotOpen for another context or altered bytes."""
        key = self.data_key()
        if sealed[: len(FORM)] != FORM:
            raise CannotOpen("it was not sealed in custody")
        body = sealed[len(FORM) :]
        try:
            return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], self._bound(context))
        except (InvalidTag, ValueError) as trouble:
            raise CannotOpen("it was altered, or belongs elsewhere") from trouble

    def data_key(self) -> bytes:
        """The key of this record; kept by this object, so that forty answers cost one look into the store."""
        if self.wrapped_key is None or self.period is None:
            raise Gone(self)
        known: tuple[bytes, bytes] | None = self.__dict__.get("_known_key")
        wrapped = bytes(self.wrapped_key)
        if known is None or known[0] != wrapped:
            try:
                known = (wrapped, self.period.unwrap(wrapped, self.pk))
            except keystore.KeyIsGone as gone:
                # Whoever read this row a moment ago may hold a key that was retired meanwhile: the row knows the next.
                if not self._was_wrapped_anew():
                    raise Gone(self) from gone
                return self.data_key()
            self.__dict__["_known_key"] = known
        return known[1]

    def _was_wrapped_anew(self) -> bool:
        before = self.period_id
        self.refresh_from_db(fields=("period", "wrapped_key", "purged_at"))
        return self.period_id is not None and self.period_id != before

    def _bound(self, context: bytes) -> bytes:
        return b"custody\x00" + self.pk.bytes + context


class Wrapping(models.Model):
    """That this period key has, at some time, wrapped the key of this record: backups of then can be read with it.

    So a purge destroys all of them. The rows of a period key go when it has been destroyed.
    """

    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="wrappings")
    period = models.ForeignKey(PeriodKey, on_delete=models.PROTECT, related_name="wrappings")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("custody", "period"), name="a_wrapping_is_noted_once"),)


class Hold(models.Model):
    """That a record must not be purged (廃棄の停止): a lawsuit, a request for disclosure. A day or a person ends it."""

    class Reason(models.TextChoices):
        DISPUTE = "dispute", _("係争中")
        DISCLOSURE = "disclosure", _("情報公開・個人情報の開示請求")
        AUDIT = "audit", _("監査・検査")
        OTHER = "other", _("そのほか")

    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("理由"), max_length=20, choices=Reason)
    why = models.CharField(_("事件番号など"), max_length=300)
    until = models.DateField(_("この日まで"), null=True, blank=True)
    held_at = models.DateTimeField()
    held_by = models.CharField(max_length=200)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by="") | (Q(lifted_at__isnull=False) & ~Q(lifted_by="")),
                name="a_lifted_hold_says_by_whom",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_hold_says_why"),
            models.CheckConstraint(
                condition=Q(reason__in=("dispute", "disclosure", "audit", "other")), name="hold_reason"
            ),
        )

    def __str__(self) -> str:
        return str(self.Reason(self.reason).label)


class PurgeRun(models.Model):
    """A decision to purge what is due (廃棄決定): proposed by one person, approved by another, carried out in steps.

    Never deleted. `certificate` is what remains of what was purged: models, counts, hashes, never a value.
    """

    class Kind(models.TextChoices):
        DECIDED = "decided", _("廃棄決定")
        AGAIN = "again", _("復元後の再廃棄")

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DECIDED)
    due_on = models.DateField()
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=200)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=200, blank=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)
    # Which keys were destroyed, as they were: the row of a period key may be shared by several runs.
    keys_destroyed = models.JSONField(default=list)
    certificate = models.TextField(blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("廃棄決定")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("proposed_by")), name="a_purge_is_decided_by_two"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by="")
                | (Q(approved_at__isnull=False) & ~Q(approved_by="")),
                name="an_approved_purge_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True) | Q(approved_at__isnull=True),
                name="an_approved_purge_is_not_dropped",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, certificate="")
                | (Q(finished_at__isnull=False, approved_at__isnull=False) & ~Q(certificate="")),
                name="a_finished_purge_has_its_certificate",
            ),
            models.CheckConstraint(condition=Q(kind__in=("decided", "again")), name="purge_run_kind"),
        )

    def __str__(self) -> str:
        return f"{self.due_on:%Y-%m-%d} #{self.pk}"

    @property
    def is_waiting(self) -> bool:
        """Whether a second person is still to look."""
        return self.approved_at is None and self.dropped_at is None

    @property
    def is_under_way(self) -> bool:
        return self.approved_at is not None and self.finished_at is None


class PurgeCase(models.Model):
    """One record in a run: still to go, gone, or left with the reason."""

    class State(models.TextChoices):
        WAITING = "waiting", _("これから")
        PURGED = "purged", _("廃棄した")
        LEFT = "left", _("残した")

    class Why(models.TextChoices):
        NONE = "", ""
        HELD = "held", _("廃棄が止められている")
        NOT_DUE = "not_due", _("期限が変わった")
        NO_SELECTION = "no_selection", _("選別が済んでいない")
        NO_SHREDDER = "no_shredder", _("廃棄のしかたが登録されていない")
        TROUBLE = "trouble", _("廃棄の途中で失敗した")
        DROPPED = "dropped", _("廃棄決定が取り下げられた")
        GONE_ALREADY = "gone_already", _("すでに廃棄されていた")

    run = models.ForeignKey(PurgeRun, on_delete=models.PROTECT, related_name="cases")
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(max_length=20, choices=Why, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("run", "state", "id"), name="purge_cases_of_a_run"),)
        constraints = (
            models.UniqueConstraint(fields=("run", "custody"), name="a_run_names_a_record_once"),
            models.UniqueConstraint(
                fields=("custody",), condition=Q(state="waiting"), name="a_record_waits_in_one_run"
            ),
            models.CheckConstraint(
                condition=(Q(state="left") & ~Q(why="")) | (~Q(state="left") & Q(why="")), name="what_is_left_says_why"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.custody_id}"


class PurgeItem(models.Model):
    """What went of one record in one model: how many rows or files, which fields, and a hash over their identifiers."""

    run = models.ForeignKey(PurgeRun, on_delete=models.PROTECT, related_name="items")
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=100)
    fields = models.JSONField(default=list)
    count = models.PositiveIntegerField()
    sha256_of_ids = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.model} {self.count}"


class KeyCopy(models.Model):
    """A copy of the key store that was made with `todoke keys export`, until somebody says that it was destroyed.

    A copy that is older than a destruction still holds the destroyed key: it has to go, and the doctor asks for it.
    """

    made_at = models.DateTimeField()
    file_name = models.CharField(max_length=255)
    keys = models.PositiveIntegerField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"
