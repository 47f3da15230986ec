"""The register of attachments: what need not be brought, on what ground, and what was saved in which year."""

from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.sign_in import make_staff, sign_in
from todoke.base.clock import now
from todoke.civic.procedures.actions.filing import submit
from todoke.civic.procedures.models import Filing, Tally
from todoke.civic.procedures.queries.papers import Saving, left_out_by_year, papers_for_everybody, savings
from todoke.ground.people.rules import ANONYMOUS

COUNTED = {"channel": "web", "language": "ja", "level": 0}


@pytest.fixture(autouse=True)
def calm(db):
    cache.clear()


@pytest.fixture
def counter(town):
    return sign_in(Client(), make_staff(["procedures.count"], section="doboku"))


def text(answer):
    return answer.content.decode()


def count(version, month, *, brought, left_out, outcome=""):
    Tally.objects.create(
        procedure=version.procedure,
        month=month,
        outcome=outcome,
        filings=1,
        papers_brought=brought,
        papers_left_out=left_out,
        **COUNTED,
    )


def test_everybody_reads_what_need_not_be_brought_and_why(client, version):
    told = text(client.get(reverse("procedures-public:less-paper")))

    assert "配置図" in told
    assert "前の年の図面を市が持つ" in told
    assert "1種類の書類" in told


def test_a_paper_with_nothing_in_its_place_and_a_procedure_that_is_not_listed_stay_out(version):
    assert [paper.rule.question for paper in papers_for_everybody()] == ["plan"]

    version.procedure.is_listed = False
    version.procedure.save()

    assert papers_for_everybody() == []


def test_papers_are_counted_by_fiscal_year_and_once_for_each_filing(version):
    count(version, date(2026, 3, 1), brought=1, left_out=2)
    count(version, date(2026, 4, 1), brought=0, left_out=3)
    count(version, date(2026, 5, 1), brought=1, left_out=0)
    count(version, date(2026, 5, 1), brought=9, left_out=9, outcome="granted")

    found = savings([version.procedure_id])

    assert found == [Saving(2026, "stall", 1, 3), Saving(2025, "stall", 1, 2)]
    assert [line.share for line in found] == [75, 67]
    assert left_out_by_year(found) == [(2025, 2), (2026, 3)]
    assert Saving(2026, "stall", 0, 0).share == 0


def test_what_a_resident_leaves_out_is_saved(filled_in, counter):
    submit(Filing.objects.get(), submit_key="k", viewer=ANONYMOUS, at=now())

    told = text(counter.get(reverse("procedures:papers")))

    assert "これまでに1枚の書類を省略しました。" in told
    assert "<svg" in told
    assert "去年も出しましたか" in told


@pytest.mark.parametrize(
    ("file", "cells"),
    [("savings", ["2026", "屋台の出店", "1", "3", "75"]), ("papers", ["屋台の出店", "土木課", "配置図"])],
)
def test_the_register_and_its_numbers_are_files_too(version, counter, file, cells):
    count(version, date(2026, 4, 1), brought=1, left_out=3)

    answer = counter.get(reverse("procedures:papers"), {"file": file})

    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[: len(cells)] == cells
    assert answer.headers["Content-Disposition"].endswith('.csv"')


def test_another_section_counts_nothing_of_ours(version):
    count(version, date(2026, 4, 1), brought=1, left_out=3)
    other = sign_in(Client(), make_staff(["procedures.count"], section="kankyo"))

    told = text(other.get(reverse("procedures:papers")))

    assert "屋台の出店" not in told
    assert "まだ受付がありません。" in told
