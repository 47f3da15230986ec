"""Hearing a broadcast before it is sounded: short, without a siren, and soon enough for whoever waits."""

import threading
import wave
from dataclasses import replace

import pytest

from tests.shared.messaging.editions import WORDINGS, content, edition
from todoke.shared.loudspeakers import speech, trial
from todoke.shared.loudspeakers.script import script_of
from todoke.shared.loudspeakers.sounds import wav_seconds
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.loudspeakers.trial import LETTERS_MAX, SoundTakesLong, shortened, trial_of
from todoke.shared.messaging.types import Mode

pytestmark = [
    pytest.mark.django_db,
    # pyopenjtalk-plus calls SudachiPy by a name that SudachiPy 0.7 has set aside.
    pytest.mark.filterwarnings("ignore:Dictionary.create:DeprecationWarning"),
]

needs_engine = pytest.mark.skipif(not speech.is_there(), reason="pyopenjtalk-plus is not installed (todoke[speech])")


@pytest.fixture
def recorder(monkeypatch):
    """Every recording that was made, instead of a voice; waits for `gate` where a test closes it."""
    made, gate = [], threading.Event()
    gate.set()

    def record(script, words, folder):
        assert gate.wait(10)
        made.append(script)
        return b"RIFF" + script.as_bytes()

    monkeypatch.setattr(trial, "record", record)
    return made, gate


def titled(title):
    return edition(
        content=content(wordings=(replace(WORDINGS[0], title=title, body=f"{title}。"),), areas=(), level=None)
    )


def test_only_the_sentences_are_heard_once_and_without_a_siren():
    whole = script_of(edition())

    heard = shortened(whole)

    assert whole.pattern == "evacuation"
    assert (heard.pattern, heard.ending, heard.times) == ("", "", 1)
    assert heard.lines == whole.lines


def test_a_drill_is_heard_as_one_from_its_first_word():
    assert shortened(script_of(edition(mode=Mode.EXERCISE))).lines[0] == "訓練、訓練。"


def test_a_text_without_end_is_heard_up_to_a_whole_sentence():
    script = replace(script_of(edition()), lines=("あ" * 100 + "。",) * 50)

    heard = shortened(script)

    assert sum(map(len, heard.lines)) <= LETTERS_MAX
    assert len(heard.lines) == 5


def test_it_is_made_once_and_kept(recorder, tmp_path):
    made, _gate = recorder

    first = trial_of(edition(), tmp_path)
    second = trial_of(edition(), tmp_path)

    assert first == second
    assert first.parent == tmp_path / "trials"
    assert len(made) == 1


def test_only_the_latest_are_kept(recorder, tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "KEPT_MAX", 2)

    paths = [trial_of(titled(f"お知らせ{number}"), tmp_path) for number in range(4)]

    assert len(list((tmp_path / "trials").glob("*.wav"))) == 2
    assert paths[-1].is_file()


def test_whoever_waits_too_long_is_told_and_finds_it_the_next_time(recorder, tmp_path):
    made, gate = recorder
    gate.clear()

    with pytest.raises(SoundTakesLong, match="少し待って"):
        trial_of(edition(), tmp_path, patience_seconds=0.01)
    gate.set()

    assert trial_of(edition(), tmp_path).is_file()
    assert len(made) == 1


def test_not_more_than_a_few_wait(recorder, tmp_path):
    _made, gate = recorder
    gate.clear()
    for number in range(trial.WAITING_MAX):
        with pytest.raises(SoundTakesLong):
            trial_of(titled(f"お知らせ{number}"), tmp_path, patience_seconds=0.01)

    with pytest.raises(SoundTakesLong):
        trial_of(titled("もうひとつ"), tmp_path)
    waiting = set(trial._making)
    gate.set()

    assert len(waiting) == trial.WAITING_MAX
    assert trial_of(titled("お知らせ2"), tmp_path).is_file()


def test_a_house_without_a_voice_says_what_to_do(monkeypatch, tmp_path):
    def away(script, words, folder):
        raise SpeechAway

    monkeypatch.setattr(trial, "record", away)

    with pytest.raises(SpeechAway, match="pyopenjtalk-plus"):
        trial_of(edition(), tmp_path)


@needs_engine
def test_the_sound_is_a_wav_of_some_seconds(tmp_path):
    path = trial_of(edition(), tmp_path)

    with wave.open(str(path)) as sound:
        assert sound.getnchannels() == 1
    assert 5 < wav_seconds(path.read_bytes()) < 60
