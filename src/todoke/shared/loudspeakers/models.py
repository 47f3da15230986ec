"""What is known of the loudspeakers: readings, groups, units, broadcasts and what became of them at each unit."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import Mode


class Reading(models.Model):
    """読み: how one word of this city is spoken. From `readings.csv` of the city folder."""

    surface = models.CharField(max_length=60, unique=True)
    kana = models.CharField(max_length=120)
    accent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("読み")
        ordering = ["surface"]

    def __str__(self) -> str:
        return self.surface


class Group(models.Model):
    """グループ: units that sound together. Groups of one `wave` sound at the same time; the next wave begins when it is
    over and `gap_seconds` have passed, so that neighbours do not echo. From `loudspeaker_groups.csv`."""

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    wave = models.PositiveSmallIntegerField()
    gap_seconds = models.PositiveSmallIntegerField(default=3)

    class Meta:
        verbose_name = _("スピーカーのグループ")
        ordering = ["wave", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(wave__gte=1), name="group_sounds_in_a_wave_from_1"),
            models.CheckConstraint(condition=Q(gap_seconds__lte=120), name="group_waits_two_minutes_at_most"),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """子局: one loudspeaker on its pole. From `loudspeakers.csv`; one that is taken out of the file is switched off.

    `trouble` is what the control station said last of what is wrong with it, empty while it is well.
    """

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    group = models.ForeignKey(Group, models.PROTECT, related_name="units")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", null=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    is_active = models.BooleanField(default=True)
    trouble = models.CharField(max_length=300, blank=True)
    trouble_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("屋外スピーカー")
        ordering = ["group__wave", "group__key", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(trouble="", trouble_at__isnull=True) | (~Q(trouble="") & Q(trouble_at__isnull=False)),
                name="unit_trouble_has_its_beginning",
            ),
            models.CheckConstraint(
                condition=Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90),
                name="unit_stands_on_the_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BroadcastState(models.TextChoices):
    """How far a broadcast has come."""

    HANDING = "handing", _("操作卓に渡しています")
    SOUNDING = "sounding", _("放送中")
    DONE = "done", _("放送しました")
    PARTLY = "partly", _("鳴らなかったスピーカーがあります")
    LOST = "lost", _("結果が分かりません")
    STOPPED = "stopped", _("訂正・取消のために止めました")


class Broadcast(models.Model):
    """放送: one edition, said by one group or by all, with its sound. Written before the control station gets it.

    `key` is the delivery's key and the control station's number for it: the same one is never sounded twice.
    `delivery` is absent where the broadcast did not come from the ledger. Kept as the record of what was said outdoors.
    """

    key = models.CharField(max_length=100, unique=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+", null=True)
    message_key = models.CharField(max_length=100)
    edition = models.CharField(max_length=200)
    edition_number = models.PositiveIntegerField()
    edition_kind = models.CharField(max_length=12)
    mode = models.CharField(max_length=10, choices=Mode)
    address = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    text = models.TextField()
    sound = models.CharField(max_length=64)
    seconds = models.FloatField()
    state = models.CharField(max_length=10, choices=BroadcastState, default=BroadcastState.HANDING)
    began_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    asked_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    says = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BroadcastState.values), name="broadcast_has_a_known_state"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="broadcast_has_a_known_mode"),
            models.CheckConstraint(condition=Q(deadline_at__gt=F("began_at")), name="broadcast_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(state__in=("handing", "sounding"), ended_at__isnull=True)
                | Q(state__in=("done", "partly", "lost", "stopped"), ended_at__isnull=False),
                name="broadcast_that_is_over_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["began_at"], name="broadcast_lately"),
            models.Index(fields=["deadline_at"], condition=Q(state="sounding"), name="broadcast_sounding"),
        ]

    def __str__(self) -> str:
        return f"{self.title} → {self.address}: {self.state}"


class SoundingState(models.TextChoices):
    """What became of a broadcast at one unit."""

    WAITING = "waiting", _("順番待ち")
    SOUNDING = "sounding", _("放送中")
    SOUNDED = "sounded", _("鳴りました")
    FAILED = "failed", _("鳴りませんでした")
    UNKNOWN = "unknown", _("返事がありません")
    STOPPED = "stopped", _("途中で止めました")


class Sounding(models.Model):
    """子局の結果: one broadcast at one unit, in the control station's words."""

    broadcast = models.ForeignKey(Broadcast, models.CASCADE, related_name="soundings")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="soundings")
    wave = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=SoundingState, default=SoundingState.WAITING)
    says = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["broadcast", "wave", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "unit"], name="sounding_is_unique_for_broadcast_and_unit"),
            models.CheckConstraint(condition=Q(state__in=SoundingState.values), name="sounding_has_a_known_state"),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.unit_id}: {self.state}"
