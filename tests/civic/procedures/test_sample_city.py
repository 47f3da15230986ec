"""The procedures and the guide that the sample city brings: sound, tried by their own tests, and short of paper."""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tests.cities import SAMPLE_CITY
from todoke.base.tables import Place
from todoke.civic.procedures.actions.city import _with_blocks
from todoke.civic.procedures.document import ProcedureDocument, read_procedure
from todoke.civic.procedures.life_event import is_taken, read_life_event
from todoke.civic.procedures.trials import run_tests
from todoke.civic.procedures.types import Instead
from todoke.ground.places.registry import LoadReport
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.publishing import faults_of, percentage_done, texts_of

FOLDER = SAMPLE_CITY / "procedures"
KEYS = sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "blocks")
EVENTS = tomllib.loads((SAMPLE_CITY / "guide.toml").read_text(encoding="utf-8"))["events"]
# Of the questions and branches of a procedure; a consent is bound to the hash of its text and not tried.
COVERED_MIN = 95


def written(key: str) -> Any:
    blocks = tomllib.loads((FOLDER / "blocks.toml").read_text(encoding="utf-8"))["blocks"]
    values = tomllib.loads((FOLDER / f"{key}.toml").read_text(encoding="utf-8"))
    return _with_blocks(values, blocks, Place(f"{key}.toml"), LoadReport(SAMPLE_CITY))


def procedure(key: str) -> ProcedureDocument:
    return read_procedure(written(key))


def is_weekday(day: date) -> bool:
    return day.weekday() < 5


def test_the_sample_city_offers_twelve_procedures() -> None:
    assert len(KEYS) == 12


@pytest.mark.parametrize("key", KEYS)
def test_its_form_can_be_published_in_three_languages(key: str) -> None:
    text = canonical(procedure(key).form_json)

    assert faults_of(text) == []
    assert percentage_done(text, "ja-easy") == percentage_done(text, "en") == 100


@pytest.mark.parametrize("key", KEYS)
def test_its_own_tests_are_green_and_go_everywhere(key: str) -> None:
    report = run_tests(procedure(key), is_weekday)

    assert [(each.name, each.deviations) for each in report.results if not each.has_passed] == []
    assert report.percentage_covered >= COVERED_MIN, (report.questions_missed, report.branches_missed)


def test_at_least_half_of_the_papers_can_be_left_out() -> None:
    papers = [paper for key in KEYS for paper in procedure(key).attachments]
    left_out = [paper for paper in papers if paper.instead is not Instead.NONE]

    assert 2 * len(left_out) >= len(papers) > 40
    assert all(paper.basis and paper.instead_basis for paper in left_out)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["key"])
def test_the_guide_is_sound_and_speaks_three_languages(event: Mapping[str, Any]) -> None:
    read = read_life_event(dict(event))
    texts = [words for _place, words in texts_of(dict(event))]

    assert faults_of(canonical(read.form_json)) == []
    assert all(words.get(language) for words in texts for language in ("ja-easy", "en"))
    for errand in read.errands:
        if errand.procedure:
            form = procedure(errand.procedure).form
            assert all(is_taken(read.form.question(ours), form.question(on)) for on, ours in errand.carry.items())
