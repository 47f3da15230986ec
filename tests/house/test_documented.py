import re
from pathlib import Path

from todoke.project.environment import VARIABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "running" / "settings.md"


def test_every_setting_is_documented_and_no_other():
    # What stands under “Tests only” is read by the tests, not by the house.
    ours = PAGE.read_text(encoding="utf-8").split("## Tests only")[0]

    documented = re.findall(r"^\| `([A-Z_]+)` \|", ours, flags=re.MULTILINE)

    assert sorted(documented) == sorted(variable.name for variable in VARIABLES)


def test_every_setting_says_what_it_is_for_and_shows_an_example():
    assert [variable.name for variable in VARIABLES if not variable.purpose or not variable.example] == []
