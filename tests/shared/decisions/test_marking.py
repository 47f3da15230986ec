"""Papers on their way through an office, with the database."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.shared.decisions.offices import (
    AT,
    draft,
    make_deputy,
    make_office,
    make_person,
    make_route,
    posting_of,
    viewer,
)
from todoke.base import events
from todoke.ground.audit.models import Entry
from todoke.ground.people.models import Account, Posting
from todoke.shared.decisions.actions.drafting import amend
from todoke.shared.decisions.actions.marking import (
    TO_DRAFTER,
    decide,
    decide_for,
    drop,
    mark,
    pull_up,
    read,
    read_later,
    remand,
    submit,
    withdraw,
)
from todoke.shared.decisions.actions.office import enter_absence, hand_over, hand_over_draft, take_back_absence
from todoke.shared.decisions.actions.purging import purge
from todoke.shared.decisions.events import Decided, Dropped, ReadingDue, Remanded
from todoke.shared.decisions.models import Absence, Decision, Mark, ReadingTask, RouteVersion
from todoke.shared.decisions.queries import box_for, decisions_for, matter_of, stuck_decisions
from todoke.shared.decisions.refusals import (
    BadFacts,
    CommentMissing,
    NobodyThere,
    NotAllowed,
    NotOpenNow,
    Stale,
)
from todoke.shared.decisions.rules.values import Phase

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def people() -> dict[str, Account]:
    return make_office()


def step(act: object, decision: Decision, who: Account, **more: object) -> Decision:
    decision.refresh_from_db()
    return act(decision.pk, revision=decision.revision, viewer=viewer(who), at=AT, **more)  # type: ignore[operator, no-any-return]


def away(who: Account) -> Absence:
    return enter_absence(posting_of(who).pk, start_date=TODAY, end_date=TODAY, reason="trip", viewer=viewer(who), at=AT)


def test_a_small_amount_is_decided_by_the_section_chief_by_delegation(people: dict[str, Account]) -> None:
    decision = draft(people, 500_000)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["kakari"], seat="kankyo/kakaricho")

    step(decide, decision, people["kacho"], seat="kankyo/kacho")

    decision.refresh_from_db()
    assert (decision.phase, decision.decided_at) == (Phase.DECIDED, AT)
    assert [row.kind for row in decision.marks.all()] == ["submit", "approve", "decide-by-delegation"]
    assert [task.reading for task in decision.readings.all()] == ["informed"]


def test_a_large_amount_goes_to_the_mayor_past_the_concurrence_of_finance(people: dict[str, Account]) -> None:
    decision = draft(people, 20_000_000)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["kakari"], seat="kankyo/kakaricho")
    step(mark, decision, people["kacho"], seat="kankyo/kacho")
    step(mark, decision, people["zaisei"], seat="zaisei/kacho", comment="予算の範囲内です。")
    step(mark, decision, people["bucho"], seat="shimin-bu/bucho")

    step(decide, decision, people["shicho"], seat="shicho-shitsu/shicho")

    kinds = [row.kind for row in decision.marks.all()]
    assert kinds == ["submit", "approve", "approve", "concur", "approve", "decide"]
    assert decision.marks.get(kind="concur").comment == "予算の範囲内です。"


def test_a_deputy_decides_while_the_chief_is_away_who_reads_it_afterwards(people: dict[str, Account]) -> None:
    make_deputy(("kankyo", "kacho"), ("kankyo", "kakaricho"))
    decision = draft(people)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["kakari"], seat="kankyo/kakaricho")
    with pytest.raises(NotOpenNow):
        step(decide_for, decision, people["kakari"], seat="kankyo/kacho")
    away(people["kacho"])

    step(decide_for, decision, people["kakari"], seat="kankyo/kacho")

    row = decision.marks.get(kind="decide-for")
    assert (row.post.key, row.as_post.key, row.by_id) == ("kacho", "kakaricho", people["kakari"].pk)  # type: ignore[union-attr]
    task = decision.readings.get(reading="later")
    assert (task.post.key, task.read_at) == ("kacho", None)
    assert [found.decision for found, _acts in box_for(viewer(people["kacho"]), TODAY).to_read] == [decision]

    step(read, decision, people["kacho"], seat="kankyo/kacho")
    step(read, decision, people["kacho"], seat="kankyo/kacho")

    task.refresh_from_db()
    assert (task.read_at, task.read_by_id) == (AT, people["kacho"].pk)
    assert decision.marks.filter(kind="read").count() == 1


def test_a_reviewer_who_is_away_is_passed_over_and_reads_later(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])
    with pytest.raises(NotOpenNow):
        step(read_later, decision, people["kusano"], seat="kankyo/kakaricho")
    absence = away(people["kakari"])

    step(read_later, decision, people["kusano"], seat="kankyo/kakaricho")

    assert decision.readings.get().reading == "later"
    decision.refresh_from_db()
    assert decision.level == 1
    take_back_absence(absence.pk, viewer=viewer(people["kakari"]), at=AT)
    with pytest.raises(NotOpenNow):
        step(mark, decision, people["kakari"], seat="kankyo/kakaricho")


def test_a_higher_post_pulls_a_paper_up_and_decides(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])

    step(pull_up, decision, people["bucho"], seat="shimin-bu/bucho")
    step(decide, decision, people["bucho"], seat="shimin-bu/bucho")

    decision.refresh_from_db()
    assert decision.phase == Phase.DECIDED
    matter = matter_of(decision)
    assert sorted((each.kind, each.seat) for each in matter.paper.marks) == [
        ("decide-by-delegation", "shimin-bu/bucho"),
        ("pull-up", "kankyo/kacho"),
        ("pull-up", "kankyo/kakaricho"),
    ]
    assert decision.readings.filter(reading="later").count() == 2


def test_a_remand_to_a_level_restores_it(people: dict[str, Account]) -> None:
    decision = draft(people, 2_000_000)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["kakari"], seat="kankyo/kakaricho")
    before = matter_of(Decision.objects.get(pk=decision.pk)).paper
    step(mark, decision, people["kacho"], seat="kankyo/kacho")
    step(mark, decision, people["zaisei"], seat="zaisei/kacho")
    with pytest.raises(CommentMissing):
        step(remand, decision, people["bucho"], seat="shimin-bu/bucho", level=1, comment=" ")

    step(remand, decision, people["bucho"], seat="shimin-bu/bucho", level=1, comment="数量を確かめてください。")

    decision.refresh_from_db()
    assert matter_of(decision).paper == before
    assert decision.marks.count() == 5
    assert [found.decision for found, _acts in box_for(viewer(people["kacho"]), TODAY).to_mark] == [decision]


def test_a_remand_to_the_drafter_begins_a_new_round(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])
    step(remand, decision, people["kakari"], seat="kankyo/kakaricho", level=TO_DRAFTER, comment="見積書を付ける")
    decision.refresh_from_db()
    assert decision.phase == Phase.DRAFTING
    assert [each.decision for each in box_for(viewer(people["kusano"]), TODAY).drafts] == [decision]

    step(submit, decision, people["kusano"])

    decision.refresh_from_db()
    assert (decision.phase, decision.round, decision.level) == (Phase.CIRCULATING, 2, 0)


def test_a_changed_amount_makes_the_marks_fall_and_changes_the_decider(people: dict[str, Account]) -> None:
    decision = draft(people, 500_000)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["kakari"], seat="kankyo/kakaricho")

    step(
        amend,
        decision,
        people["kusano"],
        title=decision.title,
        body="台数を増やします。",
        facts={"amount": 20_000_000},
        comment="台数の変更",
    )

    decision.refresh_from_db()
    assert (decision.phase, decision.round, decision.content, decision.level) == (Phase.CIRCULATING, 2, 2, 0)
    assert matter_of(decision).paper.marks == frozenset()
    assert [row.kind for row in decision.marks.all()] == ["submit", "approve", "amend"]
    deciding = decision.steps.get(round=2, is_deciding=True)
    assert deciding.post.key == "shicho"
    assert [content.facts["amount"] for content in decision.contents.all()] == [500_000, 20_000_000]


def test_a_second_click_does_nothing_more_and_an_old_page_is_refused(people: dict[str, Account]) -> None:
    decision = draft(people)
    shown = decision.revision
    submit(decision.pk, revision=shown, viewer=viewer(people["kusano"]), at=AT)

    submit(decision.pk, revision=shown, viewer=viewer(people["kusano"]), at=AT)

    assert decision.marks.count() == 1
    with pytest.raises(Stale):
        mark(decision.pk, seat="kankyo/kakaricho", revision=shown, viewer=viewer(people["kakari"]), at=AT)


def test_somebody_with_two_posts_marks_once_for_each(people: dict[str, Account]) -> None:
    Posting.objects.filter(staff__account=people["kacho"]).delete()
    Posting.objects.filter(staff__account=people["kakari"]).delete()
    both = make_person("ryoho", "両 兼人", [("kankyo", "kacho"), ("kankyo", "kakaricho")])
    decision = draft(people)
    step(submit, decision, people["kusano"])
    with pytest.raises(NotOpenNow):
        step(decide, decision, both, seat="kankyo/kacho")

    step(mark, decision, both, seat="kankyo/kakaricho")
    step(decide, decision, both, seat="kankyo/kacho")

    assert [(row.kind, row.as_post.key) for row in decision.marks.all()[1:]] == [  # type: ignore[union-attr]
        ("approve", "kakaricho"),
        ("decide-by-delegation", "kacho"),
    ]


def test_nobody_decides_what_their_own_post_drafted(people: dict[str, Account]) -> None:
    from_chief = draft({**people, "kusano": people["kacho"]})
    step(submit, from_chief, people["kacho"])
    step(mark, from_chief, people["kakari"], seat="kankyo/kakaricho")

    assert [found.decision for found, _acts in box_for(viewer(people["bucho"]), TODAY).to_decide] == [from_chief]
    with pytest.raises(NotOpenNow):
        step(decide, from_chief, people["kacho"], seat="kankyo/kacho")


def test_the_drafter_withdraws_and_drops_and_nothing_follows(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])
    step(withdraw, decision, people["kusano"], comment="日程が変わったため")
    step(drop, decision, people["kusano"], comment="購入をやめたため")

    decision.refresh_from_db()
    assert (decision.phase, decision.dropped_at) == (Phase.DROPPED, AT)
    with pytest.raises(NotOpenNow):
        step(submit, decision, people["kusano"])
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(phase="circulating")


def test_the_decider_refuses_for_good(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["kakari"], seat="kankyo/kakaricho")

    step(drop, decision, people["kacho"], seat="kankyo/kacho", comment="今年度は行わない")

    decision.refresh_from_db()
    assert decision.phase == Phase.DROPPED


def test_the_database_keeps_marks_wordings_and_routes(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])

    for rows in (Mark.objects.all(), decision.contents.all(), RouteVersion.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Mark.objects.update(comment="別の意見")


def test_the_database_refuses_a_second_deciding_mark(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["kakari"], seat="kankyo/kakaricho")
    step(decide, decision, people["kacho"], seat="kankyo/kacho")
    made = decision.marks.get(kind="decide-by-delegation")

    made.pk, made.number, made.kind = None, 99, "decide"
    with pytest.raises(DatabaseError, match="decision_is_decided_once"), transaction.atomic():
        made.save(force_insert=True)


def test_only_those_on_the_way_see_a_paper(people: dict[str, Account]) -> None:
    stranger = make_person("yosono", "余所野 人", [("zaisei", "shuji")])
    manager = make_person("kanri", "管理 人", [("somu", "shuji")], rights=("decisions.manage",))
    outsider = make_person("soto", "外 人", [("kankyo", "kacho")], rights=("notices.read",))
    decision = draft(people)
    step(submit, decision, people["kusano"])

    seen = {name: decisions_for(viewer(people[name]), TODAY).exists() for name in people}
    assert seen == {"kusano": True, "kakari": True, "kacho": True, "bucho": True, "shicho": True, "somu": True} | {
        "zaisei": False
    }
    assert not decisions_for(viewer(stranger), TODAY).exists()
    assert not decisions_for(viewer(outsider), TODAY).exists()
    assert decisions_for(viewer(manager), TODAY).exists()
    with pytest.raises(NotOpenNow):
        step(mark, decision, stranger, seat="kankyo/kakaricho")
    with pytest.raises(NotAllowed):
        step(mark, decision, outsider, seat="kankyo/kacho")


def test_the_queue_follows_the_post(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])
    Posting.objects.filter(staff__account=people["kakari"]).update(end_date=TODAY - timedelta(days=1))

    assert [(each.decision, each.seats) for each in stuck_decisions(TODAY)] == [(decision, ("kankyo/kakaricho",))]

    assert [each.since for each in stuck_decisions(TODAY)] == [decision.marks.latest("number").made_at]
    new = make_person("shin", "新 任", [("kankyo", "kakaricho")])
    assert stuck_decisions(TODAY) == []
    step(mark, decision, new, seat="kankyo/kakaricho")


def test_what_would_be_stuck_is_shown_before_and_handed_over(people: dict[str, Account]) -> None:
    manager = make_person("kanri", "管理 人", [("somu", "shuji")], rights=("decisions.manage",))
    make_deputy(("kankyo", "kakaricho"), ("kankyo", "shuji"), may_decide=False)
    decision = draft(people)
    step(submit, decision, people["kusano"])
    ended = frozenset({posting_of(people["kakari"]).pk})
    assert stuck_decisions(TODAY) == []
    assert len(stuck_decisions(TODAY, ended=ended)) == 1
    with pytest.raises(NotAllowed):
        hand_over("kankyo/kakaricho", "zaisei/kacho", viewer=viewer(people["kacho"]), at=AT, why="課の統合")

    moved = hand_over("kankyo/kakaricho", "zaisei/kacho", viewer=viewer(manager), at=AT, why="課の統合")

    assert moved == 1
    assert stuck_decisions(TODAY, ended=ended) == []
    step(mark, decision, people["zaisei"], seat="zaisei/kacho")


def test_two_concurring_sections_that_merge_concur_once(people: dict[str, Account]) -> None:
    manager = make_person("kanri", "管理 人", [("somu", "shuji")], rights=("decisions.manage",))
    seats = [{"section": "zaisei", "post": "kacho"}, {"section": "somu", "post": "kacho"}]
    route = make_route(
        {
            "title": "二課の合議",
            "levels": [
                {"key": "both", "function": "concur", "seats": seats},
                {"key": "kacho", "seats": [{"section": "drafter", "post": "kacho"}]},
            ],
            "deciding": [{"level": "kacho"}],
        },
        "both",
    )
    decision = draft(people, route=route)
    step(submit, decision, people["kusano"])
    step(mark, decision, people["zaisei"], seat="zaisei/kacho")

    hand_over("somu/kacho", "zaisei/kacho", viewer=viewer(manager), at=AT, why="課の統合")

    decision.refresh_from_db()
    assert decision.level == 1
    assert [found.decision for found, _acts in box_for(viewer(people["kacho"]), TODAY).to_decide] == [decision]


def test_a_missing_fact_is_refused_and_a_missing_post_is_named(people: dict[str, Account]) -> None:
    with pytest.raises(BadFacts) as refused:
        draft(people, amount=None)  # type: ignore[arg-type]
    assert (refused.value.field, "金額" in str(refused.value)) == ("fact_amount", True)

    decision = draft(people, amount=20_000_000)
    Posting.objects.filter(staff__account=people["shicho"]).delete()
    with pytest.raises(NobodyThere, match="shicho-shitsu/shicho"):
        step(submit, decision, people["kusano"])


def test_every_act_is_recorded_without_the_words_of_the_paper(people: dict[str, Account]) -> None:
    decision = draft(people)
    step(submit, decision, people["kusano"])
    step(remand, decision, people["kakari"], seat="kankyo/kakaricho", level=-1, comment="あて名を直してください")

    entries = list(Entry.objects.filter(what__startswith="decisions.").order_by("pk"))
    whats = [entry.what for entry in entries]
    assert whats == ["decisions.route-published", "decisions.begun", "decisions.submit", "decisions.remand"]
    assert not any("防鳥ネット" in entry.payload or "あて名" in entry.payload for entry in entries)


def test_news_is_told(
    people: dict[str, Account], django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    for kind in (Decided, Remanded, Dropped, ReadingDue):
        monkeypatch.setitem(events._listeners, kind, [told.append])
    decision = draft(people, subject=("festival.licence", 7))

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        step(submit, decision, people["kusano"])
        step(remand, decision, people["kakari"], seat="kankyo/kakaricho", level=-1, comment="直す")
        step(submit, decision, people["kusano"])
        step(mark, decision, people["kakari"], seat="kankyo/kakaricho")
        step(decide, decision, people["kacho"], seat="kankyo/kacho")

    subject = ("festival.licence", "7")
    assert told == [
        Remanded(decision.pk, subject, to_drafter=True),
        ReadingDue(decision.pk, "somu", "kacho", "informed"),
        Decided(decision.pk, subject),
    ]
    assert ReadingTask.objects.count() == 1


def test_a_paper_goes_as_a_whole_when_its_time_is_over_and_never_before(people: dict[str, Account]) -> None:
    decision = draft(people)
    other = draft(people)
    step(submit, decision, people["kusano"])
    with pytest.raises(NotOpenNow):
        purge(decision.pk, by="test", why="文書管理規程 5年保存")
    step(drop, decision, people["kusano"], comment="購入をやめたため")
    with pytest.raises(ValueError, match="names the rule"):
        purge(decision.pk, by="test", why=" ")

    gone = purge(decision.pk, by="test", why="文書管理規程 5年保存")

    assert (gone.contents, gone.marks, gone.documents) == (1, 2, ())
    assert list(Decision.objects.all()) == [other]
    assert not Mark.objects.filter(decision=decision.pk).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        other.contents.all().delete()


def test_a_drafters_new_wording_before_it_circulates_makes_nothing_fall(people: dict[str, Account]) -> None:
    decision = draft(people)

    step(amend, decision, people["kusano"], title="網の購入", body="伺います。", facts={"amount": 700_000})

    decision.refresh_from_db()
    assert (decision.title, decision.phase, decision.content, decision.round) == ("網の購入", Phase.DRAFTING, 2, 0)
    with pytest.raises(NotAllowed):
        step(amend, decision, people["kacho"], title="別", body="別", facts={"amount": 1})


def test_a_draft_whose_post_is_no_more_is_given_to_another(people: dict[str, Account]) -> None:
    manager = make_person("kanri", "管理 人", [("somu", "shuji")], rights=("decisions.manage",))
    decision = draft(people)
    Posting.objects.filter(staff__account=people["kusano"]).update(end_date=TODAY - timedelta(days=1))
    assert [each.seats for each in stuck_decisions(TODAY)] == [("kankyo/shuji",)]
    new = posting_of(people["kakari"]).pk
    with pytest.raises(NotAllowed):
        hand_over_draft(decision.pk, new, viewer=viewer(people["kakari"]), at=AT, why="異動")

    hand_over_draft(decision.pk, new, viewer=viewer(manager), at=AT, why="異動")

    assert stuck_decisions(TODAY) == []
    step(submit, decision, people["kakari"])
    assert decision.steps.filter(is_open=True).get().post.key == "kacho"
