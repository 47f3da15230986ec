"""Speech: readings as the city gives them, and a sound that is ready in time."""

import threading

import numpy as np
import pytest

from tests.shared.loudspeakers.difficult_names import NAMES
from todoke.shared.loudspeakers import speech
from todoke.shared.loudspeakers.readings import katakana, merged, words_from
from todoke.shared.loudspeakers.recording import record, recorded, sound_path
from todoke.shared.loudspeakers.sounds import PATTERNS, RATE, pattern_samples, wav_bytes, wav_seconds
from todoke.shared.loudspeakers.types import Script, Word

# pyopenjtalk-plus calls SudachiPy by a name that SudachiPy 0.7 has set aside.
pytestmark = pytest.mark.filterwarnings("ignore:Dictionary.create:DeprecationWarning")
needs_engine = pytest.mark.skipif(not speech.is_there(), reason="pyopenjtalk-plus is not installed (todoke[speech])")


@pytest.fixture(scope="module")
def dictionaries(tmp_path_factory):
    return tmp_path_factory.mktemp("dictionaries")


@pytest.fixture(scope="module")
def voice(dictionaries):
    return speech.Voice(merged(words_from(NAMES.items())), dictionaries)


def test_there_are_fifty_names():
    assert len(NAMES) == 50


@needs_engine
@pytest.mark.parametrize(("name", "reading"), NAMES.items())
def test_a_difficult_name_is_read_as_the_dictionary_says(voice, name, reading):
    assert voice.kana(f"{name}の方は、避難してください。") == f"{katakana(reading)}ノカタワ、ヒナンシテクダサイ。"


@needs_engine
def test_without_the_dictionary_many_of_them_would_be_wrong(dictionaries):
    bare = speech.Voice({}, dictionaries)

    wrong = [name for name, reading in NAMES.items() if bare.kana(name) != katakana(reading)]

    assert {"放出", "十八鳴浜"} <= set(wrong)
    assert len(wrong) > 10


@needs_engine
def test_the_longer_name_wins_over_the_one_inside_it(dictionaries):
    words = merged(words_from([("澄瀬", "すみせ"), ("澄瀬東", "すみせひがし")]))

    assert speech.Voice(words, dictionaries).kana("澄瀬東と澄瀬") == "スミセヒガシトスミセ"


@needs_engine
def test_a_name_with_ascii_digits_is_known_too(dictionaries):
    words = merged(words_from([("川辺3区", "かわべさんく")]))

    assert speech.Voice(words, dictionaries).kana("川辺3区です") == "カワベサンクデス"


@needs_engine
def test_the_dictionary_is_compiled_once(dictionaries, monkeypatch):
    words = merged(words_from([("遊子川", "ゆすかわ")]))
    speech.Voice(words, dictionaries)
    monkeypatch.setattr(speech.subprocess, "run", lambda *_a, **_k: pytest.fail("compiled a second time"))

    assert speech.Voice(words, dictionaries).kana("遊子川") == "ユスカワ"


@needs_engine
def test_what_is_said_can_be_heard(voice):
    said = voice.say(["緊急放送。", "緊急放送。", "避難してください。"])

    assert set(said) == {"緊急放送。", "避難してください。"}
    for sound in said.values():
        assert 0.5 < len(sound) / RATE < 4
        assert 2_000 < np.abs(sound).max() <= 32_767


@needs_engine
def test_two_broadcasts_at_a_time_do_not_mix(voice):
    expected = voice.say(["川の水が増えています。"])["川の水が増えています。"]
    heard = []
    threads = [
        threading.Thread(target=lambda: heard.append(voice.say(["川の水が増えています。"]).popitem()[1]))
        for _number in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(np.array_equal(sound, expected) for sound in heard)


@needs_engine
def test_a_recording_begins_with_the_drill_and_repeats_the_message(dictionaries):
    once = Script(before=(), pattern="", lines=("避難してください。",), times=1)
    twice = Script(before=("これは訓練です。",), pattern="tsunami-major", lines=("避難してください。",), times=2)

    short, long = (wav_seconds(record(script, {}, dictionaries)) for script in (once, twice))

    assert long > 2 * short + PATTERNS["tsunami-major"].seconds


@needs_engine
def test_the_same_broadcast_is_recorded_once_and_a_new_reading_makes_another(tmp_path):
    script = Script(before=(), pattern="chime-up", lines=("放出の方へ。",))

    first = recorded(script, {}, tmp_path)
    # Written anew it would be another file; its time tells when it was last wanted.
    kept = sound_path(tmp_path, first[0]).stat().st_ino
    again = recorded(script, {}, tmp_path)
    other = recorded(script, {"放出": Word("放出", "ハナテン")}, tmp_path)

    assert again == first
    assert sound_path(tmp_path, first[0]).stat().st_ino == kept
    assert other[0] != first[0]


def test_groups_that_ask_at_the_same_moment_get_one_recording(monkeypatch, tmp_path):
    made = []
    monkeypatch.setattr("todoke.shared.loudspeakers.recording.record", lambda *_values: made.append(1) or b"sound")
    script = Script(before=(), pattern="", lines=("避難してください。",))
    threads = [threading.Thread(target=recorded, args=(script, {}, tmp_path)) for _number in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [1]


def test_without_the_engine_the_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(speech, "is_there", lambda: False)
    speech._package.cache_clear()

    with pytest.raises(speech.SpeechAway, match="読み上げ原稿を職員が放送"):
        speech.Voice({}, tmp_path)
    speech._package.cache_clear()


@pytest.mark.parametrize("key", PATTERNS)
def test_a_pattern_lasts_as_long_as_its_table_says(key):
    sound = pattern_samples(key)

    assert len(sound) / RATE == pytest.approx(PATTERNS[key].seconds, abs=0.01)
    assert np.abs(sound).max() > 10_000


def test_a_siren_is_silent_in_its_pauses():
    sound = pattern_samples("tsunami-major")

    assert np.abs(sound[int(1.5 * RATE) : int(1.6 * RATE)]).max() > 10_000
    assert not sound[int(3.1 * RATE) : int(4.9 * RATE)].any()


def test_every_pattern_says_where_it_comes_from():
    assert all(pattern.source and pattern.certainty in "HML" for pattern in PATTERNS.values())


def test_a_wav_file_says_how_long_it_is():
    assert wav_seconds(wav_bytes(np.zeros(RATE * 3, dtype=np.int16))) == 3
