"""Speech on this machine, by pyopenjtalk-plus: nothing leaves the house, and no network is needed.

Dictionary (naist-jdic with UniDic, BSD) and voice (“Mei”, Nagoya Institute of Technology, CC BY 3.0) lie inside the
wheel; nothing is downloaded at first use. The package is an extra (`todoke[speech]`): where it is missing, `say`
raises `SpeechAway`, whose sentence says what to do, and a person reads the script.
"""

import contextlib
import hashlib
import importlib.util
import io
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from todoke.shared.loudspeakers.readings import dictionary_rows
from todoke.shared.loudspeakers.sounds import RATE, Samples
from todoke.shared.loudspeakers.types import Word

PACKAGE = "pyopenjtalk"
ENGINE_RATE = 48_000
# Slower than talk in a room: outdoors, the echo of one syllable covers the next.
SPEED = 0.85
# Two cores are what the smallest host has; more threads than engines would only wait.
THREADS = 2
BUILD_SECONDS = 60
# People, not directions: seen read as 「のほうは」 in 「閖上の方は、避難してください。」.
PHRASES = {
    surface: Word(surface, kana, accent)
    for surface, kana, accent in (("の方は", "ノカタワ", 3), ("の方も", "ノカタモ", 3), ("の方々", "ノカタガタ", 3))
}
SENTENCE_END = re.compile(r"(?<=[。！？\n])")


class SpeechAway(Exception):
    """There is no speech on this machine, or it does not work. A person has to read the script aloud."""

    says = _(
        "音声合成の部品（pyopenjtalk-plus）がこのサーバーに入っていません。"
        "「pip install todoke[speech]」で入れるか、読み上げ原稿を職員が放送してください。"
    )

    def __str__(self) -> str:
        return str(self.says)


class SpeechFailed(SpeechAway):
    """The engine is there and could not make a sound of this."""

    says = _("音声合成に失敗しました。読み上げ原稿を職員が放送してください。")


def is_there() -> bool:
    """Whether the speech engine is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


class Voice:
    """The engine with one reading dictionary. Safe to use from several threads.

    `folder` keeps the compiled dictionary, named by its content: it is made once, by any process, and found by all.
    Raises SpeechAway.
    """

    def __init__(self, words: Mapping[str, Word], folder: Path) -> None:
        self._engine = _package()
        self._talk = _analyser(self._engine, dictionary_rows({**PHRASES, **words}), folder)
        self._throats: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _number in range(THREADS):
            self._throats.put(_throat(self._engine))

    def kana(self, text: str) -> str:
        """How the engine reads a text, in katakana with its punctuation; long vowels as they are spoken (ー)."""
        return str(self._engine.g2p(text, kana=True, jtalk=self._talk))

    def say(self, sentences: Sequence[str]) -> dict[str, Samples]:
        """The sound of each of these sentences. A sentence that is said twice is made once. Raises SpeechFailed."""
        wanted = list(dict.fromkeys(sentences))
        try:
            # Reading takes milliseconds, and its second dictionary is made anew for every thread: so it stays in one.
            parts = {text: [self._labels(part) for part in _parts(text)] for text in wanted}
            with ThreadPoolExecutor(THREADS) as pool:
                making = {text: [pool.submit(self._sound, labels) for labels in parts[text]] for text in wanted}
                return {text: _joined([one.result() for one in made]) for text, made in making.items()}
        except (RuntimeError, MemoryError, ValueError) as error:
            raise SpeechFailed from error

    def _labels(self, text: str) -> list[str]:
        return list(self._engine.extract_fullcontext(text, jtalk=self._talk))

    def _sound(self, labels: list[str]) -> Samples:
        throat = self._throats.get()
        try:
            throat.set_speed(SPEED)
            return _thinned(throat.synthesize(labels))
        finally:
            self._throats.put(throat)


def _parts(text: str) -> list[str]:
    return [part for part in SENTENCE_END.split(text) if part.strip()]


def _joined(parts: list[Samples]) -> Samples:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)


_voices: dict[tuple[str, str], Voice] = {}
_making = threading.Lock()


def voice_with(words: Mapping[str, Word], folder: Path) -> Voice:
    """The voice with this dictionary; the latest is kept: it takes half a second to come up. Raises SpeechAway."""
    mark = (hashlib.sha256(dictionary_rows(words).encode()).hexdigest(), str(folder))
    with _making:
        if mark not in _voices:
            voice = Voice(words, folder)
            _voices.clear()
            _voices[mark] = voice
        return _voices[mark]


@cache
def _package() -> ModuleType:
    if not is_there():
        raise SpeechAway
    # It greets with two lines about a model that we do not use; they do not belong into our logs.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return importlib.import_module(PACKAGE)


def _throat(engine: ModuleType) -> Any:
    return importlib.import_module(f"{PACKAGE}.htsengine").HTSEngine(engine.DEFAULT_HTS_VOICE)


def _analyser(engine: ModuleType, rows: str, folder: Path) -> Any:
    kind = importlib.import_module(f"{PACKAGE}.openjtalk").OpenJTalk
    compiled = _compiled(rows, folder)
    try:
        return kind(
            dn_mecab=engine.OPEN_JTALK_DICT_DIR, userdic=os.fsencode(compiled), userdic_reading_protection=[True]
        )
    except RuntimeError as error:
        raise SpeechFailed from error


def _compiled(rows: str, folder: Path) -> Path:
    """The dictionary of these rows, compiled: once, in a process of its own, because the compiler prints its progress
    past Python onto the standard output."""
    compiled = folder / f"{hashlib.sha256(rows.encode()).hexdigest()[:32]}.dic"
    if compiled.exists():
        return compiled
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as draft:
        source, target = Path(draft) / "words.csv", Path(draft) / "words.dic"
        source.write_text(rows, encoding="utf-8")
        order = f"import sys, {PACKAGE} as engine; engine.mecab_dict_index(sys.argv[1], sys.argv[2])"
        try:
            subprocess.run(  # noqa: S603 - our own interpreter and our own files
                [sys.executable, "-c", order, str(source), str(target)],
                check=True,
                timeout=BUILD_SECONDS,
                capture_output=True,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise SpeechFailed from error
        # Two processes may make it at the same moment: the second replaces the first by the same bytes.
        target.replace(compiled)
    return compiled


def _thinned(sound: Any) -> Samples:
    """From the engine's 48 kHz to ours: a low pass at 7 kHz, then every third value."""
    step = ENGINE_RATE // RATE
    taps = np.sinc(2 * 7_000 / ENGINE_RATE * (np.arange(31) - 15)) * np.hamming(31)
    smooth = np.convolve(sound, taps / taps.sum(), mode="same")[::step]
    return np.clip(smooth * 0.9, -32768, 32767).astype(np.int16)
