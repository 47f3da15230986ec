"""The postman: one try at a letter, and what the ledger says afterwards."""

import pytest

from tests.shared.messaging.ledger import HOUR, NIGHT, ObedientChannel, channels_of
from todoke.shared.messaging import postman
from todoke.shared.messaging.actions import letters
from todoke.shared.messaging.models import Letter
from todoke.shared.messaging.types import LetterState, Never, Receipt, Text, TryLater

pytestmark = pytest.mark.django_db


class WritingChannel(ObedientChannel):
    """Takes letters, and answers as the test says."""

    def send_letter(self, text, *, key, at):
        self.sent.append((text.address, text.title, key))
        return self.answer(None, None, None, key)


@pytest.fixture
def channel(monkeypatch):
    writing = WritingChannel("tests.post")
    monkeypatch.setattr(postman, "channels", channels_of(writing, ObedientChannel("tests.plain")))
    return writing


def carry(channel="tests.post"):
    text = Text("hana@example.jp", "ja", "登録の確認", "本文")
    letters.post(text, key="tests.request:1", channel=channel, expires_at=NIGHT + HOUR, at=NIGHT)
    for held in letters.claim(seconds=20, at=NIGHT):
        postman.deliver(*held)
    return Letter.objects.get()


def raising(trouble):
    def answer(*_everything):
        raise trouble

    return answer


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (lambda *_everything: Receipt(says="受け付けました"), LetterState.ACCEPTED),
        (raising(TryLater("いまは受け取れません")), LetterState.PLANNED),
        (raising(Never("宛先がありません")), LetterState.FAILED),
        (raising(RuntimeError("hana@example.jp")), LetterState.PLANNED),
    ],
)
def test_the_other_sides_word_is_the_letters_state(channel, monkeypatch, answer, state):
    monkeypatch.setattr(postman.connections, "close_all", lambda: None)
    channel.answer = answer

    letter = carry()

    assert channel.sent == [("hana@example.jp", "登録の確認", "tests.request:1")]
    assert letter.state == state
    assert "hana" not in letter.says


def test_a_channel_that_writes_no_letters_fails_it_in_words(channel, monkeypatch):
    monkeypatch.setattr(postman.connections, "close_all", lambda: None)

    letter = carry("tests.plain")

    assert (letter.state, bytes(letter.sealed)) == (LetterState.FAILED, b"")
