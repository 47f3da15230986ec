"""The weather service's feeds: how far we have read them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from todoke.civic.emergency.models.telegram import Telegram


class Feed(models.Model):
    """One Atom feed that intake follows: when it was asked, when it answered, what is the matter with it.

    Written by intake alone. `etag` and `last_modified` are what the server wants to hear again. The age of a feed is
    the time since `answered_at`: a feed that answers “nothing new” is fresh. `gap_open`: we have been away for so long
    that the feed may have dropped something, and its long sister has not been read yet.
    """

    address = models.URLField(_("アドレス"), max_length=500, unique=True)
    etag = models.CharField(_("ETag"), max_length=500, blank=True)
    last_modified = models.CharField(_("Last-Modified"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("最後に確認した日時"), null=True, blank=True)
    answered_at = models.DateTimeField(_("最後に応答があった日時"), null=True, blank=True)
    newest_entry_at = models.DateTimeField(_("最も新しい電文の日時"), null=True, blank=True)
    gap_open = models.BooleanField(_("空白期間の補充が必要"), default=True)
    trouble = models.TextField(_("不具合"), blank=True)

    class Meta:
        verbose_name = _("気象庁の配信")
        verbose_name_plural = _("気象庁の配信")
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address


class FeedEntry(models.Model):
    """One entry of a feed that we have seen: never fetched again once it has been taken in or given up.

    Kept for some weeks, longer than any feed shows its entries.
    """

    key = models.CharField(_("識別子"), max_length=500, unique=True)
    address = models.URLField(_("アドレス"), max_length=500)
    seen_at = models.DateTimeField(_("見つけた日時"))
    attempts = models.PositiveSmallIntegerField(_("取得を試みた回数"), default=0)
    next_attempt_at = models.DateTimeField(_("次に試みる日時"))
    done_at = models.DateTimeField(_("終わった日時"), null=True, blank=True)
    trouble = models.TextField(_("不具合"), blank=True)
    telegram = models.ForeignKey(
        Telegram, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("電文")
    )

    class Meta:
        verbose_name = _("配信の項目")
        verbose_name_plural = _("配信の項目")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(done_at__isnull=True), name="emergency_entry_due"
            ),
            models.Index(fields=["seen_at"], name="emergency_entry_by_age"),
        ]

    def __str__(self) -> str:
        return self.key
