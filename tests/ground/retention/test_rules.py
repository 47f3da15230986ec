"""From when a retention counts, and when it ends."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.ground.retention.rules import CountsFrom, Term, fiscal_year_of, hash_of_ids, period_of

FISCAL, CALENDAR, EVENT = CountsFrom.FISCAL_YEAR, CountsFrom.CALENDAR_YEAR, CountsFrom.EVENT


@pytest.mark.parametrize(
    ("term", "closed_on", "starts_on", "expires_on"),
    [
        # The worked example of the regulations: closed in fiscal 2026, five years.
        (Term(FISCAL, years=5), date(2026, 5, 10), date(2027, 4, 1), date(2032, 3, 31)),
        (Term(FISCAL, years=1), date(2026, 3, 31), date(2026, 4, 1), date(2027, 3, 31)),
        (Term(FISCAL, years=1), date(2026, 4, 1), date(2027, 4, 1), date(2028, 3, 31)),
        (Term(CALENDAR, years=3), date(2026, 12, 31), date(2027, 1, 1), date(2029, 12, 31)),
        (Term(CALENDAR, years=3), date(2027, 1, 1), date(2028, 1, 1), date(2030, 12, 31)),
        (Term(EVENT, years=1), date(2026, 5, 10), date(2026, 5, 11), date(2027, 5, 10)),
        # The corresponding day is missing: the last day of the month ends it (民法143条2項ただし書).
        (Term(EVENT, years=5), date(2024, 2, 28), date(2024, 2, 29), date(2029, 2, 28)),
        (Term(EVENT, years=4), date(2024, 2, 28), date(2024, 2, 29), date(2028, 2, 28)),
        (Term(EVENT, years=1), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28)),
        (Term(EVENT, years=3), date(2024, 12, 31), date(2025, 1, 1), date(2027, 12, 31)),
        (Term(EVENT, days=1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 1)),
        (Term(EVENT, days=30), date(2026, 5, 10), date(2026, 5, 11), date(2026, 6, 9)),
        (Term(FISCAL), date(2026, 5, 10), date(2027, 4, 1), None),
    ],
)
def test_a_term_begins_and_ends(term, closed_on, starts_on, expires_on):
    assert (term.starts_on(closed_on), term.expires_on(closed_on)) == (starts_on, expires_on)


DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(DAYS, st.integers(1, 30))
def test_years_of_a_fiscal_year_end_on_31_march_and_last_so_many_whole_years(closed_on, years):
    ends = Term(FISCAL, years=years).expires_on(closed_on)

    assert (ends.month, ends.day) == (3, 31)
    assert fiscal_year_of(ends) == fiscal_year_of(closed_on) + years


@given(DAYS, DAYS, st.sampled_from(CountsFrom), st.integers(1, 30))
def test_what_is_closed_later_never_goes_earlier(one, other, start, years):
    earlier, later = sorted((one, other))

    assert Term(start, years=years).expires_on(earlier) <= Term(start, years=years).expires_on(later)


@given(DAYS, st.integers(1, 30))
def test_years_from_an_event_are_never_shorter_than_their_days(closed_on, years):
    ends = Term(EVENT, years=years).expires_on(closed_on)

    assert 365 * years <= (ends - closed_on) / timedelta(days=1) <= 366 * years


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2026, 12, 31), 2026)]
)
def test_a_fiscal_year_begins_on_1_april(day, year):
    assert fiscal_year_of(day) == year


def test_a_period_is_a_month():
    assert [period_of(date(2026, 5, 1)), period_of(date(2026, 12, 31))] == ["2026-05", "2026-12"]


def test_a_hash_of_identifiers_knows_no_order_and_no_other_split():
    assert hash_of_ids(["b", "a"]) == hash_of_ids(["a", "b"])
    assert hash_of_ids(["ab", "c"]) != hash_of_ids(["a", "bc"])
    assert hash_of_ids([]) != hash_of_ids([""])
