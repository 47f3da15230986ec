"""Copies of the key store, what a restore is told, and what the doctor says."""

from datetime import date, timedelta
from io import StringIO
from threading import Event

import pytest
import time_machine
from django.core.management import CommandError, call_command

from tests.ground.retention.conftest import MAY, write_letter
from tests.ground.retention.test_purging import DUE, decided, purge
from todoke.base.backup.models import Setback
from todoke.base.doctor import Verdict
from todoke.ground.files.models import Document
from todoke.ground.retention import keystore
from todoke.ground.retention.actions import custody, keys
from todoke.ground.retention.actions.purging import carry_out
from todoke.ground.retention.caretaker import CARETAKER
from todoke.ground.retention.checkup import Copies, Keys, Overdue
from todoke.ground.retention.models import Custody, Gone, KeyCopy, PeriodKey, PurgeRun, Wrapping

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    said = StringIO()
    call_command("keys", *words, stdout=said)
    return said.getvalue()


def lose(key_store) -> None:
    for path in key_store.iterdir():
        path.unlink()


def test_a_lost_store_comes_back_from_its_copy(taken, key_store, tmp_path):
    sealed = taken.seal(b"kept", context=b"c")
    run("export", str(tmp_path / "copy"))
    lose(key_store)
    with pytest.raises(keystore.KeyIsMissing):
        Custody.objects.get(pk=taken.pk).open(sealed, context=b"c")

    said = run("import", str(tmp_path / "copy"))

    assert "1 件" in said
    assert Custody.objects.get(pk=taken.pk).open(sealed, context=b"c") == b"kept"
    assert "0 件" in run("import", str(tmp_path / "copy"))
    _about, secret = keystore.read(taken.period_id)
    assert secret not in (tmp_path / "copy").read_bytes()


def test_a_copy_brings_no_destroyed_key_back(schedule, letters, tmp_path, key_store):
    closed = custody.close(write_letter(1), date(2026, 5, 10))
    run("export", str(tmp_path / "copy"))
    before = set(Wrapping.objects.filter(custody=closed).values_list("period_id", flat=True))
    purge()

    run("import", str(tmp_path / "copy"))
    with_the_marks = set(keystore.identifiers())
    lose(key_store)
    run("import", str(tmp_path / "copy"))

    assert with_the_marks == set()
    assert set(keystore.identifiers()) == set(), "the database knows, too"
    assert len(before) == 2


def test_marks_of_destruction_in_a_newer_copy_destroy_what_an_older_one_would_bring(schedule, letters, tmp_path):
    custody.close(write_letter(1), date(2026, 5, 10))
    old = keys.copy_of_the_store(file_name="old", at=MAY)
    purge()
    new = keys.copy_of_the_store(file_name="new", at=DUE)
    # Another machine with a database that knows of nothing.
    PeriodKey.objects.update(doomed_at=None, destroyed_at=None)
    for suffix in ("key", "gone"):
        for each in list(keystore.identifiers(suffix)):
            keystore._path(each, suffix).unlink()

    brought = keys.take_copy(old)
    keys.take_copy(new)

    assert brought == 2
    assert list(keystore.identifiers()) == []
    assert keys.take_copy(old) == 0


@pytest.mark.parametrize("spoil", [lambda it: it[:-1], lambda it: b"", lambda it: it[:40] + b"x" + it[41:]])
def test_what_is_no_copy_is_refused(taken, tmp_path, spoil):
    file = tmp_path / "copy"
    file.write_bytes(spoil(keys.copy_of_the_store(file_name="copy", at=MAY)))

    with pytest.raises(CommandError, match="鍵の写しとして読めません"):
        run("import", str(file))


def test_a_copy_overwrites_nothing_and_needs_a_file(taken, tmp_path):
    (tmp_path / "copy").write_text("mine")

    with pytest.raises(CommandError, match="上書きはしません"):
        run("export", str(tmp_path / "copy"))
    with pytest.raises(CommandError, match="読めません"):
        run("import", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="書けません"):
        run("export", str(tmp_path / "copy" / "below"))
    assert (tmp_path / "copy").read_text() == "mine"


def test_keys_are_sealed_anew_with_a_new_first_key(taken, settings):
    sealed = taken.seal(b"kept", context=b"c")
    old = settings.SEAL_KEYS
    settings.SEAL_KEYS = ("n" * 60, *old)

    said, again = run("reseal"), run("reseal")

    assert ("1 件" in said, "0 件" in again) == (True, True)
    settings.SEAL_KEYS = ("n" * 60,)
    assert Custody.objects.get(pk=taken.pk).open(sealed, context=b"c") == b"kept"


