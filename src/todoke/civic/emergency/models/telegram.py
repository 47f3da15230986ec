"""Telegrams as they came in."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.files.models import Document
from todoke.shared.messaging.types import Mode


class Telegram(models.Model):
    """The official record of one telegram: what came in, when, by which way, and what became of it.

    Written by `actions.intake.take_in`; afterwards only `preparation` and the count of copies change. Kept without end,
    with the bytes as they came in `document`. Texts stand as in the telegram, empty where it could not be read.
    """

    class Source(models.TextChoices):
        FOLDER = "folder", _("監視フォルダー")
        FEED = "feed", _("気象庁の配信")
        DRILL = "drill", _("訓練の筋書き")

    class Standing(models.TextChoices):
        INTERPRETED = "interpreted", _("解釈済み")
        NOT_INTERPRETED = "not_interpreted", _("解釈の対象外")
        QUARANTINED = "quarantined", _("隔離")
        DUPLICATE = "duplicate", _("重複")
        OUT_OF_DATE = "out_of_date", _("旧報")

    class Preparation(models.TextChoices):
        WAITING = "waiting", _("下書き待ち")
        DONE = "done", _("下書き済み")
        NOT_NEEDED = "not_needed", _("下書き不要")

    digest = models.CharField(_("原文のハッシュ値"), max_length=64, unique=True)
    fingerprint = models.CharField(_("内容のハッシュ値"), max_length=64, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name=_("原文"))
    source = models.CharField(_("入手経路"), max_length=20, choices=Source)
    file_name = models.CharField(_("ファイル名"), max_length=255)
    received_at = models.DateTimeField(_("受信日時"))
    code = models.CharField(_("データ種別コード"), max_length=10, blank=True)
    family = models.CharField(_("電文の系統"), max_length=40, blank=True)
    title = models.CharField(_("標題"), max_length=200, blank=True)
    headline_title = models.CharField(_("表題"), max_length=200, blank=True)
    headline = models.TextField(_("見出し文"), blank=True)
    mode = models.CharField(_("運用区分"), max_length=10, choices=Mode, blank=True)
    info_type = models.CharField(_("情報形態"), max_length=10, blank=True)
    event_id = models.CharField(_("識別情報"), max_length=500, blank=True)
    serial = models.CharField(_("情報番号"), max_length=200, blank=True)
    office = models.CharField(_("発表官署"), max_length=200, blank=True)
    editorial_office = models.CharField(_("編集官署"), max_length=200, blank=True)
    report_at = models.DateTimeField(_("発表日時"), null=True, blank=True)
    issued_at = models.DateTimeField(_("発信日時"), null=True, blank=True)
    valid_until = models.DateTimeField(_("失効日時"), null=True, blank=True)
    standing = models.CharField(_("扱い"), max_length=20, choices=Standing)
    reason = models.TextField(_("理由"), blank=True)
    preparation = models.CharField(_("下書き"), max_length=20, choices=Preparation)
    copies = models.PositiveIntegerField(_("同じ原文を再び受信した回数"), default=0)
    repeats = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("先に受信した同じ電文")
    )

    class Meta:
        verbose_name = _("電文")
        verbose_name_plural = _("電文")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["-received_at"], name="emergency_telegram_latest"),
            models.Index(fields=["fingerprint"], name="emergency_telegram_content"),
            models.Index(fields=["id"], condition=Q(preparation="waiting"), name="emergency_telegram_waiting"),
            models.Index(fields=["mode", "family", "office", "-report_at"], name="emergency_telegram_history"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(standing="quarantined", mode="") | (~Q(mode="") & Q(report_at__isnull=False)),
                name="emergency_telegram_read_or_quarantined",
            ),
            models.CheckConstraint(
                condition=Q(standing="interpreted") | ~Q(reason=""), name="emergency_telegram_says_why_not"
            ),
            models.CheckConstraint(
                condition=Q(standing="interpreted") | Q(preparation="not_needed"),
                name="emergency_only_interpreted_is_prepared",
            ),
            models.CheckConstraint(
                condition=Q(standing="duplicate", repeats__isnull=False)
                | (~Q(standing="duplicate") & Q(repeats__isnull=True)),
                name="emergency_duplicate_names_the_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.headline_title or self.title or self.file_name}".strip()
