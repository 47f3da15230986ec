"""Where everything is: the city, its areas, what other bodies call them, and its facilities."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.places import rules


class City(models.Model):
    """The municipality whose house this is: one row, from `city.toml`. Changed only by loading the city folder."""

    name = models.CharField(_("名称"), max_length=60)
    reading = models.CharField(_("よみがな"), max_length=120, blank=True)
    name_en = models.CharField(_("英語の名称"), max_length=120, blank=True)
    name_easy = models.CharField(_("やさしい日本語の名称"), max_length=120, blank=True)
    code = models.CharField(_("全国地方公共団体コード"), max_length=6)
    prefecture = models.CharField(_("都道府県"), max_length=20, blank=True)
    prefecture_en = models.CharField(_("都道府県（英語）"), max_length=60, blank=True)
    sample = models.BooleanField(_("見本の市"), default=False)
    telephone = models.CharField(_("代表電話"), max_length=20, blank=True)
    sender_name = models.CharField(_("差出人の名前"), max_length=60, blank=True)
    sender_mail = models.EmailField(_("差出人のメールアドレス"), blank=True)
    reply_mail = models.EmailField(_("返信先のメールアドレス"), blank=True)
    cap_sender = models.CharField(_("CAPの発信者識別子"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("市")
        verbose_name_plural = _("市")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="places_only_one_city"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="places_city_code_has_six_digits"),
        ]

    def __str__(self) -> str:
        return self.name


class OwnAreas(models.Manager["Area"]):
    """The areas of the city whose house this is, and no others."""

    def get_queryset(self) -> models.QuerySet["Area"]:
        """Without the areas of a partner."""
        return super().get_queryset().filter(partner="")


class Area(models.Model):
    """A piece of the city: 市区町村, 行政区, 地区 or 町丁目. From the city folder; kept while anybody refers to it.

    `polygon` is a GeoJSON geometry (Polygon or MultiPolygon) in WGS84, made valid; absent where nobody drew one.
    `partner` is empty, or the code of another city for which this house may speak: such an area is nobody's own, and
    `objects` does not know it. Whoever means it says `everywhere`.
    """

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("市区町村")
        WARD = "ward", _("行政区")
        DISTRICT = "district", _("地区")
        NEIGHBOURHOOD = "neighbourhood", _("町丁目")

    key = models.CharField(_("キー"), max_length=60, unique=True)
    kind = models.CharField(_("種別"), max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("親の地域")
    )
    code = models.CharField(_("全国地方公共団体コード"), max_length=6, blank=True)
    name = models.CharField(_("名称"), max_length=60)
    reading = models.CharField(_("よみがな"), max_length=120, blank=True)
    name_en = models.CharField(_("英語の名称"), max_length=120, blank=True)
    name_easy = models.CharField(_("やさしい日本語の名称"), max_length=120, blank=True)
    households = models.PositiveIntegerField(_("世帯数"), null=True, blank=True)
    population = models.PositiveIntegerField(_("人口"), null=True, blank=True)
    polygon = models.JSONField(_("区域"), null=True, blank=True)
    west = models.FloatField(_("西端"), null=True, blank=True)
    south = models.FloatField(_("南端"), null=True, blank=True)
    east = models.FloatField(_("東端"), null=True, blank=True)
    north = models.FloatField(_("北端"), null=True, blank=True)
    order = models.PositiveIntegerField(_("並び順"), default=0)
    partner = models.CharField(_("代行する市のコード"), max_length=6, blank=True, default="", db_index=True)

    # The first one is the default: a row that refers to a partner's area finds it.
    everywhere: models.Manager["Area"] = models.Manager()
    objects = OwnAreas()

    class Meta:
        verbose_name = _("地域")
        verbose_name_plural = _("地域")
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=rules.KIND_ORDER),
                name="places_area_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="places_area_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(kind="municipality"), name="places_municipality_is_a_root"
            ),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__regex=r"^[0-9]{6}$"), name="places_area_code_has_six_digits"
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="places_area_code_is_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="places_area_has_a_name"),
            models.CheckConstraint(
                condition=Q(
                    polygon__isnull=True, west__isnull=True, south__isnull=True, east__isnull=True, north__isnull=True
                )
                # An unknown edge must not pass as “not false”: in SQL a comparison with null is neither.
                | Q(
                    polygon__isnull=False,
                    west__isnull=False,
                    south__isnull=False,
                    east__gte=F("west"),
                    north__gte=F("south"),
                    east__isnull=False,
                    north__isnull=False,
                ),
                name="places_area_polygon_has_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees; None where no polygon is known."""
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return None
        return self.west, self.south, self.east, self.north


