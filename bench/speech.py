"""Speech: 200 characters are ready in three seconds, and every difficult name is read as the dictionary says."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

RUNS = 5
GOAL_SECONDS = 3
# Invented, of 200 characters: the length of an 緊急速報メール.
TEXT = (
    "緊急放送、緊急放送。警戒レベル4、避難開始。",
    "こちらは、凪浜市です。",
    "澄瀬地区、港地区、砂原地区に、洪水に関する警戒レベル4、避難指示を発令しました。",
    "澄瀬川の水位が上がり、堤防を越えて氾濫するおそれが高まっています。",
    "危険な場所にいる方は、速やかに、全員避難してください。",
    "川の様子を見に行かないでください。車での避難は、道路が冠水して動けなくなるおそれがあるため、控えてください。",
    "以上、凪浜市でした。",
)


def measure() -> Iterator[dict[str, Any]]:
    """A cold start (package, dictionary, voice), then runs with the voice that a worker keeps."""
    from tests.shared.loudspeakers.difficult_names import NAMES

    from todoke.shared.loudspeakers.readings import katakana, merged, words_from
    from todoke.shared.loudspeakers.speech import Voice, is_there

    if not is_there():
        yield {"name": "speech.ready", "value": None, "unit": "s", "goal": GOAL_SECONDS, "holds": False}
        return
    letters = sum(map(len, TEXT))
    words = merged(words_from([("澄瀬", "すみせ"), ("凪浜市", "なぎはまし"), *NAMES.items()]))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        voice = Voice(words, Path(folder))
        voice.say(TEXT)
        cold = time.perf_counter() - began
        runs = [_seconds(voice) for _run in range(RUNS)]
        right = sum(voice.kana(name) == katakana(reading) for name, reading in NAMES.items())
    yield {
        "name": f"speech.ready: {letters} characters, said once",
        "value": round(median(runs), 2),
        "unit": "s",
        "goal": GOAL_SECONDS,
        "holds": median(runs) <= GOAL_SECONDS,
        "runs": [round(value, 2) for value in (min(runs), median(runs), max(runs))],
    }
    yield {"name": "speech.ready, first time in a process", "value": round(cold, 2), "unit": "s"}
    yield {
        "name": "speech.names: difficult place names read as the dictionary says",
        "value": right,
        "unit": "names",
        "goal": len(NAMES),
        "holds": right == len(NAMES),
    }


def _seconds(voice: Any) -> float:
    began = time.perf_counter()
    voice.say(TEXT)
    return time.perf_counter() - began
