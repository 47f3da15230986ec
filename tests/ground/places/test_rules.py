import json
import re
from pathlib import Path

import pytest

from todoke.ground.places import rules


@pytest.mark.parametrize(
    "code",
    [
        "041009",
        "041017",
        "041025",
        "041033",
        "041041",
        "041050",
        "032018",
        "042145",
        "010006",
        "092011",
        "130001",
        "131016",
        "431001",
        "222127",
    ],
)
def test_a_code_with_the_right_check_digit_is_one(code: str):
    assert rules.is_municipality_code(code)


@pytest.mark.parametrize("code", ["041008", "131017", "99999x", "04100", "0410099", "", "04100９"])
def test_a_code_with_a_wrong_check_digit_or_shape_is_none(code: str):
    assert not rules.is_municipality_code(code)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("92011", "092011"),
        ("13101", "131016"),
        ("1100", "011002"),
        ("4100", "041009"),
        ("04101", "041017"),
        ("99", None),
        ("abcde", None),
        ("0000", None),
    ],
)
def test_a_lost_zero_or_check_digit_is_guessed(written: str, meant: str | None):
    assert rules.likely_code(written) == meant


def test_every_code_of_the_ministry_has_the_check_digit_we_compute(shared_data: Path):
    text = (shared_data / "codes" / "soumu-code-to-city.json").read_text("utf-8")

    codes = set(re.findall(r'"([0-9]{6})"', json.dumps(json.loads(text))))

    assert len(codes) > 1900
    assert [code for code in codes if not rules.is_municipality_code(code)] == []


@pytest.mark.parametrize(
    ("child", "parent", "allowed"),
    [
        ("ward", "municipality", True),
        ("neighbourhood", "municipality", True),
        ("neighbourhood", "district", True),
        ("district", "district", False),
        ("municipality", "ward", False),
    ],
)
def test_inner_kinds_stand_in_outer_ones(child: str, parent: str, allowed: bool):
    assert rules.may_stand_in(child, parent) is allowed