def test_a_key_that_does_not_open_is_damaged_and_not_gone(taken, key_store):
    path = key_store / f"{taken.period_id}.key"
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(keystore.KeyIsDamaged):
        Custody.objects.get(pk=taken.pk).data_key()


def test_a_key_under_the_name_of_another_does_not_open(schedule, key_store):
    one = custody.take(("test.letter", 1), "y5", at=MAY)
    other = custody.take(("test.letter", 2), "y5", at=MAY + timedelta(days=60))
    (key_store / f"{one.period_id}.key").write_bytes((key_store / f"{other.period_id}.key").read_bytes())

    with pytest.raises(keystore.KeyIsDamaged):
        Custody.objects.get(pk=one.pk).data_key()


# ---- after a restore ------------------------------------------------------------------------------------------------


def as_it_was(*custodies: Custody) -> list[dict[str, object]]:
    """What a backup would hold of these rows."""
    return [
        {
            "pk": each.pk,
            **{
                name: getattr(each, name)
                for name in ("closed_on", "expires_on", "period_id", "wrapped_key", "purged_at", "selection")
            },
        }
        for each in (Custody.objects.get(pk=each.pk) for each in custodies)
    ]


def bring_back(rows: list[dict[str, object]], periods: list[PeriodKey]) -> None:
    """The database as of then: these rows, these keys, and nothing that came later."""
    for row in rows:
        Custody.objects.filter(pk=row["pk"]).update(**{name: value for name, value in row.items() if name != "pk"})
    Wrapping.objects.all().delete()
    known = {each.pk for each in periods}
    PeriodKey.objects.exclude(pk__in=known).delete()
    for period in periods:
        period.save()
    for row in rows:
        Wrapping.objects.create(custody_id=row["pk"], period_id=row["period_id"])


def test_a_restored_database_finds_what_is_kept_and_purges_again_what_was_purged(schedule, letters):
    goes = write_letter(1)
    moved, still_open = write_letter(2), write_letter(3)
    sealed = {each.pk: each.seal(b"kept", context=b"c") for each in (goes, moved, still_open)}
    before, periods = as_it_was(goes, moved, still_open), list(PeriodKey.objects.all())
    custody.close(goes, date(2026, 5, 10))
    custody.close(moved, date(2027, 5, 10))
    purge()
    bring_back(before, periods)
    # The rows of the letter came back with the backup, too.
    Document.objects.create(sha256="0" * 64, size_bytes=1, media_type="x", name="letter-1", stored_at=MAY)

    said = keys.mend_after_restore(at=DUE)

    assert "2 件の鍵" in said
    assert "1 件は、確認のあとで再び廃棄します" in said
    for each in (moved, still_open):
        assert Custody.objects.get(pk=each.pk).open(sealed[each.pk], context=b"c") == b"kept"
    with pytest.raises(Gone):
        Custody.objects.get(pk=goes.pk).open(sealed[goes.pk], context=b"c")
    again = PurgeRun.objects.get(kind="again")
    assert carry_out(again, at=DUE)
    assert Custody.objects.get(pk=goes.pk).purged_at == DUE
    assert not Document.objects.filter(name="letter-1").exists()
    assert keys.mend_after_restore(at=DUE) == ""
    # And the house goes on: a new record of that month finds a key that lives.
    assert custody.take(("test.letter", 9), "y5", at=MAY).seal(b"x", context=b"c")


def test_a_key_that_was_retired_twice_is_followed_to_its_end(schedule, letters):
    stays = write_letter(1)
    sealed = stays.seal(b"kept", context=b"c")
    before, periods = as_it_was(stays), list(PeriodKey.objects.all())
    for _time in range(3):
        keys.retire(Custody.objects.get(pk=stays.pk).period, at=MAY)
    bring_back(before, periods)

    keys.mend_after_restore(at=MAY)

    assert Custody.objects.get(pk=stays.pk).open(sealed, context=b"c") == b"kept"


def test_a_restored_database_that_takes_before_it_is_told_gets_a_key_that_lives(taken):
    keystore.destroy(taken.period_id, {}, on=date(2026, 6, 1))

    other = custody.take(("test.letter", 2), "y5", at=MAY)

    assert other.period_id != taken.period_id
    assert other.seal(b"x", context=b"c")


