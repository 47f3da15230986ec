"""The telegrams of the fictional weather office: valid in the weather service's format, and about nobody else."""

from pathlib import Path

import pytest
from lxml import etree

from tests.cities import SAMPLE_CITY
from todoke.ground.places import queries

TELEGRAMS = sorted((SAMPLE_CITY / "telegrams").glob("*.xml"))
HEAD = "{http://xml.kishou.go.jp/jmaxml1/informationBasis1/}"


@pytest.fixture(scope="module")
def schema(shared_data: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(shared_data / "disaster" / "jma-xml" / "schema" / "jmx.xsd")))


@pytest.mark.parametrize("path", TELEGRAMS, ids=lambda path: path.stem)
def test_a_sample_telegram_is_valid_against_the_weather_services_schema(path: Path, schema: etree.XMLSchema):
    schema.assertValid(etree.parse(str(path)))


def test_the_telegrams_tell_the_whole_course_of_a_day():
    named = [path.name for path in TELEGRAMS]
    types = {etree.parse(str(path)).findtext(f".//{HEAD}InfoType") for path in TELEGRAMS}
    statuses = {etree.parse(str(path)).getroot()[0].findtext("{*}Status") for path in TELEGRAMS}

    assert {name.split("_")[2] for name in named} == {"VPWW55", "VPWW56", "VXKO50", "VTSE41", "VXSE53"}
    assert types == {"発表", "訂正", "取消"}
    assert statuses == {"通常", "訓練"}


def test_the_telegrams_mean_areas_of_the_sample_city(load):
    load(SAMPLE_CITY)

    assert [area.name for area in queries.areas_with_code("jma.city", "9920100")] == ["凪浜市"]
    for scheme, code in (("jma.tsunami", "990"), ("jma.seismic", "990"), ("jma.river", "990990000100")):
        assert queries.areas_with_code(scheme, code)
    assert queries.areas_with_code("jma.city", "9920200") == []
