"""A letter to one person: written once, sealed, sent, wiped."""

from datetime import timedelta

import pytest

from tests.shared.messaging.ledger import HOUR, NIGHT
from todoke.shared.messaging.actions import letters
from todoke.shared.messaging.actions.letters import Text
from todoke.shared.messaging.models import Letter
from todoke.shared.messaging.types import LetterState

HELLO = Text("hana@example.jp", "ja", "登録の確認", "次の住所を開いてください。\nhttps://city.example.jp/c/abc")
pytestmark = pytest.mark.django_db


def post(key="tests.request:1"):
    return letters.post(HELLO, key=key, channel="messaging.mail", expires_at=NIGHT + HOUR, at=NIGHT)


def test_the_same_occasion_writes_one_letter():
    assert post().pk == post().pk
    assert post("tests.request:2").pk != post().pk


def test_address_and_text_stand_nowhere_in_clear():
    post()

    row = Letter.objects.values_list().get()
    assert "hana" not in str(row)
    assert b"hana" not in bytes(Letter.objects.get().sealed)


def test_a_letter_is_held_by_one_worker_and_wiped_when_it_has_left():
    post()

    ((letter, text),) = letters.claim(seconds=20, at=NIGHT)
    assert text == HELLO
    assert letters.claim(seconds=20, at=NIGHT) == []
    letters.settle(letter, LetterState.ACCEPTED, "受け付けました", at=NIGHT)

    kept = Letter.objects.get()
    assert (kept.state, bytes(kept.sealed)) == (LetterState.ACCEPTED, b"")


def test_a_letter_that_did_not_leave_comes_again_a_rung_later():
    post()
    ((letter, _text),) = letters.claim(seconds=20, at=NIGHT)
    letters.settle(letter, LetterState.PLANNED, "あとで", at=NIGHT)

    assert letters.claim(seconds=20, at=NIGHT + timedelta(seconds=4)) == []
    assert len(letters.claim(seconds=20, at=NIGHT + timedelta(seconds=6))) == 1


def test_what_a_dead_worker_held_is_taken_up_again_and_its_late_word_counts_no_more():
    post()
    ((late, _text),) = letters.claim(seconds=20, at=NIGHT)
    ((letter, text),) = letters.claim(seconds=20, at=NIGHT + timedelta(seconds=31))

    letters.settle(late, LetterState.FAILED, "", at=NIGHT + timedelta(seconds=32))

    assert (letter.tries, text) == (2, HELLO)
    assert Letter.objects.get().state == LetterState.LEASED


def test_after_its_time_a_letter_does_not_leave_and_nothing_of_it_is_kept():
    post()

    assert letters.claim(seconds=20, at=NIGHT + HOUR) == []
    kept = Letter.objects.get()
    assert (kept.state, bytes(kept.sealed)) == (LetterState.EXPIRED, b"")


def test_ended_letters_are_forgotten():
    post()
    letters.claim(seconds=20, at=NIGHT + HOUR)

    assert letters.forget(before=NIGHT + HOUR) == 0
    assert letters.forget(before=NIGHT + 2 * HOUR) == 1
