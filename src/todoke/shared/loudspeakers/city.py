"""What the loudspeakers read from the city folder. None of the three files need be there.

`readings.csv`: surface (the word as it is written, two letters or more), reading (kana), accent (optional: the mora
after which the tone falls, 0 where it does not). `loudspeaker_groups.csv`: key, name, wave (groups of one wave sound
together), gap_seconds (quiet before the next wave). `loudspeakers.csv`: key (the unit's number at the control
station), name, group, longitude, latitude, area (optional). A unit that is taken out of the file is switched off.
"""

import re
from pathlib import Path

from django.utils.translation import gettext as _

from todoke.base.tables import Row, read_csv
from todoke.ground.places.queries import areas_by_key
from todoke.ground.places.registry import LoadReport
from todoke.shared.loudspeakers.models import Group, Reading, Unit
from todoke.shared.loudspeakers.readings import katakana, trouble_with
from todoke.shared.loudspeakers.rules import ALL

READINGS, GROUPS, UNITS = "readings.csv", "loudspeaker_groups.csv", "loudspeakers.csv"
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WAVE_MAX, GAP_MAX = 50, 120


class LoudspeakersPart:
    """Readings, groups and units."""

    key = "loudspeakers.units"
    # Before the destinations, which name the groups.
    order = 250
    files = (READINGS, GROUPS, UNITS)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the files say; see above."""
        if (folder / READINGS).exists():
            _load_readings(folder / READINGS, report)
        if (folder / GROUPS).exists():
            groups = _load_groups(folder / GROUPS, report)
            if (folder / UNITS).exists():
                _load_units(folder / UNITS, groups, report)


def _load_readings(path: Path, report: LoadReport) -> None:
    named: set[str] = set()
    for row in read_csv(path, report, columns=("surface", "reading"), optional=("accent", "remarks")):
        before = report.fault_count
        surface, reading = row.text("surface", longest=60), row.text("reading", longest=120)
        accent = row.whole("accent", blank=True) or 0
        if surface and surface in named:
            row.fault("surface", _("「%(word)s」は、もう上の行にあります。") % {"word": surface})
        named.add(surface)
        match trouble_with(surface, reading, accent) if surface and reading else None:
            case "surface":
                row.fault("surface", _("読みの辞書の語は、空白を入れずに2文字以上で書いてください（例 閖上）。"))
            case "reading":
                row.fault("reading", _("読みは、ひらがなかカタカナで書いてください（例 ゆりあげ）。"))
            case "accent":
                row.fault("accent", _("アクセントは、0から拍の数までの数で書いてください（例 0）。"))
        if report.fault_count == before:
            report.store(Reading, key={"surface": surface}, values={"kana": katakana(reading), "accent": accent})
    report.drop_missing(Reading.objects.exclude(surface__in=named), report.gone(READINGS))


def _load_groups(path: Path, report: LoadReport) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for row in read_csv(path, report, columns=("key", "name", "wave", "gap_seconds")):
        before = report.fault_count
        key = _key(row, groups)
        if key == ALL:
            row.fault("key", _("「all」は全部のスピーカーのことです。別のキーにしてください。"))
        wave, gap = row.number("wave", least=1, most=WAVE_MAX), row.number("gap_seconds", least=0, most=GAP_MAX)
        values = {"name": row.text("name", longest=100), "wave": int(wave or 1), "gap_seconds": int(gap or 0)}
        if report.fault_count == before:
            groups[key] = report.store(Group, key={"key": key}, values=values)
    return groups


def _load_units(path: Path, groups: dict[str, Group], report: LoadReport) -> None:
    rows = read_csv(path, report, columns=("key", "name", "group", "longitude", "latitude"), optional=("area",))
    areas = areas_by_key({row.text("area", blank=True) for row in rows} - {""})
    units: dict[str, Unit] = {}
    for row in rows:
        before = report.fault_count
        key, area = _key(row, units), row.text("area", blank=True)
        group = groups.get(row.one_of("group", list(groups)))
        if area and area not in areas:
            row.fault("area", _("「%(key)s」という地域はありません。areas.csvのキーを書いてください。") % {"key": area})
        values = {
            "name": row.text("name", longest=100),
            "group": group,
            "area": areas.get(area),
            "longitude": row.number("longitude", least=122, most=154),
            "latitude": row.number("latitude", least=20, most=46),
            "is_active": True,
        }
        if report.fault_count == before:
            units[key] = report.store(Unit, key={"key": key}, values=values)
    # What has sounded is in the record, so a unit is never deleted.
    for gone in Unit.objects.filter(is_active=True).exclude(key__in=units):
        report.store(Unit, key={"key": gone.key}, values={"is_active": False})


def _key(row: Row, earlier: dict[str, Group] | dict[str, Unit]) -> str:
    key = row.text("key", longest=60)
    if key and not KEY.fullmatch(key):
        row.fault("key", _("キーは半角の小文字、数字、ハイフンで書いてください（例 minato-01）。"))
    if key in earlier:
        row.fault("key", _("「%(key)s」は、もう上の行にあります。別のキーにしてください。") % {"key": key})
    return key
