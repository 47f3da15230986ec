"""Bringing a mirror to what is public, mending it, and finding how old it is, against real peers."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tests.shared.mirrors.conftest import NAMES
from tests.sign_in import make_staff
from todoke.base.clock import now
from todoke.ground.people.queries import viewer_for
from todoke.shared.messaging.types import TryLater
from todoke.shared.mirrors.actions import asking, claims, looking, pushing
from todoke.shared.mirrors.carriers import carrier_for
from todoke.shared.mirrors.mirroring import Rounds
from todoke.shared.mirrors.models import Mirror, MirrorFile
from todoke.shared.mirrors.queries import mirrors_at
from todoke.shared.mirrors.restored import MirrorsAfterRestore
from todoke.shared.mirrors.rules import Standing

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


def push(place, root, *, at=None, carrier=None):
    at = at or now()
    claims.note_places([place], at=at)
    Mirror.objects.filter(key=place.key).update(push_due_at=at)
    claim = claims.claim_push(place.key, at=at)
    assert claim is not None
    return pushing.push(claim, carrier or carrier_for(place), root, clock=lambda: at)


def read_from(place):
    """A stranger at the copy."""
    if place.address.startswith("http"):
        return lambda address: httpx.get(address, auth=("todoke", "p/w") if place.key == "dav" else None).content
    return lambda address: (Path(place.address) / address).read_bytes()


def looked(place):
    return looking.look(place.public, read=read_from(place))


def test_a_first_round_brings_every_public_file_and_the_list_and_nothing_else(place, public):
    at = now()

    made = push(place, public, at=at)

    assert (made.put, made.is_whole, made.trouble) == (4, True, "")
    assert set(MirrorFile.objects.values_list("name", flat=True)) == NAMES
    carrier = carrier_for(place)
    assert all(carrier.holds(name, (public / name).read_bytes()) for name in NAMES)
    assert not carrier.holds("alerts/.draft.html", b"not yet")
    assert looked(place).copy_at == at


def test_a_second_round_puts_only_what_changed(place, public):
    push(place, public)
    (public / "alerts/state.json").write_text('{"level": 4}')

    made = push(place, public)

    assert made.put == 1
    assert carrier_for(place).holds("alerts/state.json", b'{"level": 4}')
    assert push(place, public).put == 0


def test_a_copy_that_did_not_change_is_said_to_be_whole_again_after_twenty_seconds(folder, public):
    at = now()
    push(folder, public, at=at)

    assert push(folder, public, at=at + timedelta(seconds=19)).listed_at is None
    assert push(folder, public, at=at + timedelta(seconds=21)).listed_at == at + timedelta(seconds=21)


def test_what_somebody_damaged_at_the_mirror_is_mended_by_the_sweep(place, public):
    at = now()
    push(place, public, at=at)
    carrier_for(place).put("alerts/index.html", b"hacked", "text/html")
    carrier_for(place).remove("alerts/cap/todoke.1.xml")

    assert push(place, public, at=at + timedelta(minutes=9)).mended == 0
    made = push(place, public, at=at + timedelta(minutes=11))

    assert made.mended == 2
    assert carrier_for(place).holds("alerts/index.html", (public / "alerts/index.html").read_bytes())
    assert Mirror.objects.get().mended == 2


def test_a_withdrawn_file_stays_until_somebody_has_it_removed(place, public):
    push(place, public)
    (public / "alerts/abc/index.html").unlink()

    push(place, public)
    assert carrier_for(place).holds("alerts/abc/index.html", "<p>避難指示</p>".encode())

    viewer = viewer_for(make_staff(["mirrors.operate"]), TODAY)
    assert asking.remove_withdrawn(Mirror.objects.get().pk, viewer=viewer, at=now()) == 1
    made = push(place, public)

    assert made.removed == 1
    assert not carrier_for(place).holds("alerts/abc/index.html", "<p>避難指示</p>".encode())


def test_a_file_that_is_public_again_before_it_was_removed_is_not_removed(folder, public):
    push(folder, public)
    page = (public / "alerts/abc/index.html").read_bytes()
    (public / "alerts/abc/index.html").unlink()
    viewer = viewer_for(make_staff(["mirrors.operate"]), TODAY)
    asking.remove_withdrawn(Mirror.objects.get().pk, viewer=viewer, at=now())
    (public / "alerts/abc/index.html").write_bytes(page)

    assert push(folder, public).removed == 0

    assert carrier_for(folder).holds("alerts/abc/index.html", page)


def test_nobody_removes_without_the_right_or_without_anything_to_remove(folder, public):
    push(folder, public)
    pk = Mirror.objects.get().pk

    with pytest.raises(asking.NotAllowed):
        asking.remove_withdrawn(pk, viewer=viewer_for(make_staff(["mirrors.read"]), TODAY), at=now())
    with pytest.raises(asking.NothingToRemove):
        asking.remove_withdrawn(pk, viewer=viewer_for(make_staff(["mirrors.operate"]), TODAY), at=now())


class Breaking:
    """A carrier that breaks at the n-th file, and remembers in which order it was asked."""

    def __init__(self, good: int) -> None:
        self.good = good
        self.names: list[str] = []

    def put(self, name: str, content: bytes, media_type: str) -> None:
        self.names.append(name)
        if len(self.names) > self.good:
            raise TryLater("つながりません。")

    def holds(self, name: str, content: bytes) -> bool:
        return True

    def remove(self, name: str) -> None:
        raise AssertionError("nobody asked for it")


def test_a_round_that_breaks_writes_no_list_pauses_and_goes_on_where_it_stopped(folder, public):
    at = now()
    breaking = Breaking(2)

    made = push(folder, public, at=at, carrier=breaking)

    assert (made.put, made.listed_at, made.trouble) == (2, None, "つながりません。")
    assert breaking.names == ["alerts/abc/index.html", "alerts/cap/todoke.1.xml", "alerts/index.html"]
    mirror = Mirror.objects.get()
    assert (mirror.push_failures, mirror.push_due_at, mirror.whole_at) == (1, at + timedelta(seconds=2), None)
    assert claims.claim_push("drive", at=at + timedelta(seconds=1)) is None
    assert push(folder, public).put == 2


def test_the_list_goes_last(folder, public):
    carrier = Breaking(99)

    push(folder, public, carrier=carrier)

    assert carrier.names[-2:] == ["alerts/state.json", "mirror.json"]


def test_a_mirror_is_claimed_once_and_a_late_word_of_a_lapsed_claim_is_not_written(folder, public):
    at = now()
    claims.note_places([folder], at=at)
    first = claims.claim_push("drive", at=at)
    assert claims.claim_push("drive", at=at) is None

    second = claims.claim_push("drive", at=at + timedelta(seconds=61))
    pushing.push(first, Breaking(0), public, clock=lambda: at)

    assert second is not None
    assert Mirror.objects.get().push_failures == 0


def test_a_mirror_that_moved_is_given_everything_again(folder, public, tmp_path):
    push(folder, public)
    (tmp_path / "other").mkdir()
    moved = replace(folder, address=str(tmp_path / "other"))

    assert push(moved, public).put == 4


def test_a_mirror_that_the_settings_name_no_more_is_kept_and_left_alone(folder, public):
    push(folder, public)

    claims.note_places([], at=now())

    assert not Mirror.objects.get().is_named
    assert mirrors_at(now()) == []
    assert claims.claim_push("drive", at=now() + timedelta(hours=1)) is None


def test_a_restored_database_knows_nothing_of_the_mirrors_and_everything_goes_again(folder, public):
    push(folder, public)

    says = MirrorsAfterRestore().set_aside(None)  # type: ignore[arg-type]

    assert "4 件" in says
    assert push(folder, public).put == 4


# ---- how old is it ----


def look_and_keep(place, seen, *, at):
    Mirror.objects.filter(key=place.key).update(look_due_at=at)
    claim = claims.claim_look(place.key, at=at)
    looking.write_down(claim, seen, at=at)
    return Mirror.objects.get(key=place.key)


def test_a_copy_is_in_trouble_sixty_seconds_after_it_was_whole_and_well_again_when_it_is_renewed(bucket, public):
    at = now()
    push(bucket, public, at=at)

    fresh = look_and_keep(bucket, looked(bucket), at=at + timedelta(seconds=60))
    assert fresh.old_since is None
    old = look_and_keep(bucket, looked(bucket), at=at + timedelta(seconds=61))
    assert old.old_since == at + timedelta(seconds=61)
    assert mirrors_at(at + timedelta(seconds=61))[0].standing is Standing.OLD

    push(bucket, public, at=at + timedelta(seconds=70))
    assert look_and_keep(bucket, looked(bucket), at=at + timedelta(seconds=71)).old_since is None


def test_an_old_page_under_a_new_list_is_no_fresh_copy(bucket, public):
    push(bucket, public)
    carrier_for(bucket).put("alerts/index.html", b"yesterday", "text/html")

    seen = looked(bucket)

    assert seen.copy_at is None
    assert "一覧と違います" in seen.trouble


def test_a_copy_that_cannot_be_read_ages_from_when_it_was_last_seen(bucket, public):
    at = now()
    push(bucket, public, at=at)
    look_and_keep(bucket, looked(bucket), at=at)

    lost = look_and_keep(bucket, looking.Seen(None, "読めません。"), at=at + timedelta(seconds=30))
    assert (lost.old_since, lost.look_says) == (None, "読めません。")
    lost = look_and_keep(bucket, looking.Seen(None, "読めません。"), at=at + timedelta(seconds=61))
    assert lost.old_since == at + timedelta(seconds=61)


def test_a_list_from_the_future_is_not_fresh_for_ever(bucket, public):
    at = now()
    push(bucket, public, at=at + timedelta(hours=1))

    kept = look_and_keep(bucket, looked(bucket), at=at)

    assert kept.copy_at == at


def test_a_page_renewed_between_the_two_readings_is_read_once_more():
    page, listed = (
        b"new",
        json.dumps(
            {
                "made_at": "2026-11-21T03:00:00+00:00",
                "files": {"alerts/index.html": {"sha256": hashlib.sha256(b"new").hexdigest()}},
            }
        ).encode(),
    )
    answers = [b"old", listed, page, listed]

    assert looking.look("https://copy.example.jp/", read=lambda address: answers.pop(0)).copy_at is not None


# ---- the companion ----


@pytest.mark.django_db(transaction=True)
def test_a_mirror_that_fails_holds_up_no_other(bucket, folder, public, settings):
    away = replace(bucket, key="away", address="http://127.0.0.1:1/bucket/", public="")
    rounds = Rounds([away, folder, bucket], public)

    rounds.make(at=now())

    assert rounds.wait(10)
    by_key = {mirror.key: mirror for mirror in Mirror.objects.all()}
    assert by_key["away"].push_failures == 1
    assert "断りました" in by_key["away"].push_says
    assert by_key["drive"].whole_at is not None
    assert by_key["s3"].whole_at is not None
