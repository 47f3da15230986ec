"""Cities for tests, made in a temporary folder out of published data."""

import csv
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

SAMPLE_CITY = Path(__file__).resolve().parents[1] / "city" / "sample"
AREA_COLUMNS = ("key", "kind", "parent", "code", "name", "reading", "name_en", "name_easy", "households", "population")
CODE_COLUMNS = ("scheme", "code", "name", "area")
FACILITY_COLUMNS = ("key", "kind", "name", "reading", "name_en", "address", "longitude", "latitude", "area")


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """A CSV in UTF-8; what a row leaves out is empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, restval="")
        table.writeheader()
        table.writerows(rows)


def write_city_file(folder: Path, *, name: str, code: str, more: str = "") -> None:
    """The least city.toml, and whatever is to follow it."""
    (folder / "city.toml").write_text(f'name = "{name}"\ncode = "{code}"\n{more}', encoding="utf-8")


def write_city_of_sendai(folder: Path, shared_data: Path) -> None:
    """仙台市 with its five wards and its 521 designated sites, straight from the published files."""
    _write_from_sources(folder, shared_data, "仙台市", "041009", "N03-21_04_210101.geojson")


def write_city_of_morioka(folder: Path, shared_data: Path) -> None:
    """盛岡市 from the published files."""
    _write_from_sources(folder, shared_data, "盛岡市", "032018", "N03-21_03_210101.geojson")


def write_city_of_higashimatsushima(folder: Path, shared_data: Path) -> None:
    """東松島市 from the published files."""
    _write_from_sources(folder, shared_data, "東松島市", "042145", "N03-21_04_210101.geojson")


def _write_from_sources(folder: Path, shared_data: Path, name: str, code: str, boundaries: str) -> None:
    shelters = [str(shared_data / "shelters" / f"{kind}-{code}.json") for kind in ("emergency", "evacuation")]
    sources = {
        "boundaries": str(shared_data / "boundaries" / boundaries),
        "municipalities": [code],
        "shelters": shelters,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in sources.items()]
    write_city_file(folder, name=name, code=code, more="[sources]\n" + "\n".join(lines) + "\n")


CODE_TABLES = Path("disaster/jma-codes/csv")
FUKUI_TSUNAMI = ("370", "福井県")


PLAYED_ELSEWHERE = ("calling.automatic", "fax.", "loudspeakers.units", "messaging.board", "sms.", "social.")


def write_city_of_fukui(folder: Path, shared_data: Path) -> None:
    """One city folder of all seventeen municipalities of 福井県, for the real telegrams of 2026.

    Polygons come from N03 (0.1 %), 7-digit codes and readings from AreaInformationCity. Each municipality has one
    invented loudspeaker and one shelter. Staff, sections, destinations and templates are those of the sample city.
    """
    municipalities = _municipalities_of_fukui(shared_data)
    boundaries = json.loads((shared_data / "boundaries" / "N03-21_210101_s0001_all.geojson").read_text("utf-8"))
    ours = [feature for feature in boundaries["features"] if feature["properties"]["N03_001"] == "福井県"]
    (folder / "boundaries.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": ours}, ensure_ascii=False), encoding="utf-8"
    )
    keys = [municipality["code"] for municipality in municipalities]
    (folder / "city.toml").write_text(
        'name = "福井の市町"\nreading = "ふくいのしまち"\nname_en = "Municipalities of Fukui"\ncode = "180009"\n'
        'prefecture = "福井県"\nprefecture_en = "Fukui"\nsample = true\ntelephone = "0776-00-0000"\n'
        '[sender]\nname = "福井の市町 防災"\nmail = "bousai@fukui.example.jp"\nreply = "kouhou@fukui.example.jp"\n'
        'cap = "bousai@fukui.example.jp"\n'
        f'[sources]\nboundaries = "boundaries.geojson"\nmunicipalities = {json.dumps(keys)}\n',
        encoding="utf-8",
    )
    write_table(folder / "areas.csv", AREA_COLUMNS, [_area_row(each) for each in municipalities])
    write_table(folder / "area_codes.csv", CODE_COLUMNS, [row for each in municipalities for row in _code_rows(each)])
    write_table(folder / "facilities.csv", FACILITY_COLUMNS, _facility_rows(ours))
    copied = (
        "sections.csv",
        "posts.csv",
        "staff.csv",
        "roles.toml",
        "templates.toml",
        "call_trees.csv",
        "call_people.csv",
    )
    for name in copied:
        shutil.copy(SAMPLE_CITY / name, folder / name)
    _write_destinations(folder / "destinations.csv")


def _write_destinations(path: Path) -> None:
    """The sample city's destinations, each for everywhere: its districts are not there.

    Without the channels whose simulators are processes of their own: the sample city plays them, all at once
    (`tests/journeys/test_every_channel.py`).
    """
    with (SAMPLE_CITY / "destinations.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["channel"].startswith(PLAYED_ELSEWHERE)]
    write_table(path, list(rows[0]), [{**row, "areas": ""} for row in rows])


def _municipalities_of_fukui(shared_data: Path) -> list[dict[str, str]]:
    seismic = {
        row[3]: (row[0], row[1])
        for row in _rows(shared_data, "AreaForecastLocalE_AreaInformationCity_PointSeismicIntensity.csv")
    }
    return [
        {
            "jma": row[0],
            "code": _six(row[0][:5]),
            "name": row[2],
            "reading": row[3],
            # Storm surges are warned of where there is a coast (the seventh column).
            "coast": row[7],
            "seismic": seismic[row[0]][0],
            "seismic_name": seismic[row[0]][1],
        }
        for row in _rows(shared_data, "AreaInformationCity.csv")
        if row[1].startswith("福井県") and row[4]
    ]


def _rows(shared_data: Path, name: str) -> list[list[str]]:
    with (shared_data / CODE_TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _six(five: str) -> str:
    weighted = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), five, strict=True))
    return five + str((11 - weighted % 11) % 10)


def _area_row(municipality: Mapping[str, str]) -> dict[str, str]:
    return {
        "key": municipality["code"],
        "kind": "municipality",
        "code": municipality["code"],
        "name": municipality["name"],
        "reading": municipality["reading"],
        "name_easy": f"{municipality['name']}（{municipality['reading']}）",
        # Round figures of ours: the journeys need numbers, not the census.
        "households": "20000",
        "population": "50000",
    }


def _code_rows(municipality: Mapping[str, str]) -> list[dict[str, str]]:
    pairs = [
        ("jma.city", municipality["jma"], municipality["name"]),
        ("jma.seismic", municipality["seismic"], municipality["seismic_name"]),
    ]
    if municipality["coast"] == "1":
        pairs.append(("jma.tsunami", *FUKUI_TSUNAMI))
    return [
        {"scheme": scheme, "code": code, "name": name, "area": municipality["code"]} for scheme, code, name in pairs
    ]


def _facility_rows(features: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for feature in features:
        code = _six(feature["properties"]["N03_007"])
        name = feature["properties"]["N03_004"]
        ring = feature["geometry"]["coordinates"][0]
        longitude, latitude = (ring[0] if isinstance(ring[0][0], list) else ring)[0]
        for kind, word in (("loudspeaker", "役場前子局"), ("shelter", "総合体育館")):
            yield {
                "key": f"{kind}-{code}",
                "kind": kind,
                "name": f"{name}{word}",
                "address": f"福井県{name}",
                "longitude": longitude,
                "latitude": latitude,
                "area": code,
            }
