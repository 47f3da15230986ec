"""Taking a record into custody, closing it, opening it again, and the keys that follow."""

import stat
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from tests.ground.retention.conftest import MAY
from todoke.base.sealing import CannotOpen
from todoke.ground.audit.models import Entry
from todoke.ground.retention import keystore
from todoke.ground.retention.actions import custody
from todoke.ground.retention.actions.custody import AlreadyInCustody, NotClosed, UnknownClass
from todoke.ground.retention.actions.periods import StoreIsAway
from todoke.ground.retention.models import Custody, Gone, Hold, PeriodKey, Wrapping
from todoke.ground.retention.queries import custody_of

pytestmark = pytest.mark.django_db


def fresh(given: Custody) -> Custody:
    return Custody.objects.get(pk=given.pk)


def test_what_is_sealed_opens_with_the_same_record_and_context_alone(taken):
    other = custody.take(("test.letter", 2), "y5", at=MAY)

    sealed = taken.seal("花子".encode(), context=b"answer")

    assert "花子".encode() not in sealed
    assert fresh(taken).open(sealed, context=b"answer") == "花子".encode()
    assert taken.seal(b"x", context=b"c") != taken.seal(b"x", context=b"c")
    for wrong, context in ((other, b"answer"), (taken, b"other")):
        with pytest.raises(CannotOpen):
            wrong.open(sealed, context=context)


@pytest.mark.parametrize("place", [0, 1, 14, -1])
def test_an_altered_value_does_not_open(taken, place):
    sealed = bytearray(taken.seal(b"plain", context=b"c"))
    sealed[place] ^= 1

    with pytest.raises(CannotOpen):
        taken.open(bytes(sealed), context=b"c")


@pytest.mark.parametrize("rubbish", [b"", b"\x02", b"\x02short"])
def test_what_was_never_sealed_does_not_open(taken, rubbish):
    with pytest.raises(CannotOpen):
        taken.open(rubbish, context=b"c")


def test_records_of_one_month_share_a_period_key_and_none_their_own(taken):
    other = custody.take(("test.letter", 2), "y3", at=MAY + timedelta(days=20))
    # 1 June in Japan, still 31 May in UTC.
    june = custody.take(("test.letter", 3), "y3", at=datetime(2026, 5, 31, 15, 0, tzinfo=UTC))

    assert taken.period == other.period
    assert (taken.period.label, june.period.label) == ("2026-05", "2026-06")
    assert taken.data_key() != other.data_key()
    assert len(taken.data_key()) == 32


def test_a_key_lies_in_the_store_for_its_owner_alone_and_sealed(taken, key_store):
    path = key_store / f"{taken.period_id}.key"
    _about, secret = keystore.read(taken.period_id)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_store.stat().st_mode) == 0o700
    assert secret not in path.read_bytes()
    assert secret not in bytes(taken.wrapped_key)


def test_closing_counts_the_last_day_and_hangs_the_key_on_class_and_day(taken):
    sealed = taken.seal(b"kept", context=b"c")
    before = taken.period_id

    custody.close(taken, date(2026, 5, 10))

    assert taken.expires_on == date(2032, 3, 31)
    assert fresh(taken).expires_on == date(2032, 3, 31)
    assert (taken.period.kind, taken.period.label, taken.period.retention_class) == ("kept", "2032-03-31", "y5")
    assert fresh(taken).open(sealed, context=b"c") == b"kept"
    assert taken.open(sealed, context=b"c") == b"kept"
    assert set(Wrapping.objects.filter(custody=taken).values_list("period_id", flat=True)) == {
        before,
        taken.period_id,
    }


@pytest.mark.parametrize(("day", "over"), [(date(2032, 3, 31), False), (date(2032, 4, 1), True)])
def test_a_record_may_go_on_1_april_and_not_the_day_before(taken, day, over):
    custody.close(taken, date(2026, 5, 10))

    assert taken.is_over_on(day) is over


def test_what_is_kept_for_good_is_never_over(schedule):
    taken = custody.take(("test.letter", 9), "ever", at=MAY)

    custody.close(taken, date(2026, 5, 10))

    assert taken.expires_on is None
    assert taken.period.label == "permanent"
    assert not taken.is_over_on(date(2999, 1, 1))


def test_a_record_that_is_opened_again_has_no_last_day_until_it_is_closed_anew(taken):
    opened_under = taken.period_id
    sealed = taken.seal(b"kept", context=b"c")
    custody.close(taken, date(2026, 5, 10))

    custody.reopen(taken)
    while_open = (taken.is_open, taken.expires_on, taken.period_id)
    custody.close(taken, date(2027, 4, 1))

    assert while_open == (True, None, opened_under)
    assert taken.expires_on == date(2033, 3, 31)
    assert fresh(taken).open(sealed, context=b"c") == b"kept"
    assert Wrapping.objects.filter(custody=taken).count() == 3


def test_an_open_record_is_not_opened_again(taken):
    with pytest.raises(NotClosed):
        custody.reopen(taken)


