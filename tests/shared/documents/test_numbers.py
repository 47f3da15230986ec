"""Numbers: one after the other, without gaps, whoever comes at the same moment and whatever is rolled back."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tests.shared.documents.conftest import load_sample_city, viewer_with
from todoke.base.calendar import fiscal_year_of
from todoke.base.clock import now
from todoke.shared.documents.actions.numbers import branch_of, number_for, reserve, use_reserved, void
from todoke.shared.documents.actions.refusals import NotAllowed, NumberRefused, ReasonMissing
from todoke.shared.documents.models import DocumentNumber, NumberState, Series
from todoke.shared.documents.rules.days import on_paper
from todoke.shared.documents.rules.numbers import Style, number_text


@pytest.mark.parametrize(
    ("style", "year", "number", "branch", "text"),
    [
        (Style.ERA, 2026, 12, 0, "8凪土第12号"),
        (Style.ERA, 2026, 12, 2, "8凪土第12号の2"),
        (Style.ERA, 2019, 1, 0, "元凪土第1号"),
        (Style.ERA, 2020, 1, 0, "2凪土第1号"),
        (Style.HYPHEN, 2026, 12, 0, "凪土-2026-12"),
        (Style.HYPHEN, 2026, 12, 1, "凪土-2026-12-1"),
    ],
)
def test_a_number_is_written_as_the_city_writes_it(style, year, number, branch, text):
    assert number_text(style, "凪土", year, number, branch) == text


@pytest.mark.parametrize(("year", "number", "branch"), [(2018, 1, 0), (2026, 0, 0), (2026, 1, -1)])
def test_a_number_that_cannot_be_is_refused(year, number, branch):
    with pytest.raises(ValueError, match="no such document number"):
        number_text(Style.ERA, "凪土", year, number, branch)


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2026, 12, 31), 2026), (date(2027, 1, 1), 2026)],
)
def test_the_fiscal_year_begins_on_1_april(day, year):
    assert fiscal_year_of(day) == year


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 21), "令和8年11月21日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1872, 12, 31), "1872年12月31日"),
    ],
)
def test_a_day_on_paper_stands_in_its_era(day, text):
    assert on_paper(day) == text


def test_each_fiscal_year_and_each_series_counts_for_itself(house):
    doboku, kankyo = Series.objects.get(key="doboku"), Series.objects.get(key="kankyo")

    with transaction.atomic():
        texts = [
            number_for(series, year, at=now()).text
            for series, year in ((doboku, 2026), (doboku, 2026), (kankyo, 2026), (doboku, 2027))
        ]

    assert texts == ["8凪土第1号", "8凪土第2号", "8凪環第1号", "9凪土第1号"]


def test_a_number_that_is_rolled_back_goes_to_the_next_one(house):
    series = Series.objects.get(key="doboku")

    with transaction.atomic():
        number_for(series, 2026, at=now())
        transaction.set_rollback(True)
    with transaction.atomic():
        number = number_for(series, 2026, at=now())

    assert number.number == 1
    assert DocumentNumber.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_number_is_given_inside_a_transaction_alone():
    with pytest.raises(transaction.TransactionManagementError):
        number_for(Series(), 2026, at=now())


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_get_numbers_without_gap_or_double_also_when_some_give_up():
    load_sample_city()
    series = Series.objects.get(key="doboku")
    start = threading.Barrier(8)

    def work(which: int) -> None:
        start.wait()
        for turn in range(12):
            try:
                with transaction.atomic():
                    number_for(series, 2026, at=now())
                    if (turn + which) % 3 == 0:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
        connection.close()

    threads = [threading.Thread(target=work, args=(which,)) for which in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    given = sorted(DocumentNumber.objects.values_list("number", flat=True))
    assert given == list(range(1, 8 * 8 + 1))


def test_branches_are_counted_from_two(house):
    with transaction.atomic():
        main = number_for(Series.objects.get(key="doboku"), 2026, at=now())
        branches = [branch_of(main, at=now()).text for _ in range(2)]

    assert branches == ["8凪土第1号の2", "8凪土第1号の3"]


class TestReserving:
    def test_names_what_for_and_waits(self, doboku, clerk):
        number = reserve(Series.objects.get(key="doboku"), "県への照会", viewer=clerk, at=now())

        assert (number.state, number.purpose, number.given_to_id) == (
            NumberState.RESERVED,
            "県への照会",
            clerk.account_id,
        )

    def test_in_march_takes_the_old_year(self, doboku, clerk):
        at = datetime(2026, 3, 31, 14, 59, tzinfo=UTC)

        number = reserve(Series.objects.get(key="doboku"), "照会", viewer=clerk, at=at)

        assert number.fiscal_year == 2025

    def test_at_midnight_in_japan_takes_the_new_year(self, doboku, clerk):
        at = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)

        number = reserve(Series.objects.get(key="doboku"), "照会", viewer=clerk, at=at)

        assert number.fiscal_year == 2026

    def test_needs_the_right_in_that_section_and_a_purpose(self, doboku, clerk):
        with pytest.raises(NotAllowed):
            reserve(Series.objects.get(key="kankyo"), "照会", viewer=clerk, at=now())
        with pytest.raises(ReasonMissing):
            reserve(Series.objects.get(key="doboku"), "　", viewer=clerk, at=now())

    def test_and_voiding_keeps_the_line_with_its_reason(self, doboku, clerk):
        number = reserve(Series.objects.get(key="doboku"), "照会", viewer=clerk, at=now())

        void(number, "照会を取りやめた", viewer=clerk, at=now())

        number.refresh_from_db()
        assert (number.state, number.void_reason) == (NumberState.VOIDED, "照会を取りやめた")
        with pytest.raises(NumberRefused):
            void(number, "もう一度", viewer=clerk, at=now())
        with pytest.raises(NumberRefused):
            use_reserved(number, section=doboku)

    def test_a_reserved_number_is_used_once_and_by_its_section(self, doboku, clerk):
        number = reserve(Series.objects.get(key="doboku"), "照会", viewer=clerk, at=now())

        with pytest.raises(NumberRefused):
            use_reserved(number, section=Series.objects.get(key="kankyo").section)
        assert use_reserved(number, section=doboku).state == NumberState.USED
        with pytest.raises(NumberRefused):
            use_reserved(number, section=doboku)

    def test_voiding_needs_right_and_reason(self, doboku, clerk):
        number = reserve(Series.objects.get(key="doboku"), "照会", viewer=clerk, at=now())

        with pytest.raises(ReasonMissing):
            void(number, "", viewer=clerk, at=now())
        with pytest.raises(NotAllowed):
            void(number, "理由", viewer=viewer_with("documents.numbers", section="koho"), at=now())


def test_the_database_gives_no_number_twice_and_deletes_none(house):
    series = Series.objects.get(key="doboku")
    with transaction.atomic():
        number = number_for(series, 2026, at=now())

    with pytest.raises(IntegrityError, match="document_number_is_given_once"), transaction.atomic():
        DocumentNumber.objects.create(series=series, fiscal_year=2026, number=1, text="x", given_at=now())
    with pytest.raises(Exception, match="voided, never deleted"), transaction.atomic():
        number.delete()
    with pytest.raises(Exception, match="stays so"), transaction.atomic():
        DocumentNumber.objects.filter(pk=number.pk).update(text="別の番号")
