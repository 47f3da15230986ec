"""A purge: what falls due, two people, the steps, the keys that go, and the certificate."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.ground.retention.conftest import MAY, write_letter
from todoke.base.backup.models import Setback
from todoke.ground.audit.models import Entry
from todoke.ground.files.models import Document
from todoke.ground.retention import keystore
from todoke.ground.retention.actions import custody, keys, purging
from todoke.ground.retention.actions.purging import (
    IsSettled,
    NotDue,
    NothingIsDue,
    SamePerson,
    WentBackInTime,
    approve_purge,
    carry_out,
    drop_purge,
    propose_purge,
    select,
)
from todoke.ground.retention.models import Custody, Gone, Hold, PeriodKey, PurgeCase, PurgeRun, Wrapping
from todoke.ground.retention.queries import falling_due, held_and_over, ready_to_purge, waiting_for_selection
from todoke.ground.retention.rules import hash_of_ids

pytestmark = pytest.mark.django_db

LAST_DAY = date(2032, 3, 31)
# One minute before, and the first minute of, 1 April 2032 in Japan.
NOT_YET = datetime(2032, 3, 31, 14, 59, tzinfo=UTC)
DUE = datetime(2032, 3, 31, 15, 0, tzinfo=UTC)


@pytest.fixture
def closed(schedule, letters) -> Custody:
    made = write_letter(1)
    return custody.close(made, date(2026, 5, 10))


def decided(at: datetime = DUE) -> PurgeRun:
    return approve_purge(propose_purge(by="one", at=at), by="two", at=at)


def purge(at: datetime = DUE) -> PurgeRun:
    run = decided(at)
    assert carry_out(run, at=at)
    run.refresh_from_db()
    return run


def test_nothing_is_due_on_the_last_day_and_all_of_it_on_the_next(closed):
    with pytest.raises(NothingIsDue):
        propose_purge(by="one", at=NOT_YET)

    run = propose_purge(by="one", at=DUE)

    assert [case.custody for case in run.cases.all()] == [closed]
    assert run.is_waiting


def test_the_preview_counts_by_type_and_class(closed, letters):
    custody.close(write_letter(2), date(2026, 5, 10))
    custody.close(custody.take(("test.unknown", 1), "y5", at=MAY), date(2026, 5, 10))

    told = [(line.target_type, line.count, line.can_go) for line in falling_due(date(2032, 4, 1))]

    assert told == [("test.letter", 2, True), ("test.unknown", 1, False)]
    assert falling_due(LAST_DAY) == []


def test_a_purge_takes_the_rows_the_files_and_the_keys(closed, settings):
    opened_under = Wrapping.objects.filter(custody=closed).values_list("period_id", flat=True)
    keys_before = set(opened_under)
    sealed = closed.seal(b"x", context=b"c")

    run = purge()

    gone = Custody.objects.get(pk=closed.pk)
    assert (gone.purged_at, gone.wrapped_key, gone.period) == (DUE, None, None)
    assert not Document.objects.exists()
    assert [path for path in settings.FILES_ROOT.rglob("*") if path.is_file()] == []
    assert len(keys_before) == 2
    assert all(keystore.is_gone(each) for each in keys_before)
    assert list(keystore.identifiers()) == []
    assert not Wrapping.objects.exists()
    assert run.cases.get().state == PurgeCase.State.PURGED
    with pytest.raises(Gone):
        gone.open(sealed, context=b"c")


def test_what_hung_on_the_same_keys_is_wrapped_anew_and_still_opens(closed):
    still_open = write_letter(2)
    held = custody.close(write_letter(3), date(2026, 5, 10))
    custody.hold(held, Hold.Reason.DISPUTE, why="第1号", until=None, by="one", at=MAY)
    sealed = {each.pk: each.seal(b"kept", context=b"c") for each in (still_open, held)}
    before = {each.pk: each.period_id for each in (still_open, held)}

    purge()

    for each in (still_open, held):
        now = Custody.objects.get(pk=each.pk)
        assert now.period_id != before[each.pk]
        assert keystore.is_gone(before[each.pk])
        assert now.open(sealed[each.pk], context=b"c") == b"kept"
    assert set(Wrapping.objects.values_list("custody_id", flat=True)) == {still_open.pk, held.pk}


def test_one_alone_does_not_decide(closed):
    run = propose_purge(by="one", at=DUE)

    with pytest.raises(SamePerson):
        approve_purge(run, by="one", at=DUE)

    assert not carry_out(run, at=DUE)
    assert Custody.objects.get(pk=closed.pk).purged_at is None
    with pytest.raises(IntegrityError, match="a_purge_is_decided_by_two"), transaction.atomic():
        PurgeRun.objects.filter(pk=run.pk).update(approved_by="one", approved_at=DUE)


def test_a_run_is_settled_once(closed):
    run = propose_purge(by="one", at=DUE)
    approve_purge(run, by="two", at=DUE)

    for act in (lambda: approve_purge(run, by="three", at=DUE), lambda: drop_purge(run, by="three", at=DUE)):
        with pytest.raises(IsSettled):
            act()


def test_what_was_dropped_falls_due_again(closed):
    run = propose_purge(by="one", at=DUE)
    with pytest.raises(NothingIsDue):
        propose_purge(by="two", at=DUE)

    drop_purge(run, by="two", at=DUE)

    run.refresh_from_db()
    assert (run.dropped_by, run.is_waiting, run.is_under_way) == ("two", False, False)
    assert run.cases.get().why == PurgeCase.Why.DROPPED
    assert list(ready_to_purge(date(2032, 4, 1))) == [closed]


@pytest.mark.parametrize(("until", "is_held"), [(None, True), (date(2032, 4, 1), True), (date(2032, 3, 31), False)])
def test_a_hold_stands_until_its_day_is_over(closed, until, is_held):
    custody.hold(closed, Hold.Reason.DISCLOSURE, why="第1号", until=until, by="one", at=MAY)

    assert (closed not in ready_to_purge(date(2032, 4, 1))) is is_held
    assert held_and_over(date(2032, 4, 1)).exists() is is_held


def test_a_lifted_hold_holds_nothing(closed):
    held = custody.hold(closed, Hold.Reason.OTHER, why="x", until=None, by="one", at=MAY)

    custody.lift(held, by="one", at=MAY)

    assert list(ready_to_purge(date(2032, 4, 1))) == [closed]


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (lambda it, box: custody.hold(it, Hold.Reason.AUDIT, why="x", until=None, by="one", at=DUE), "held"),
        (lambda it, box: custody.reopen(it), "not_due"),
        (lambda it, box: custody.change_class(it, "ever", by="one", why="x"), "not_due"),
        (lambda it, box: custody.change_class(it, "y10a", by="one", why="x"), "not_due"),
        (lambda it, box: box.trouble.add("1"), "trouble"),
        (lambda it, box: setattr(box, "target_type", "test.other"), "no_shredder"),
    ],
)
def test_what_changed_since_the_decision_is_left_and_said(closed, letters, meanwhile, why):
    other = custody.close(write_letter(2), date(2026, 5, 10))
    sealed = closed.seal(b"kept", context=b"c")
    run = decided()
    meanwhile(closed, letters)

    assert carry_out(run, at=DUE)

    left = run.cases.get(custody=closed)
    assert (left.state, left.why) == ("left", why)
    assert Custody.objects.get(pk=closed.pk).open(sealed, context=b"c") == b"kept"
    assert Document.objects.filter(name="letter-1").exists()
    run.refresh_from_db()
    assert json.loads(run.certificate)["left"][why] >= 1
    if why != "no_shredder":
        assert Custody.objects.get(pk=other.pk).purged_at == DUE


def test_a_class_of_the_archive_waits_for_its_selection(schedule, letters):
    made = custody.close(write_letter(1, "y10a"), date(2026, 5, 10))
    at = datetime(2037, 4, 1, tzinfo=UTC)
    today = date(2037, 4, 1)
    assert (list(waiting_for_selection(today)), list(ready_to_purge(today))) == ([made], [])

    select(made, Custody.Selection.HANDED_OVER, by="archivist", at=at)

    assert (list(waiting_for_selection(today)), list(ready_to_purge(today))) == ([], [made])
    assert Entry.objects.get(what="retention.selected").facts["after"] == {"selection": "handed_over"}
    run = decided(at)
    select(made, Custody.Selection.NONE, by="archivist", at=at)
    carry_out(run, at=at)
    assert run.cases.get().why == "no_selection"


def test_what_is_not_over_is_not_selected(closed):
    with pytest.raises(NotDue):
        select(closed, Custody.Selection.DELETE, by="archivist", at=NOT_YET)

    purge()
    with pytest.raises(NotDue):
        select(closed, Custody.Selection.DELETE, by="archivist", at=DUE)


def test_a_run_takes_so_many_the_oldest_first_and_goes_on_where_it_stopped(schedule, letters):
    made = [custody.close(write_letter(number), date(2026 + number, 5, 10)) for number in (2, 0, 1)]
    at = datetime(2040, 1, 1, tzinfo=UTC)

    run = approve_purge(propose_purge(by="one", at=at, limit=2), by="two", at=at)

    assert {case.custody for case in run.cases.all()} == {made[1], made[2]}
    assert not carry_out(run, at=at, limit=1)
    assert Custody.objects.exclude(purged_at=None).count() == 1
    assert carry_out(run, at=at, limit=1)
    assert carry_out(run, at=at, limit=1), "a finished run stays finished"
    assert Custody.objects.exclude(purged_at=None).count() == 2


def test_the_certificate_says_how_many_by_whom_and_nothing_of_anybody(closed):
    still_there = custody.close(write_letter(2), date(2026, 5, 10))
    custody.hold(still_there, Hold.Reason.DISPUTE, why="第1号", until=None, by="one", at=MAY)
    document = Document.objects.get(name="letter-1")
    periods = sorted(str(each) for each in Wrapping.objects.filter(custody=closed).values_list("period_id", flat=True))

    run = purge()

    told = json.loads(run.certificate)
    assert told["records"] == 1
    assert told["classes"] == {"y5": 1}
    assert told["proposed"] == {"by": "one", "at": DUE.isoformat()}
    assert told["approved"] == {"by": "two", "at": DUE.isoformat()}
    assert told["sha256_of_records"] == hash_of_ids([str(closed.pk)])
    assert told["keys_destroyed"] == periods
    assert told["left"] == {}
    assert [(line["model"], line["count"], line["fields"]) for line in told["gone"]] == [
        ("files on disk", 1, []),
        ("files.Document", 1, []),
    ]
    assert told["gone"][1]["sha256_of_ids"] == hash_of_ids([hash_of_ids([str(document.pk)])])
    assert hashlib.sha256(run.certificate.encode()).hexdigest() == run.certificate_sha256
    assert Entry.objects.get(what="retention.purged").facts["after"] == {"sha256": run.certificate_sha256}
    assert "letter-1" not in run.certificate


def test_nothing_goes_while_the_database_has_gone_back_in_time(closed):
    run = propose_purge(by="one", at=DUE)
    Setback.objects.create(
        kind="restored", found_at=DUE, went_back_to=MAY, seen_until=DUE, host="test", said=[], closed_by=""
    )

    for forbidden in (decided, lambda: approve_purge(run, by="two", at=DUE), lambda: carry_out(run, at=DUE)):
        with pytest.raises(WentBackInTime):
            forbidden()


class Killed(BaseException):
    """As kill -9: no handler of ours sees it."""


STEPS = (
    (purging, "_purge"),
    (purging, "_note_key"),
    (purging, "retire"),
    (purging, "_finish"),
    (purging, "purge_entries"),
    (keys, "_doom"),
    (keys, "_wrap_some_anew"),
    (keys, "_destroy_file"),
    (keys, "_write_down"),
    (keys, "note_wrapping"),
    (keystore, "_keep"),
    (keystore, "_burn"),
    (keystore, "_sync_folder"),
)


class Executioner:
    """Kills before or after the so many-th step."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int) -> None:
        self.at, self.count = at, 0
        for module, name in STEPS:
            patch.setattr(module, name, self.around(getattr(module, name)))

    def around(self, step):
        def stepped(*args, **kwargs):
            self.tick()
            done = step(*args, **kwargs)
            self.tick()
            return done

        return stepped

    def tick(self) -> None:
        self.count += 1
        if self.count == self.at:
            raise Killed


