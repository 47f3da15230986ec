"""What `todoke doctor` asks places: is there a city, and would a telegram find its areas."""

from django.conf import settings
from django.utils.translation import gettext as _

from todoke.base.doctor import Finding, Verdict
from todoke.ground.places.models import Area, AreaCode
from todoke.ground.places.queries import the_city


class CityIsLoaded:
    """Whether a city was loaded, and whether its areas can be drawn."""

    key = "places.city"
    title = "市の内容"

    def run(self) -> Finding:
        city = the_city()
        if city is None:
            return Finding(
                Verdict.FAILURE,
                _("市が読み込まれていません。"),
                _("「todoke city load フォルダー」を実行してください。"),
            )
        if city.sample and not settings.SIMULATORS:
            return Finding(
                Verdict.FAILURE,
                _("見本の市のまま、本物のサービスにつながっています。"),
                _("自分の市のフォルダーを読み込むか、TODOKE_SIMULATORS=1 にしてください。"),
            )
        undrawn = Area.objects.filter(polygon__isnull=True).count()
        if undrawn:
            return Finding(
                Verdict.WARNING,
                _("区域の形がない地域が%(count)dあります。地図に出ません。") % {"count": undrawn},
                _("areas.geojsonに区域を加え、読み込み直してください。"),
            )
        return Finding(
            Verdict.OK,
            _("%(name)s、%(count)dの地域を読み込んでいます。") % {"name": city.name, "count": Area.objects.count()},
        )


class WeatherAreas:
    """Whether every municipality has a code of the weather service: without one, no warning reaches the desk."""

    key = "places.weather-areas"
    title = "気象庁の地域コード"

    def run(self) -> Finding:
        known = AreaCode.objects.filter(scheme="jma.city").values("area")
        without = Area.objects.filter(kind=Area.Kind.MUNICIPALITY).exclude(pk__in=known)
        if without:
            return Finding(
                Verdict.FAILURE,
                _("気象警報のコードがない市区町村があります: %(names)s。")
                % {"names": ", ".join(area.name for area in without)},
                _("area_codes.csvにjma.cityの行（7桁）を加え、読み込み直してください。"),
            )
        if not AreaCode.objects.filter(scheme="jma.city").exists():
            return Finding(
                Verdict.FAILURE,
                _("気象警報のコードが1つもありません。"),
                _("area_codes.csvにjma.cityの行（7桁）を加え、読み込み直してください。"),
            )
        return Finding(Verdict.OK, _("すべての市区町村に、気象警報のコードがあります。"))