def test_another_class_counts_anew_and_says_so_in_the_record(taken):
    custody.close(taken, date(2026, 5, 10))

    custody.change_class(taken, "y3", by="test", why="分類の見直し")

    assert fresh(taken).expires_on == date(2030, 3, 31)
    assert taken.retention_class.code == "y3"
    entry = Entry.objects.get(what="retention.class-changed")
    assert entry.facts["before"] == {"class": "y5"}
    assert entry.facts["after"] == {"class": "y3"}
    assert entry.facts["why"] == "分類の見直し"


def test_an_open_record_changes_its_class_and_keeps_its_key(taken):
    before = taken.period_id

    custody.change_class(taken, "y3", by="test", why="分類の見直し")

    assert (taken.period_id, taken.expires_on) == (before, None)


def test_a_record_is_taken_once_and_found(taken):
    with pytest.raises(AlreadyInCustody), transaction.atomic():
        custody.take(("test.letter", 1), "y3", at=MAY)

    assert custody_of(("test.letter", 1)) == taken
    assert custody_of(("test.letter", 2)) is None


def test_a_class_that_the_city_does_not_have_is_named(schedule):
    with pytest.raises(UnknownClass) as refused:
        custody.take(("test.letter", 1), "y99", at=MAY)

    assert refused.value.code == "y99"
    assert "retention.toml" in str(refused.value.sentence)


def test_a_hold_is_written_down_and_lifted_once(taken):
    made = custody.hold(taken, Hold.Reason.DISPUTE, why=" 令和8年(行ウ)第1号 ", until=None, by="test", at=MAY)

    custody.lift(made, by="other", at=MAY + timedelta(days=1))
    custody.lift(made, by="third", at=MAY + timedelta(days=2))

    made.refresh_from_db()
    assert (made.why, made.held_by, made.lifted_by) == ("令和8年(行ウ)第1号", "test", "other")
    assert made.lifted_at == MAY + timedelta(days=1)
    assert list(Entry.objects.order_by("id").values_list("what", flat=True)) == [
        "retention.held",
        "retention.hold-lifted",
    ]


def purged(taken: Custody, at: datetime) -> None:
    Custody.objects.filter(pk=taken.pk).update(purged_at=at, wrapped_key=None, period=None)


def test_what_was_purged_neither_opens_nor_closes(taken):
    sealed = taken.seal(b"kept", context=b"c")
    custody.close(taken, date(2026, 5, 10))

    purged(taken, datetime(2032, 3, 31, 15, 0, tzinfo=UTC))  # 1 April in Japan

    with pytest.raises(Gone) as refused:
        fresh(taken).open(sealed, context=b"c")
    assert refused.value.purged_at == datetime(2032, 3, 31, 15, 0, tzinfo=UTC)
    for act in (
        lambda: fresh(taken).seal(b"x", context=b"c"),
        lambda: custody.close(taken, date(2026, 5, 11)),
        lambda: custody.reopen(taken),
        lambda: custody.hold(taken, Hold.Reason.OTHER, why="x", until=None, by="test", at=MAY),
    ):
        with pytest.raises(Gone):
            act()


@pytest.mark.parametrize("at", [datetime(2032, 3, 31, 14, 59, tzinfo=UTC), MAY])
def test_the_database_refuses_a_purge_before_the_last_day_is_over(taken, at):
    custody.close(taken, date(2026, 5, 10))

    with pytest.raises(IntegrityError, match="nothing_goes_before_its_last_day"), transaction.atomic():
        purged(taken, at)


def test_the_database_refuses_a_purge_of_what_is_open(taken):
    with pytest.raises(IntegrityError, match="nothing_goes_before_its_last_day"), transaction.atomic():
        purged(taken, datetime(2090, 1, 1, tzinfo=UTC))


def test_a_store_that_has_gone_away_is_not_begun_anew(taken, key_store, schedule):
    key_store.rename(key_store.with_name("elsewhere"))

    with pytest.raises(StoreIsAway), transaction.atomic():
        custody.take(("test.letter", 5), "y5", at=MAY + timedelta(days=60))
    with pytest.raises(keystore.KeyIsMissing):
        fresh(taken).open(b"\x02", context=b"c")
    assert not key_store.exists()


def test_a_destroyed_key_reads_as_gone(taken):
    sealed = taken.seal(b"kept", context=b"c")

    keystore.destroy(taken.period_id, {}, on=date(2026, 6, 1))

    with pytest.raises(Gone):
        fresh(taken).open(sealed, context=b"c")


def test_whoever_read_the_row_before_its_key_was_retired_finds_the_next_one(taken):
    sealed = taken.seal(b"kept", context=b"c")
    stale, before = fresh(taken), taken.period_id
    assert stale.period is not None
    custody.close(taken, date(2026, 5, 10))

    keystore.destroy(before, {}, on=date(2026, 6, 1))

    assert stale.open(sealed, context=b"c") == b"kept"


def test_a_doomed_key_takes_nothing_new(taken, schedule):
    PeriodKey.objects.filter(pk=taken.period_id).update(doomed_at=MAY)

    other = custody.take(("test.letter", 2), "y5", at=MAY)

    assert other.period_id != taken.period_id
    assert other.period.label == taken.period.label


def test_closing_makes_its_key_at_the_time_of_the_clock(taken):
    with time_machine.travel(MAY + timedelta(hours=2), tick=False):
        custody.close(taken, date(2026, 5, 10))

    assert taken.period.made_at == MAY + timedelta(hours=2)
