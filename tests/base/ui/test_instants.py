from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from todoke.base.ui.instants import clock_text, day_text, moment_text, span_text

# 2026-11-20 18:05 UTC is the next morning in Japan.
INSTANT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [("ja", "11月21日(土) 3時05分"), ("ja-easy", "11月21日(土) 午前3時5分"), ("en", "Sat 21 Nov 03:05")],
)
def test_an_instant_is_told_on_the_japanese_clock_in_every_language(language: str, text: str) -> None:
    with translation.override(language):
        assert moment_text(INSTANT, INSTANT) == text


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "午前0時5分"), (11, "午前11時5分"), (12, "午後0時5分"), (23, "午後11時5分")]
)
def test_easy_japanese_counts_mornings_and_afternoons(hour: int, text: str) -> None:
    with translation.override("ja-easy"):
        assert clock_text(datetime(2026, 11, 20, hour, 5, tzinfo=UTC) - timedelta(hours=9)) == text


def test_the_year_is_told_when_it_is_another_one() -> None:
    with translation.override("ja"):
        assert day_text(date(2026, 12, 31), date(2027, 1, 1)) == "2026年12月31日(木)"


def test_the_turn_of_the_year_is_the_japanese_one() -> None:
    new_year = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)

    with translation.override("ja"):
        assert moment_text(new_year, new_year) == "1月1日(金) 0時00分"


def test_an_instant_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment_text(INSTANT.replace(tzinfo=None), INSTANT)


@pytest.mark.parametrize(
    ("minutes", "japanese", "english"),
    [
        (0.5, "1分未満", "less than a minute"),
        (1, "1分", "1 minute"),
        (59, "59分", "59 minutes"),
        (60, "1時間", "1 hour"),
        (130, "2時間10分", "2 h 10 min"),
        (24 * 60, "1日", "1 day"),
        (72 * 60 + 30, "3日", "3 days"),
    ],
)
def test_a_span_is_told_in_its_largest_units(minutes: float, japanese: str, english: str) -> None:
    with translation.override("ja"):
        assert span_text(timedelta(minutes=minutes)) == japanese
    with translation.override("en"):
        assert span_text(timedelta(minutes=minutes)) == english
