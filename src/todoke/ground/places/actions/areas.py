"""areas.csv and areas.geojson: the tree of areas and their polygons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from todoke.base import geo
from todoke.base.tables import Place, Row, read_csv, read_geojson
from todoke.ground.places import rules
from todoke.ground.places.actions.boundaries import read_boundaries
from todoke.ground.places.actions.city_file import CityFile, code_fault
from todoke.ground.places.models import Area
from todoke.ground.places.registry import LoadReport

COLUMNS = ("key", "kind", "parent", "code", "name", "reading", "name_en", "name_easy", "households", "population")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
HIRAGANA = re.compile(r"[ぁ-ゖー・ 　]*")


@dataclass(frozen=True)
class AreaDraft:
    """An area as the files describe it, before it is stored."""

    key: str
    kind: str
    name: str
    place: Place
    parent: str = ""
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    polygon: BaseGeometry | None = None


def read_areas(folder: Path, city: CityFile, report: LoadReport) -> dict[str, AreaDraft]:
    """All areas by key, parents before children, each with its polygon or the union of those below it."""
    drafts = {
        draft.code: AreaDraft(
            draft.code, draft.kind, draft.name, draft.place, draft.parent, draft.code, {}, draft.polygon
        )
        for draft in read_boundaries(city, report)
    }
    from_boundaries = set(drafts)
    path = folder / "areas.csv"
    # A city may be read from published boundaries alone; otherwise the table is required.
    rows = read_csv(path, report, columns=COLUMNS, optional=("order",)) if path.exists() or not drafts else []
    seen: dict[str, int] = {}
    for row in rows:
        draft = _draft(row, city)
        if draft.key in seen:
            row.fault(
                "key",
                _("「%(key)s」は%(line)d行目にもあります。別のキーにしてください。")
                % {"key": draft.key, "line": seen[draft.key]},
            )
        seen[draft.key] = row.line
        known = drafts.get(draft.key)
        drafts[draft.key] = replace(draft, polygon=known.polygon) if known else draft
    _refuse_bad_parents(drafts, {row.text("key", blank=True): row for row in rows}, report)
    _refuse_twice_used_codes(drafts, from_boundaries, report)
    drafts = _with_polygons(folder, drafts, report)
    return _united(_parents_first(drafts))


def store_areas(drafts: Mapping[str, AreaDraft], report: LoadReport) -> dict[str, Area]:
    """Store the areas, parents first; gives them by key."""
    areas: dict[str, Area] = {}
    for number, draft in enumerate(drafts.values(), 1):
        west, south, east, north = (
            (round(edge, geo.DECIMALS) for edge in draft.polygon.bounds) if draft.polygon else (None,) * 4
        )
        areas[draft.key] = report.store(
            Area,
            key={"key": draft.key},
            values={
                "kind": draft.kind,
                "parent": areas.get(draft.parent),
                "code": draft.code,
                "name": draft.name,
                "reading": "",
                "name_en": "",
                "name_easy": "",
                "households": None,
                "population": None,
                "order": number,
                **draft.facts,
                "polygon": geo.geometry_of(draft.polygon) if draft.polygon else None,
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            },
        )
    return areas


def _draft(row: Row, city: CityFile) -> AreaDraft:
    key = row.text("key", longest=60)
    if key and not KEY.fullmatch(key):
        row.fault("key", _("「%(key)s」は使えません。半角の英数字、- と _ で書いてください。") % {"key": key})
    code = row.text("code", blank=True)
    fault = code_fault(code, sample=city.sample) if code else None
    if fault:
        row.fault("code", fault)
        code = ""
    reading = row.text("reading", blank=True, longest=120)
    if not HIRAGANA.fullmatch(reading):
        row.fault(
            "reading",
            _("「%(reading)s」にひらがなでない文字があります。ひらがなで書いてください。") % {"reading": reading},
        )
    facts = {
        "reading": reading,
        "name_en": row.text("name_en", blank=True, longest=120),
        "name_easy": row.text("name_easy", blank=True, longest=120),
        "households": row.whole("households", blank=True),
        "population": row.whole("population", blank=True),
    }
    if "order" in row.columns and (order := row.whole("order", blank=True)) is not None:
        facts["order"] = order
    return AreaDraft(
        key or f"line-{row.line}",
        row.one_of("kind", rules.KIND_ORDER) or rules.KIND_ORDER[-1],
        row.text("name", longest=60) or key or "?",
        row.place("key"),
        row.text("parent", blank=True),
        code,
        facts,
    )


def _refuse_bad_parents(drafts: dict[str, AreaDraft], rows: Mapping[str, Row], report: LoadReport) -> None:
    for key, draft in drafts.items():
        row = rows.get(key)
        place = row.place("parent") if row else draft.place
        parent = drafts.get(draft.parent)
        if not draft.parent:
            if draft.kind != "municipality":
                report.fault(place, _("親の地域が空です。この種別の地域には、親のkeyを書いてください。"))
            continue
        if parent is None:
            report.fault(
                place,
                _("「%(parent)s」というkeyの地域はありません。areas.csvにその行を加えるか、綴りを確かめてください。")
                % {"parent": draft.parent},
            )
        elif not rules.may_stand_in(draft.kind, parent.kind):
            report.fault(
                place,
                _("%(child)sは%(parent)s「%(name)s」の下に置けません。上から順に、市区町村、行政区、地区、町丁目です。")
                % {"child": Area.Kind(draft.kind).label, "parent": Area.Kind(parent.kind).label, "name": parent.name},
            )
        else:
            continue
        drafts[key] = replace(draft, parent="", kind="municipality")


def _refuse_twice_used_codes(drafts: dict[str, AreaDraft], from_boundaries: set[str], report: LoadReport) -> None:
    users: dict[str, str] = {}
    for key, draft in drafts.items():
        if draft.code and draft.code in users:
            report.fault(
                draft.place,
                _("コード「%(code)s」は「%(other)s」も使っています。一つのコードは一つの地域だけに付けてください。")
                % {"code": draft.code, "other": users[draft.code]}
                + (
                    _("境界のファイルから読む地域のkeyは、コードと同じです。")
                    if users[draft.code] in from_boundaries
                    else ""
                ),
            )
            drafts[key] = replace(draft, code="")
        users.setdefault(draft.code, key)


def _with_polygons(folder: Path, drafts: Mapping[str, AreaDraft], report: LoadReport) -> dict[str, AreaDraft]:
    drawn = dict(drafts)
    path = folder / "areas.geojson"
    if not path.exists():
        return drawn
    seen: set[str] = set()
    for feature in read_geojson(path, report):
        key = feature.text("key")
        if not key:
            continue
        if key not in drawn:
            feature.fault("key", _("「%(key)s」というkeyの地域はareas.csvにありません。") % {"key": key})
        elif key in seen:
            feature.fault(
                "key", _("「%(key)s」の区域が2回あります。一つのMultiPolygonにまとめてください。") % {"key": key}
            )
        else:
            seen.add(key)
            try:
                drawn[key] = replace(drawn[key], polygon=geo.polygon_of(feature.geometry or {}))
            except geo.BadShape as error:
                feature.fault(
                    "geometry",
                    _("面として読めません（%(reason)s）。PolygonかMultiPolygonにしてください。") % {"reason": error},
                )
    return drawn


def _parents_first(drafts: Mapping[str, AreaDraft]) -> dict[str, AreaDraft]:
    """In the order of the files, but outer kinds before inner ones."""
    return dict(sorted(drafts.items(), key=lambda item: rules.KIND_ORDER.index(item[1].kind)))


def _united(drafts: dict[str, AreaDraft]) -> dict[str, AreaDraft]:
    """A parent without a polygon of its own is the union of its children: 仙台市 is nothing but its five wards."""
    for key in reversed(list(drafts)):
        parts = [draft.polygon for draft in drafts.values() if draft.parent == key and draft.polygon]
        if drafts[key].polygon is None and parts:
            drafts[key] = replace(drafts[key], polygon=geo.joined(parts))
    return drafts
