"""What places itself reads from the city folder: the city, its areas, their codes, its facilities."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from todoke.ground.places.actions.areas import read_areas, store_areas
from todoke.ground.places.actions.city_file import read_city_file, store_city
from todoke.ground.places.actions.codes import store_codes
from todoke.ground.places.actions.facilities import read_facilities, store_facilities
from todoke.ground.places.models import Area, AreaCode, Facility
from todoke.ground.places.registry import LoadReport
from todoke.ground.places.rules import KIND_ORDER


@dataclass(frozen=True)
class PlacesPart:
    """The first part of every city folder: everything else refers to its areas."""

    key: str = "places.areas"
    order: int = 100
    files: tuple[str, ...] = ("city.toml", "areas.csv", "areas.geojson", "area_codes.csv", "facilities.csv")

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the files say; drop what they no longer say and nobody needs."""
        with connection.cursor() as cursor:
            # Two areas may change places: the tree has to be one at the end, not after each row.
            cursor.execute("SET CONSTRAINTS places_area_forms_a_tree DEFERRED")
        city = read_city_file(folder, report)
        store_city(city, report)
        drafts = read_areas(folder, city, report)
        areas = store_areas(drafts, report)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS places_area_forms_a_tree IMMEDIATE")
        codes = store_codes(folder, areas, report)
        facilities = store_facilities(read_facilities(folder, city, drafts, report), areas, report)
        if report.faults:
            # Half a file is no ground for calling anything disappeared.
            return
        report.drop_missing(Facility.objects.exclude(key__in=facilities), report.gone("facilities.csv"))
        report.drop_missing(AreaCode.objects.exclude(pk__in=codes), report.gone("area_codes.csv"))
        gone = sorted(Area.objects.exclude(key__in=areas), key=lambda area: KIND_ORDER.index(area.kind), reverse=True)
        report.drop_missing(gone, report.gone("areas.csv"))
