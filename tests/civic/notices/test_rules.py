"""When a notice may go out, and what is frozen of it."""

from datetime import timedelta

import pytest

from tests.civic.notices.conftest import DAY, HOUR, MORNING, TEXTS
from todoke.civic.notices.rules.content import AreaName, content, half_written, languages_with_blanks, next_texts
from todoke.civic.notices.rules.timing import Turn, end_is_sensible, schedule_is_sensible, turn_of
from todoke.shared.messaging.types import EditionKind

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("late", "turn"),
    [
        (-SECOND, Turn.WAIT),
        (0 * SECOND, Turn.SEND),
        (3 * HOUR, Turn.SEND),
        (3 * HOUR + SECOND, Turn.ASK),
        (7 * DAY, Turn.ASK),
    ],
)
def test_a_schedule_waits_is_sent_or_becomes_a_persons_question(late, turn):
    assert turn_of(MORNING, MORNING + late) is turn


@pytest.mark.parametrize(
    ("ahead", "sensible"), [(0 * DAY, False), (SECOND, True), (366 * DAY, True), (366 * DAY + SECOND, False)]
)
def test_a_notice_ends_after_it_begins_and_within_a_year(ahead, sensible):
    assert end_is_sensible(MORNING + ahead, from_at=MORNING) is sensible


@pytest.mark.parametrize(
    ("ahead", "sensible"), [(-SECOND, False), (0 * DAY, False), (SECOND, True), (180 * DAY + SECOND, False)]
)
def test_a_schedule_lies_ahead_and_near(ahead, sensible):
    assert schedule_is_sensible(MORNING + ahead, MORNING) is sensible


def test_what_is_frozen_names_topics_areas_and_its_own_page():
    said = content(TEXTS, [AreaName("north", "北地区", "North")], ["gomi"], "広報課")

    assert [wording.language for wording in said.wordings] == ["ja", "en"]
    assert (said.topics, said.page, said.level) == (("gomi",), "/notices/{message}/", None)
    assert [(area.name, area.level, area.notice) for area in said.areas] == [("北地区", None, "")]


def test_a_language_is_written_whole_or_not_at_all():
    assert half_written(TEXTS) is None
    assert half_written({**TEXTS, "ja-easy": {"title": "", "short": "", "body": ""}}) is None
    assert half_written({**TEXTS, "ja-easy": {"title": "ごみ", "short": "", "body": ""}}) == "ja-easy"
    assert half_written({"ja": TEXTS["ja"], "en": {"title": "", "short": "x", "body": "y"}}) == "en"


def test_blanks_of_a_template_are_found_by_language():
    left = {**TEXTS, "en": {"title": "On 〇", "short": "", "body": ""}}

    assert languages_with_blanks(left) == ["en"]
    assert languages_with_blanks(TEXTS) == []


def test_a_cancellation_does_not_repeat_what_was_said():
    texts = next_texts(EditionKind.CANCEL, TEXTS)

    assert texts["ja"]["body"] == "「ごみの収集日が変わります」のお知らせを取り消します。"
    assert texts["en"]["body"] == "The notice “Rubbish day changes” has been cancelled."
    assert next_texts(EditionKind.UPDATE, TEXTS) == TEXTS
