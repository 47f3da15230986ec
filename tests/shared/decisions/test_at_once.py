"""Two people at the same instant, in two connections."""

import threading

import pytest
from django.db import connection

from tests.shared.decisions.offices import AT, draft, make_deputy, make_office, posting_of, viewer
from todoke.shared.decisions.actions.marking import decide, decide_for, mark, submit
from todoke.shared.decisions.actions.office import enter_absence
from todoke.shared.decisions.models import Decision
from todoke.shared.decisions.refusals import DecisionRefused
from todoke.shared.decisions.rules.values import Phase


@pytest.mark.django_db(transaction=True)
def test_the_decider_and_the_deputy_at_once_decide_once() -> None:
    people = make_office()
    make_deputy(("kankyo", "kacho"), ("kankyo", "kakaricho"))
    day = AT.date()
    chief = people["kacho"]
    enter_absence(posting_of(chief).pk, start_date=day, end_date=day, reason="trip", viewer=viewer(chief), at=AT)
    decision = draft(people)
    submit(decision.pk, revision=1, viewer=viewer(people["kusano"]), at=AT)
    mark(decision.pk, seat="kankyo/kakaricho", revision=2, viewer=viewer(people["kakari"]), at=AT)
    start, outcomes = threading.Barrier(2), []

    def click(act: object, who: str) -> None:
        somebody = viewer(people[who])
        start.wait(timeout=10)
        try:
            act(decision.pk, seat="kankyo/kacho", revision=3, viewer=somebody, at=AT)  # type: ignore[operator]
            outcomes.append("done")
        except DecisionRefused as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=each) for each in ((decide, "kacho"), (decide_for, "kakari"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(outcomes) == ["Stale", "done"]
    decision = Decision.objects.get(pk=decision.pk)
    assert decision.phase == Phase.DECIDED
    assert decision.marks.filter(kind__startswith="decide").count() == 1