class AreaCode(models.Model):
    """What another body calls an area. Many to many: the weather service splits some cities and joins others."""

    scheme = models.CharField(_("体系"), max_length=40)
    code = models.CharField(_("コード"), max_length=20)
    name = models.CharField(_("名称"), max_length=120)
    area = models.ForeignKey(Area, models.PROTECT, related_name="codes", verbose_name=_("地域"))

    class Meta:
        verbose_name = _("地域コード")
        verbose_name_plural = _("地域コード")
        ordering = ["scheme", "code", "area"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code", "area"], name="places_code_names_an_area_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]+$"), name="places_area_code_is_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.code} {self.name}"


class Hazard(models.TextChoices):
    """The eight kinds of disaster for which a 指定緊急避難場所 is designated (災害対策基本法施行令 20条の4)."""

    FLOOD = "flood", _("洪水")
    LANDSLIDE = "landslide", _("崖崩れ、土石流及び地滑り")
    STORM_SURGE = "storm-surge", _("高潮")
    EARTHQUAKE = "earthquake", _("地震")
    TSUNAMI = "tsunami", _("津波")
    FIRE = "fire", _("大規模な火事")
    INLAND_FLOOD = "inland-flood", _("内水氾濫")
    VOLCANO = "volcano", _("火山現象")


class Facility(models.Model):
    """A place with a purpose. From the city folder or the 国土地理院's list of shelters; kept while referred to.

    `facts` holds, where known: `hazards` (list of Hazard values), `accepts` (受入対象者), `remarks` (備考),
    `shared_id` (共通ID), `other` (その他市町村長が必要と認める事項), `same_address` (住所同一, true).
    """

    class Kind(models.TextChoices):
        SHELTER_EMERGENCY = "shelter_emergency", _("指定緊急避難場所")
        SHELTER = "shelter", _("指定避難所")
        LOUDSPEAKER = "loudspeaker", _("屋外拡声子局")
        OFFICE = "office", _("庁舎")
        SCHOOL = "school", _("学校")
        HOSPITAL = "hospital", _("病院")
        WELFARE = "welfare", _("福祉施設")

    key = models.CharField(_("キー"), max_length=60, unique=True)
    kind = models.CharField(_("種別"), max_length=20, choices=Kind)
    name = models.CharField(_("名称"), max_length=120)
    reading = models.CharField(_("よみがな"), max_length=240, blank=True)
    name_en = models.CharField(_("英語の名称"), max_length=240, blank=True)
    address = models.CharField(_("所在地"), max_length=240, blank=True)
    longitude = models.FloatField(_("経度"))
    latitude = models.FloatField(_("緯度"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="facilities", verbose_name=_("地域"))
    facts = models.JSONField(_("詳細"), default=dict, blank=True)

    class Meta:
        verbose_name = _("施設")
        verbose_name_plural = _("施設")
        ordering = ["kind", "key"]
        indexes = [models.Index(fields=["area", "kind"], name="places_facility_by_area")]
        constraints = [
            models.CheckConstraint(
                condition=Q(longitude__gte=rules.JAPAN_WEST, longitude__lte=rules.JAPAN_EAST),
                name="places_facility_longitude_is_in_japan",
            ),
            models.CheckConstraint(
                condition=Q(latitude__gte=rules.JAPAN_SOUTH, latitude__lte=rules.JAPAN_NORTH),
                name="places_facility_latitude_is_in_japan",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="places_facility_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