@pytest.mark.parametrize("first", range(1, 7))
def test_a_run_that_dies_between_any_two_steps_is_finished_by_the_next(first, schedule, letters):
    deaths = 0
    for at in range(first, 400, 6):
        with transaction.atomic():
            died = _story(at)
            transaction.set_rollback(True)
        if not died:
            break
        deaths += 1
    assert deaths >= 5
    assert not died, "there are more steps than were tried"


def _story(at: int) -> bool:
    """Two records purged and one kept under the same keys, with a death at step `at`; whether it came so far."""
    died = False
    number = at * 10
    goes = [custody.close(write_letter(number + each), date(2026, 5, 10)) for each in (1, 2)]
    stays = write_letter(number + 3)
    sealed = stays.seal(b"kept", context=b"c")
    before = set(PeriodKey.objects.filter(destroyed_at=None).values_list("pk", flat=True))
    run = decided()

    with pytest.MonkeyPatch.context() as patch:
        Executioner(patch, at)
        try:
            carry_out(run, at=DUE)
        except Killed:
            died = True
    assert carry_out(PurgeRun.objects.get(pk=run.pk), at=DUE)

    assert all(Custody.objects.get(pk=each.pk).purged_at == DUE for each in goes)
    assert Custody.objects.get(pk=stays.pk).open(sealed, context=b"c") == b"kept"
    assert all(keystore.is_gone(each) for each in before)
    assert not before & set(keystore.identifiers())
    told = json.loads(PurgeRun.objects.get(pk=run.pk).certificate)
    assert told["records"] == 2
    assert set(told["keys_destroyed"]) == {str(each) for each in before}
    assert {line["model"]: line["count"] for line in told["gone"]}["files.Document"] == 2
    assert keystore.fate(next(iter(before)), goes[0].pk) is not None
    return died


def test_tidying_destroys_past_keys_on_which_nothing_hangs(schedule, letters):
    closed = custody.close(write_letter(1), date(2026, 5, 10))
    opened_under = Wrapping.objects.exclude(period=closed.period).get().period_id
    sealed = closed.seal(b"kept", context=b"c")

    in_the_same_month = keys.tidy(at=MAY + timedelta(days=3))
    in_the_next = keys.tidy(at=MAY + timedelta(days=40))

    assert (in_the_same_month, in_the_next) == (0, 1)
    assert keystore.is_gone(opened_under)
    assert Custody.objects.get(pk=closed.pk).open(sealed, context=b"c") == b"kept"
    found = keystore.fate(opened_under, closed.pk)
    assert isinstance(found, keystore.Survivor)
    assert found.period == closed.period_id
    assert keys.tidy(at=MAY + timedelta(days=40)) == 0


def test_tidying_goes_on_with_a_key_that_was_doomed(schedule, letters):
    made = write_letter(1)
    PeriodKey.objects.update(doomed_at=MAY)

    assert keys.tidy(at=MAY) == 1

    assert keystore.is_gone(made.period_id)
    assert Custody.objects.get(pk=made.pk).period_id != made.period_id
