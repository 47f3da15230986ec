"""The tables: which telegram is which, what its codes mean, and how areas are found in each family."""

import csv
import json

import pytest

from todoke.civic.emergency.telegrams import FAMILIES, read
from todoke.civic.emergency.telegrams.codes import RIVER, WEATHER
from todoke.civic.emergency.telegrams.families import family_of
from todoke.civic.emergency.telegrams.levels import river_level, weather_level


def sample(jma, name):
    return read((jma / "jma-xml" / "samples" / name).read_bytes(), name)


def said(telegram):
    return {(area.scheme, area.name): (area.kind_code, area.kind, area.level) for area in telegram.areas}


def test_weather_codes_mean_what_the_official_table_says(jma):
    with (jma / "jma-codes" / "csv" / "WeatherWarning.csv").open(encoding="utf-8") as rows:
        official = {row[0].zfill(2): row[1] for row in csv.reader(rows) if row[1] and row[1] != "解除"}

    assert set(WEATHER) == set(official)
    for code, meaning in WEATHER.items():
        assert meaning.phenomenon in official[code]
        named = official[code].partition("レベル")[2][:1]
        if code not in ("04", "18"):
            assert ("１２３４５".index(named) + 1 if named else None) == meaning.level


def test_river_codes_mean_what_was_collected(jma):
    facts = json.loads((jma / "facts" / "jma_warning_codes_2026.json").read_text())["flood_forecast_codes_2026"]

    assert {code: meaning.level for code, meaning in RIVER.items()} == {
        code: fact["level"] for code, fact in facts.items() if code != "_source" and fact["level"]
    }


@pytest.mark.parametrize(
    ("code", "name", "level"),
    [
        ("33", "レベル５大雨特別警報", 5),
        ("43", "レベル４大雨危険警報", 4),
        ("49", "レベル４土砂災害危険警報", 4),
        ("19", "レベル２高潮注意報", 2),
        ("33", "大雨特別警報", 5),
        ("03", "大雨警報", 3),
        ("38", "高潮特別警報", 4),
        ("08", "高潮警報", 4),
        ("08", "レベル３高潮警報", 3),
        ("04", "洪水警報", 3),
        ("18", "洪水注意報", 2),
        ("05", "暴風警報", None),
        ("14", "雷注意報", None),
        ("16", "波浪注意報", None),
        ("27", "その他の注意報", None),
    ],
)
def test_level_of_a_weather_warning(code, name, level):
    assert weather_level(code, name) == (level, "")


@pytest.mark.parametrize(
    ("code", "name", "level"),
    [
        ("03", "レベル４大雨危険警報", 4),
        ("43", "レベル３大雨警報", 4),
        ("14", "レベル４大雨危険警報", 4),
        ("33", "レベル５土砂災害特別警報", 5),
        ("43", "大雨警報", 4),
        ("43", "", 4),
        ("99", "レベル４何か", 4),
        ("99", "何か", None),
    ],
)
def test_disagreement_takes_the_higher_level_and_says_so(code, name, level):
    found, doubt = weather_level(code, name)

    assert found == level
    assert doubt.startswith(f"「{name or '（名前なし）'}」（コード{code}）")


@pytest.mark.parametrize(
    ("code", "name", "level"),
    [
        ("20", "氾濫注意情報", 2),
        ("41", "氾濫危険情報", 4),
        ("53", "氾濫発生情報（氾濫水の予報）", 5),
        ("51", "レベル５氾濫特別警報", 5),
    ],
)
def test_level_of_a_river(code, name, level):
    assert river_level(code, name) == (level, "")


def test_every_family_is_found_by_its_own_title():
    for family in FAMILIES:
        assert family_of(family.title) is family


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("気象警報・注意報（Ｒ０６）（土砂災害）", "jma.landslide"),
        ("気象警報・注意報（Ｒ０６）（土砂）", "jma.landslide"),
        ("気象警報・注意報（Ｒ０６）（まだ見たことのない種類）", "jma.weather"),
        ("津波警報・注意報・予報a", "jma.tsunami"),
        ("震源・震度に関する情報", "jma.quake"),
    ],
)
def test_variants_of_a_title_find_their_family(title, key):
    assert family_of(title).key == key


@pytest.mark.parametrize(
    "title",
    ["気象警報・注意報", "気象警報・注意報時系列情報（Ｒ０６）", "震源に関する情報", "沖合の津波観測に関する情報"],
)
def test_neighbouring_titles_are_not_interpreted(title):
    assert family_of(title) is None


def test_lifted_warning_has_no_level_and_is_not_in_force(made):
    by_code = made(kinds={"0120100": ("00", "解除")}).xml()
    by_status = made(kinds={"0120100": ("33", "レベル５大雨特別警報")}, statuses={"0120100": "解除"}).xml()

    for content in (by_code, by_status):
        (area,) = read(content).areas
        assert (area.level, area.in_force) == (None, False)


def test_river_names_the_forecast_area_and_every_municipality_once(jma):
    telegram = sample(jma, "16_01_01_220728_VXKOii.xml")

    assert said(telegram) == {
        ("jma.river", "○○川上流"): ("20", "氾濫注意情報", 2),
        ("jma.city", "○○市"): ("20", "氾濫注意情報", 2),
    }


def test_quake_goes_down_to_the_municipality(jma):
    telegram = sample(jma, "32-35_04_04_240613_VXSE53.xml")

    assert said(telegram)["jma.city", "鹿屋市"] == ("4", "震度４", None)
    assert said(telegram)["jma.city", "宮崎市"] == ("3", "震度３", None)
    assert "震度１" in {area.kind for area in telegram.areas}


def test_missing_intensity_of_strong_shaking_is_kept(jma):
    telegram = sample(jma, "32-35_06_03_240613_VXSE53.xml")

    assert "震度５弱以上未入電" in {area.kind for area in telegram.areas if not area.kind_code}


def test_prompt_quake_stops_at_the_region(jma):
    assert said(sample(jma, "32-35_04_02_100831_VXSE51.xml"))["jma.seismic", "鹿児島県大隅"] == ("4", "震度４", None)


def test_lifted_tsunami_advisory_is_not_in_force(jma):
    telegram = sample(jma, "32-39_13_07_250206_VTSE41.xml")

    assert telegram.mode == "exercise"
    assert {(area.kind, area.last_kind, area.in_force) for area in telegram.areas} == {
        ("津波注意報解除", "津波注意報", False)
    }


def test_volcano_has_its_own_scale_and_tells_municipalities_what_to_do(jma):
    telegram = sample(jma, "45_02_01_200522_VFVO50.xml")

    assert said(telegram) == {
        ("jma.volcano", "箱根山"): ("15", "レベル５（避難）", None),
        ("jma.city", "神奈川県箱根町"): ("41", "噴火警報：避難等", None),
    }
    assert [area.last_kind_code for area in telegram.areas] == ["11", "45"]


def test_prompt_news_has_its_kind_in_the_tag(jma):
    telegram = sample(jma, "85(82)_02_03_250630_VPBS50.xml")

    assert said(telegram) == {
        ("jma.forecast", "嶺北"): ("", "短時間大雪", None),
        ("jma.forecast", "嶺南"): ("", "短時間大雪", None),
    }


def test_old_and_new_telegrams_never_speak_for_the_same_phenomenon(jma):
    old = sample(jma, "15_12_02_161130_VPWW54.xml")
    family = family_of(old.title)

    counting = {area.phenomenon for area in old.areas if area.in_force and family.counts(area.kind_code)}
    assert counting == {"洪水"}
    assert {area.phenomenon for area in old.areas if area.in_force} > {"洪水"}
