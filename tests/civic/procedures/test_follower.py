"""What goes on by itself: one filing that cannot go keeps back no other, and a person sees it."""

import pytest

from tests.civic.procedures.samples import TYPED
from todoke.base.clock import now
from todoke.base.rounds.errands import errands
from todoke.base.rounds.models import Stuck
from todoke.civic.procedures import follower
from todoke.civic.procedures.actions import following
from todoke.civic.procedures.actions.filing import Filer, begin, submit
from todoke.civic.procedures.models import Filing
from todoke.ground.people.rules import ANONYMOUS
from todoke.shared.casework.actions.acting import act
from todoke.shared.paperwork.actions.responses import Posted, take


@pytest.fixture
def three(version, clerk) -> list[Filing]:
    """Three filings whose cases have ended."""
    made = []
    for number in range(3):
        filing = begin(version, Filer(ANONYMOUS), at=now())
        take(filing.response, Posted(TYPED), at=now())
        submit(filing, submit_key=f"k{number}", viewer=ANONYMOUS, at=now())
        filing.refresh_from_db()
        act(filing.case.key, "accept", viewer=clerk, revision=filing.case.revision, at=now())
        made.append(filing)
    return made


def test_a_filing_that_cannot_be_settled_keeps_back_no_other_and_its_page_is_shown(three, monkeypatch):
    settle = following.settle

    def explode(filing, *, at):
        settle(filing, at=at)
        if filing.pk == three[1].pk:
            raise RuntimeError("planted")
        return True

    monkeypatch.setattr(follower.following, "settle", explode)

    assert follower.FOLLOWER.step() == 2

    assert list(Filing.objects.filter(settled_at__isnull=True)) == [three[1]]
    stuck = Stuck.objects.get()
    assert (stuck.errand, stuck.row) == ("procedures.settle", str(three[1].pk))
    assert errands[stuck.errand].page(stuck.row) == f"/desk/cases/{three[1].case.key}/"


def test_every_errand_is_known_to_whoever_shows_it(db):
    for errand in follower.ERRANDS:
        assert errands[errand.key] is errand
        assert errand.page("0") == ""