def test_an_import_after_a_restore_mends_at_once(schedule, letters, tmp_path):
    stays = write_letter(1)
    sealed = stays.seal(b"kept", context=b"c")
    before, periods = as_it_was(stays), list(PeriodKey.objects.all())
    keys.retire(stays.period, at=MAY)
    run("export", str(tmp_path / "copy"))
    bring_back(before, periods)
    Setback.objects.create(kind="restored", found_at=DUE, went_back_to=MAY, seen_until=DUE, host="x", said=[])

    assert "1 件の鍵" in run("import", str(tmp_path / "copy"))

    assert Custody.objects.get(pk=stays.pk).open(sealed, context=b"c") == b"kept"


# ---- the doctor and the caretaker -----------------------------------------------------------------------------------


def test_the_doctor_says_loudly_that_keys_are_lost(taken, key_store):
    well = Keys().run()
    lose(key_store)
    lost = Keys().run()

    assert well.verdict is Verdict.OK
    assert lost.verdict is Verdict.FAILURE
    assert "1 件" in lost.says
    assert str(key_store) in lost.says
    assert "todoke keys import" in lost.mend


def test_a_key_about_to_be_written_down_as_destroyed_is_not_lost(taken):
    keystore.destroy(taken.period_id, {}, on=date(2026, 6, 1))

    assert Keys().run().verdict is Verdict.OK


def test_the_doctor_asks_for_a_copy_and_for_the_end_of_old_ones(schedule, letters, tmp_path):
    custody.close(write_letter(1), date(2026, 5, 10))
    without = Copies().run()
    with time_machine.travel(MAY + timedelta(days=1), tick=False):
        run("export", str(tmp_path / "one"))
        write_letter(2, at=MAY - timedelta(days=40))
    newer_key = Copies().run()
    purge()
    stale = Copies().run()
    number = KeyCopy.objects.get().pk
    told = run("copies", "--destroyed", str(number))
    with time_machine.travel(DUE + timedelta(days=1), tick=False):
        said = run("export", str(tmp_path / "two"))
    well = Copies().run()

    assert (without.verdict, stale.verdict, well.verdict) == (Verdict.WARNING, Verdict.WARNING, Verdict.OK)
    assert newer_key.verdict in (Verdict.OK, Verdict.WARNING)
    assert "写しのない" in without.says
    assert f"番号 {number}" in stale.says
    assert told == ""
    assert "消してください" not in said.split("古い写しが残ると")[1]
    with pytest.raises(CommandError, match="一覧にありません"):
        run("copies", "--destroyed", str(number))
    assert "two" in run("copies")


def test_a_new_copy_names_the_old_ones_that_have_to_go(schedule, letters, tmp_path):
    custody.close(write_letter(1), date(2026, 5, 10))
    with time_machine.travel(MAY, tick=False):
        run("export", str(tmp_path / "one"))
    purge()

    with time_machine.travel(DUE + timedelta(days=1), tick=False):
        assert "消してください: " in run("export", str(tmp_path / "two"))


@pytest.mark.parametrize(("days", "verdict"), [(179, Verdict.OK), (180, Verdict.WARNING)])
def test_what_is_half_a_year_late_is_told(schedule, days, verdict):
    custody.close(custody.take(("test.letter", 1), "y5", at=MAY), date(2026, 5, 10))

    with time_machine.travel(DUE + timedelta(days=days), tick=False):
        assert Overdue().run().verdict is verdict


def test_the_caretaker_carries_out_what_two_have_decided_and_makes_the_month_ready(schedule, letters):
    closed = custody.close(write_letter(1), date(2026, 5, 10))
    approved = decided()

    with time_machine.travel(DUE, tick=False):
        CARETAKER.step()
        CARETAKER.step()

    approved.refresh_from_db()
    assert approved.finished_at == DUE
    assert Custody.objects.get(pk=closed.pk).purged_at == DUE
    assert PeriodKey.objects.filter(kind="open", label="2032-04", doomed_at=None).exists()


def test_the_caretaker_waits_while_the_database_has_gone_back(schedule, letters):
    custody.close(write_letter(1), date(2026, 5, 10))
    approved = decided()
    Setback.objects.create(kind="restored", found_at=DUE, went_back_to=MAY, seen_until=DUE, host="x", said=[])

    CARETAKER.step()

    approved.refresh_from_db()
    assert approved.is_under_way


def test_a_store_that_is_away_does_not_end_the_lane(taken, key_store):
    key_store.rename(key_store.with_name("elsewhere"))

    class Once(Event):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

    CARETAKER.run("bulk", Once())

    assert not key_store.exists()
