"""Documents: which bytes were kept, under which name, until when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Scan(models.TextChoices):
    """What the malware scanner said of an upload. NOT_AN_UPLOAD: made in this house, nobody was asked."""

    NOT_AN_UPLOAD = "", _("対象外")
    NOT_SCANNED = "not-scanned", _("ウイルス検査なし")
    WAITING = "waiting", _("ウイルス検査待ち")
    CLEAN = "clean", _("ウイルス検査済み")
    INFECTED = "infected", _("ウイルスあり")


class Document(models.Model):
    """One document as it came. Written once by `actions.store` or `actions.take_in`, never changed but by the scanner's
    verdict and by its purge; the row stays for good.

    Several documents may share the same bytes: each has its own name and its own date until which it is kept
    (None: no end), and the bytes go when the latest of them has been purged.
    """

    sha256 = models.CharField(_("ハッシュ値"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("大きさ"))
    media_type = models.CharField(_("種類"), max_length=100)
    name = models.CharField(_("名前"), max_length=255)
    stored_at = models.DateTimeField(_("保管した日時"))
    kept_until = models.DateField(_("保存期限"), null=True, blank=True)
    scan = models.CharField(
        _("ウイルス検査"), max_length=11, choices=Scan.choices, default=Scan.NOT_AN_UPLOAD, db_default="", blank=True
    )
    purged_at = models.DateTimeField(_("廃棄した日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("文書")
        verbose_name_plural = _("文書")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["sha256"], name="files_document_by_digest"),
            models.Index(fields=["kept_until"], condition=Q(purged_at__isnull=True), name="files_document_due"),
            models.Index(fields=["id"], condition=Q(scan="waiting"), name="files_document_in_quarantine"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="files_digest_is_sha256"),
            models.CheckConstraint(condition=~Q(name=""), name="files_document_has_a_name"),
            models.CheckConstraint(condition=Q(scan__in=Scan.values), name="files_scan_is_known"),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(kept_until__isnull=False),
                name="files_purged_had_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_quarantine(self) -> bool:
        """Whether nobody gets its bytes: the scanner has not been able to say anything, or it has found malware."""
        return self.scan in {Scan.WAITING, Scan.INFECTED}
