import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.civic.voices.rules.figures import mean, share, tenths
from todoke.civic.voices.rules.hiding import K, shown, shown_in_cross, shown_of_many

COUNTS = st.lists(st.integers(0, 30), min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (9, 400, "2.3"),
        (1, 16, "6.3"),
        (5, 16, "31.3"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (0, 7, "0.0"),
        (7, 7, "100.0"),
        (1, 3000, "0.0"),
        (1, 2000, "0.1"),
        (3, 0, "−"),
    ],
)
def test_a_share_is_rounded_half_up_to_one_decimal(part, whole, said):
    assert share(part, whole) == said


@given(st.integers(1, 10_000), st.integers(0, 10_000))
def test_a_share_is_off_by_half_a_tenth_at_most_and_never_down_at_the_half(whole, part):
    exact = Decimal(1000 * part) / whole

    assert Decimal("-0.5") < tenths(part, whole) - exact <= Decimal("0.5")


def test_nothing_has_no_share_and_no_mean():
    with pytest.raises(ValueError, match="whole"):
        tenths(1, 0)

    assert mean([]) == "−"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [(["1", "2"], "1.5"), (["1", "1", "1.35"], "1.1"), (["0.05"], "0.1"), (["-0.05"], "-0.1"), (["-0.01"], "0.0")],
)
def test_a_mean_is_rounded_half_away_from_nothing(numbers, said):
    assert mean([Decimal(each) for each in numbers]) == said


@pytest.mark.parametrize(
    ("parts", "may"),
    [
        ([20, 30, 0], [True, True, True]),
        ([20, 3, 8], [True, False, False]),
        ([2, 3, 20], [False, False, True]),
        ([1, 2, 20, 9], [False, False, True, False]),
        ([4, 40], [False, False]),
        ([4, 40, 0], [False, False, True]),
        ([5, 40], [True, True]),
        ([3, 0], [False, False]),
    ],
)
def test_few_people_are_hidden_and_cannot_be_reckoned(parts, may):
    assert shown(parts) == may


@given(COUNTS)
def test_what_is_hidden_is_more_than_one_number_and_at_least_five_people(parts):
    may = shown(parts)
    hidden = [part for part, is_shown in zip(parts, may, strict=True) if not is_shown]

    assert all(is_shown is False for part, is_shown in zip(parts, may, strict=True) if 0 < part < K)
    assert not hidden or len(hidden) > 1
    assert not hidden or sum(hidden) >= K or not any(may)


def test_of_several_answers_neither_few_nor_all_but_few_are_shown():
    assert shown_of_many([0, 4, 5, 45, 46, 50], 50) == [True, False, True, True, False, True]


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=3, max_size=3))
def test_no_row_or_column_of_a_cross_table_has_one_hidden_cell_alone(cells):
    rows, columns = [sum(row) for row in cells], [sum(column) for column in zip(*cells, strict=True)]
    rows_shown, columns_shown = shown(rows), shown(columns)
    may = shown_in_cross(cells, rows_shown, columns_shown)

    for i, row in enumerate(may):
        assert not any(is_shown and 0 < cells[i][j] < K for j, is_shown in enumerate(row))
        if rows_shown[i]:
            assert row.count(False) != 1
        else:
            assert not any(row)
    for j, column in enumerate(zip(*may, strict=True)):
        if columns_shown[j]:
            assert column.count(False) != 1
        else:
            assert not any(column)


@given(COUNTS, st.integers(0, 2**32))
def test_the_order_of_the_parts_does_not_decide_how_much_is_hidden(parts, seed):
    mixed = list(parts)
    random.Random(seed).shuffle(mixed)

    assert shown(mixed).count(False) == shown(parts).count(False)


def test_more_is_hidden_from_the_smallest_up():
    may = shown([1, 9, 7, 30])

    assert may == [False, True, False, True]
