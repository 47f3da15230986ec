"""Many at once: one after the other in number, none twice, none held back by another."""

import io
from dataclasses import replace

import pypdf
import pytest
from django.db import connection

from tests.shared.documents.conftest import viewer_with
from tests.shared.documents.orders import a_certificate
from todoke.base.clock import now
from todoke.shared.documents.actions import batch
from todoke.shared.documents.actions.batch import issue_many
from todoke.shared.documents.actions.issuing import issue_order
from todoke.shared.documents.actions.reading import paper_of
from todoke.shared.documents.actions.refusals import CannotIssueNow
from todoke.shared.documents.models import DocumentNumber, OfficialDocument


def test_a_batch_issues_each_once_names_what_it_refuses_and_goes_on_where_it_stopped(doboku, clerk, monkeypatch):
    monkeypatch.setattr(batch, "PIECE", 3)
    there = issue_order(a_certificate(2), section=doboku, viewer=clerk, at=now())
    orders = [a_certificate(number) for number in (1, 2, 3, 3, 4)]
    orders[4] = replace(orders[4], facts={**orders[4].facts, "degree": None})
    told = []

    progress = issue_many(
        orders, section=doboku, viewer=clerk, at=now(), workers=1, tell=lambda each: told.append(each.done)
    )
    again = issue_many(orders[:3], section=doboku, viewer=clerk, at=now(), workers=1)

    assert (progress.issued, progress.there_already) == (2, 2)
    assert [place for place, _why in progress.refused] == [4]
    assert "degree" in progress.refused[0][1]
    assert told == [3, 5]
    assert (again.issued, again.there_already) == (0, 3)
    assert sorted(DocumentNumber.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert OfficialDocument.objects.exclude(pk=there.pk).count() == 2
    paper = paper_of(OfficialDocument.objects.get(subject_key="3"))
    assert "試験 太郎3" in pypdf.PdfReader(io.BytesIO(paper)).pages[0].extract_text()


def test_a_piece_that_fails_gives_its_numbers_back(doboku, clerk, settings):
    settings.TIMESTAMPS = "http://127.0.0.1:9/"

    with pytest.raises(CannotIssueNow):
        issue_many([a_certificate(1)], section=doboku, viewer=clerk, at=now(), workers=1)

    assert not DocumentNumber.objects.exists()


def test_nothing_to_do_is_done_at_once(doboku, clerk):
    progress = issue_many([], section=doboku, viewer=viewer_with(), at=now(), workers=1)

    assert progress.done == 0
    assert connection.in_atomic_block
