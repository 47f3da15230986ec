import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.shared.paper.editions import an_edition
from tests.shared.paper.pixels import inked_edges
from todoke.base.press import fonts
from todoke.base.press.fonts import NoJapaneseFont, case_of, type_case
from todoke.shared.messaging.types import Content, EditionKind, Mode, Wording
from todoke.shared.paper import papers
from todoke.shared.paper.press import picture

SITE = "https://www.city.example.jp"
REPLY = papers.Reply(f"{SITE}/fax/K7QM2XPD9HWT/", "www.city.example.jp/fax/", "K7QM-2XPD-9HWT")
MADE = {
    "fax": lambda edition: papers.fax_sheet(edition, site=SITE, to="市民病院", reply=REPLY),
    "poster": lambda edition: papers.poster(edition, site=SITE),
    "bulletin": lambda edition: papers.bulletin(edition, site=SITE),
    "reading": lambda edition: papers.reading_list(edition, site=SITE),
    "dictation": lambda edition: papers.dictation(edition, site=SITE),
    "courier": lambda edition: papers.courier_list(edition, [papers.Place("公民館", "玄関")], site=SITE),
}
TWICE = """
import hashlib
from tests.shared.paper.editions import an_edition
from tests.shared.paper.test_papers import MADE
for name, make in MADE.items():
    print(name, hashlib.sha256(make(an_edition())).hexdigest())
"""


@pytest.fixture
def pressed(monkeypatch):
    """The pages of a sheet as pictures: what `press` is given is drawn, not bound."""

    def draw(name, edition):
        shown = []
        monkeypatch.setattr(
            papers, "press", lambda form, words, *, at: shown.extend(picture(form, words, at=at, dots_per_inch=20))
        )
        MADE[name](edition)
        return shown

    return draw


def test_every_sheet_is_the_same_to_the_byte_when_it_is_made_again_in_another_process():
    here = {name: hashlib.sha256(make(an_edition())).hexdigest() for name, make in MADE.items()}
    root = Path(__file__).resolve().parents[3]

    done = subprocess.run(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{TWICE}"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": f"{root / 'src'}:{root}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert dict(line.split() for line in done.stdout.splitlines()) == here


@pytest.mark.parametrize("name", MADE)
def test_a_drill_stands_on_all_four_edges_of_every_page(name, pressed):
    pages = pressed(name, an_edition(mode=Mode.EXERCISE))

    assert [inked_edges(page) for page in pages] == [{"top", "bottom", "left", "right"}] * len(pages)


@pytest.mark.parametrize("name", MADE)
def test_in_earnest_the_sides_of_the_page_are_free(name, pressed):
    pages = pressed(name, an_edition())

    assert all(not {"left", "right", "top"} & inked_edges(page) for page in pages)


@pytest.mark.parametrize("name", ["fax", "poster"])
@pytest.mark.parametrize("body", ["一行。", "あ" * 5000, "\n".join(["避難してください。"] * 300), "W" * 3000])
def test_fax_and_poster_are_one_page_whatever_is_said(name, body, pressed):
    edition = an_edition(mode=Mode.EXERCISE)
    many = tuple(replace(edition.content.areas[number % 2], name=f"第{number}中学校区") for number in range(90))
    content = Content((Wording("ja", "避難指示の対象地域を広げました" * 3, body, "短い"),), areas=many, level=4)

    assert len(pressed(name, replace(edition, content=content))) == 1


def test_a_text_that_looks_like_the_type_setters_language_is_printed_as_it_stands(pressed):
    words = Wording("ja", '#panic("題名") $x', '#import "@preview/x:1.0.0"\n*太字* _斜体_ // 注 "引用" \\', "#read")

    for name in MADE:
        assert pressed(name, an_edition(content=Content((words,))))


@pytest.mark.parametrize("kind", EditionKind)
def test_every_kind_of_edition_can_be_printed(kind, pressed):
    note = "区域の誤り" if kind in (EditionKind.CORRECTION, EditionKind.CANCEL) else ""

    assert all(pressed(name, an_edition(kind=kind, note=note)) for name in MADE)


def test_our_own_font_is_used_wherever_the_packages_are_installed():
    case = type_case()

    assert case.is_ours
    assert case.family == "Noto Sans CJK JP"


def test_a_machine_without_japanese_letters_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(fonts, "FAMILIES", ("A Font That Nobody Has",))

    with pytest.raises(NoJapaneseFont, match="fonts-noto-cjk"):
        case_of(())
