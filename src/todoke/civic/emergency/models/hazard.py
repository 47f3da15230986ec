"""What the issuing offices have in force now."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.civic.emergency.models.telegram import Telegram
from todoke.shared.messaging.types import Mode


class HazardState(models.Model):
    """The latest word of one office about one family (and one event): its warnings are replaced as a whole.

    It stays when nothing is in force any more, so that an older telegram that arrives late changes nothing. `event_id`
    is empty for families without events. Exercise and test have states of their own: the mode is part of the key.
    """

    mode = models.CharField(_("運用区分"), max_length=10, choices=Mode)
    family = models.CharField(_("電文の系統"), max_length=40)
    office = models.CharField(_("発表官署"), max_length=200)
    event_id = models.CharField(_("識別情報"), max_length=500, blank=True)
    telegram = models.ForeignKey(Telegram, models.PROTECT, related_name="+", verbose_name=_("最新の電文"))
    report_at = models.DateTimeField(_("発表日時"))
    order = models.JSONField(_("順序"))
    withdrawn = models.BooleanField(_("取り消された"), default=False)
    expires_at = models.DateTimeField(_("この日時より後は古い情報とする"))

    class Meta:
        verbose_name = _("発表状況")
        verbose_name_plural = _("発表状況")
        ordering = ["mode", "family", "office", "event_id"]
        constraints = [
            models.UniqueConstraint(fields=["mode", "family", "office", "event_id"], name="emergency_one_state_each"),
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.office} {self.event_id}".strip()


class HazardWarning(models.Model):
    """One kind of warning that is in force for one area, in the words and codes of the issuing office.

    `scheme` and `area_code` are matched with the city's areas when asked (`places.queries.areas_by_codes`): the office
    warns for areas that we do not have, too. After `expires_at` without news it is out of date, shown as such, and no
    longer counted. `doubt` says what did not agree inside the telegram.
    """

    state = models.ForeignKey(HazardState, models.CASCADE, related_name="warnings", verbose_name=_("発表状況"))
    mode = models.CharField(_("運用区分"), max_length=10, choices=Mode)
    family = models.CharField(_("電文の系統"), max_length=40)
    office = models.CharField(_("発表官署"), max_length=200)
    phenomenon = models.CharField(_("現象"), max_length=40)
    scheme = models.CharField(_("地域コードの体系"), max_length=40)
    area_code = models.CharField(_("地域コード"), max_length=40)
    area_name = models.CharField(_("地域名"), max_length=200)
    kind_code = models.CharField(_("種別コード"), max_length=40, blank=True)
    name = models.CharField(_("種別"), max_length=200)
    level = models.PositiveSmallIntegerField(_("警戒レベル"), null=True, blank=True)
    since_at = models.DateTimeField(_("発表された日時"))
    report_at = models.DateTimeField(_("最新の発表日時"))
    expires_at = models.DateTimeField(_("この日時より後は古い情報とする"))
    doubt = models.TextField(_("確認が必要な点"), blank=True)
    telegram = models.ForeignKey(Telegram, models.PROTECT, related_name="+", verbose_name=_("電文"))

    class Meta:
        verbose_name = _("発表中の警報など")
        verbose_name_plural = _("発表中の警報など")
        ordering = [models.F("level").desc(nulls_last=True), "phenomenon", "area_code", "pk"]
        indexes = [models.Index(fields=["mode", "scheme", "area_code"], name="emergency_warning_by_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["state", "scheme", "area_code", "kind_code", "name"], name="emergency_each_warning_once"
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=5), name="emergency_level_is_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_name} {self.name}"

    def is_stale_at(self, now: datetime) -> bool:
        """Whether nothing has been heard for so long that nobody may rely on it."""
        return now >= self.expires_at
