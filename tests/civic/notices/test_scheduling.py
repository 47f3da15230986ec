"""What waits for its time: sent once when it comes, and put before a person where it was missed."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections

from tests.civic.notices.conftest import DAY, HOUR, MORNING
from todoke.base.backup.registry import Loss, after_restore
from todoke.base.doctor import Verdict
from todoke.base.registry import Registry
from todoke.civic.notices import clockwork
from todoke.civic.notices.actions import deciding, scheduling
from todoke.civic.notices.actions.refusals import BadSchedule
from todoke.civic.notices.actions.restored import Schedules
from todoke.civic.notices.actions.scheduling import release_due
from todoke.civic.notices.actions.writing import drop_notice
from todoke.civic.notices.checkup import ScheduleCheck
from todoke.civic.notices.clockwork import CLOCKWORK
from todoke.civic.notices.models import Notice, NoticeState
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.actions import release
from todoke.shared.messaging.actions.release import NotTheirPlace
from todoke.shared.messaging.models import Delivery, Destination, Edition

AFTERNOON = MORNING + 6 * HOUR


def test_an_approved_notice_waits_for_its_time_and_then_goes_out_once(scheduled):
    notice = scheduled()

    before = release_due(at=AFTERNOON - HOUR)
    on_time = release_due(at=AFTERNOON)
    after = release_due(at=AFTERNOON + HOUR)

    notice.refresh_from_db()
    assert (before, on_time, after) == ([], [notice.pk], [])
    assert (notice.state, notice.edition.sent_at, Edition.objects.count()) == ("released", AFTERNOON, 1)
    assert Entry.objects.get(what="notices.released-on-time").actor == "notices"


def test_a_backup_of_last_week_sends_none_of_its_old_schedules(scheduled):
    notices = [scheduled(), scheduled(send_at=MORNING + DAY), scheduled(send_at=MORNING + 9 * DAY)]

    released = release_due(at=MORNING + 7 * DAY)

    assert released == []
    assert Delivery.objects.count() == 0
    assert list(Notice.objects.order_by("pk").values_list("state", flat=True)) == ["returned", "returned", "scheduled"]
    missed = Notice.objects.get(pk=notices[0].pk)
    assert missed.return_reason.startswith("予約した時刻を3時間以上過ぎたため、発信しませんでした。")
    assert (missed.returned_by_id, missed.approved_by_id) == (None, None)


def test_a_schedule_missed_by_a_short_outage_is_made_up(scheduled):
    notice = scheduled()

    assert release_due(at=AFTERNOON + 3 * HOUR) == [notice.pk]


def loss(*, is_tail: bool = False, found_at=MORNING + HOUR) -> Loss:
    return Loss(number=1, found_at=found_at, went_back_to=MORNING, seen_until=found_at, is_tail=is_tail)


def test_a_restored_database_puts_every_schedule_before_its_writers(scheduled):
    notice = scheduled()

    said = Schedules().set_aside(loss())

    notice.refresh_from_db()
    assert (notice.state, notice.approved_by_id) == (NoticeState.RETURNED, None)
    assert notice.return_reason.startswith("2026年11月20日09時00分の状態に復元したため、予約を止めました。")
    assert "1件" in said
    assert release_due(at=AFTERNOON) == []
    assert Schedules().set_aside(loss()) == ""


def test_a_failover_that_lost_the_last_moments_leaves_alone_what_is_still_to_come(scheduled):
    later, now = scheduled(send_at=MORNING + 2 * HOUR), scheduled(send_at=MORNING + HOUR)

    Schedules().set_aside(loss(is_tail=True))

    assert Notice.objects.get(pk=now.pk).state == NoticeState.RETURNED
    assert release_due(at=MORNING + 2 * HOUR) == [later.pk]


def test_what_was_scheduled_after_the_loss_is_left_alone(scheduled):
    notice = scheduled()

    Schedules().set_aside(loss(found_at=MORNING - HOUR))

    assert release_due(at=AFTERNOON) == [notice.pk]
    assert "notices.schedules" in after_restore


def test_what_the_ledger_refuses_at_its_time_comes_back_with_the_reason(scheduled):
    notice = scheduled()
    Destination.objects.filter(key="page").update(is_active=False)

    release_due(at=AFTERNOON)

    notice.refresh_from_db()
    assert notice.state == NoticeState.RETURNED
    assert notice.return_reason == (
        "予約した時刻に発信できませんでした。"
        "送り先「配信先 page」には、この地域のお知らせを送れません。送り先から外してください。"
    )
    assert Edition.objects.count() == 0


def test_one_notice_that_breaks_holds_up_no_other(scheduled, monkeypatch, caplog):
    broken, sound = scheduled(), scheduled(send_at=AFTERNOON + HOUR)
    send = deciding.send

    def explode(notice, at):
        if notice.pk == broken.pk:
            raise RuntimeError("planted")
        return send(notice, at)

    monkeypatch.setattr(scheduling, "send", explode)

    assert release_due(at=AFTERNOON + HOUR) == [sound.pk]
    assert "rounds.row-failed" in caplog.text
    assert Notice.objects.get(pk=broken.pk).state == NoticeState.SCHEDULED


def test_a_worker_that_dies_in_between_has_done_nothing(scheduled, monkeypatch):
    notice = scheduled()
    monkeypatch.setattr(scheduling, "record", lambda *_arguments, **_facts: (_ for _ in ()).throw(SystemExit))

    with pytest.raises(SystemExit):
        release_due(at=AFTERNOON)

    assert (Edition.objects.count(), Notice.objects.get(pk=notice.pk).state) == (0, "scheduled")
    monkeypatch.undo()
    assert release_due(at=AFTERNOON) == [notice.pk]


def test_a_schedule_that_was_taken_back_or_dropped_is_not_sent(office, scheduled):
    taken, dropped, returned = scheduled(), scheduled(), scheduled()
    deciding.take_back(taken.pk, viewer=office.writer, at=MORNING)
    drop_notice(dropped.pk, reason="中止", viewer=office.writer, at=MORNING)
    deciding.return_notice(returned.pk, reason="時刻を確認", viewer=office.second, at=MORNING)

    assert release_due(at=AFTERNOON) == []
    assert Notice.objects.get(pk=taken.pk).approved_by_id is None


def test_an_approval_that_comes_a_little_late_sends_at_once_and_one_much_later_asks(office, submitted):
    soon, much = submitted(send_at=MORNING + HOUR), submitted(send_at=MORNING + HOUR)

    edition = deciding.approve(soon.pk, revision=soon.revision, viewer=office.approver, at=MORNING + 2 * HOUR)
    with pytest.raises(BadSchedule):
        deciding.approve(much.pk, revision=much.revision, viewer=office.approver, at=MORNING + 5 * HOUR)

    assert edition is not None
    assert Edition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_release_each_notice_once(scheduled):
    notices = [scheduled() for _ in range(4)]
    together = threading.Barrier(3)
    came: list[int] = []

    def work():
        together.wait(timeout=10)
        try:
            came.extend(release_due(at=AFTERNOON))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    came.extend(release_due(at=AFTERNOON))

    assert sorted(came) == sorted(notice.pk for notice in notices)
    assert Edition.objects.count() == len(notices)


def test_the_clockwork_looks_and_ends_when_it_is_told(monkeypatch):
    stop, looked = threading.Event(), []

    def look(*, at):
        looked.append(at)
        stop.set()

    monkeypatch.setattr(clockwork, "release_due", look)

    CLOCKWORK.run("normal", stop)

    assert len(looked) == 1
    assert CLOCKWORK.lanes == {"normal"}


@pytest.mark.parametrize(
    ("waited", "verdict"), [(timedelta(minutes=2, seconds=-1), Verdict.OK), (timedelta(minutes=2), Verdict.FAILURE)]
)
def test_the_doctor_sees_a_schedule_that_nobody_takes_up(scheduled, waited, verdict):
    scheduled()

    with time_machine.travel(AFTERNOON + waited, tick=False):
        finding = ScheduleCheck().run()

    assert finding.verdict is verdict
    assert ("1件" in finding.says) is (verdict is Verdict.FAILURE)


def test_an_account_on_which_neither_of_the_two_may_speak_is_told_at_the_approval_and_not_at_the_hour(
    office, submitted, monkeypatch
):
    gates = Registry("tests.gates")
    gates.register(ShutGate())
    monkeypatch.setattr(release, "gates", gates)
    notice = submitted(send_at=AFTERNOON)

    with pytest.raises(NotTheirPlace, match="この課は投稿できません。"):
        deciding.approve(notice.pk, revision=notice.revision, viewer=office.approver, at=MORNING)

    notice.refresh_from_db()
    assert notice.state == NoticeState.SUBMITTED


class ShutGate:
    """Lets nobody through."""

    key = "tests.shut"

    def objections(self, passage):
        return ["この課は投稿できません。"] if passage.lane == "normal" else []
