"""A script as one sound: the drill's words first, siren or chime, the message with its pauses, and again."""

import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from todoke.base.disk import write_atomically
from todoke.shared.loudspeakers.sounds import pattern_samples, silence, wav_bytes
from todoke.shared.loudspeakers.speech import voice_with
from todoke.shared.loudspeakers.types import Script, Word

LINE_PAUSE_SECONDS = 0.8
PART_PAUSE_SECONDS = 2.0
# One at a time in a process: the groups of an edition ask for the same sound at the same moment, and it is made once.
_recording = threading.Lock()


def record(script: Script, words: Mapping[str, Word], folder: Path) -> bytes:
    """The broadcast as a WAV file. Raises SpeechAway."""
    said = voice_with(words, folder).say([*script.before, *script.lines])
    spoken = [part for line in script.lines for part in (said[line], silence(LINE_PAUSE_SECONDS))]
    first = [part for line in script.before for part in (said[line], silence(LINE_PAUSE_SECONDS))]
    siren = [pattern_samples(script.pattern), silence(PART_PAUSE_SECONDS)] if script.pattern else []
    ending = [pattern_samples(script.ending)] if script.ending else []
    again = [part for _time in range(script.times) for part in (*spoken, silence(PART_PAUSE_SECONDS))]
    return wav_bytes(np.concatenate([silence(0.3), *first, *siren, *again, *ending]))


def recorded(script: Script, words: Mapping[str, Word], root: Path) -> tuple[str, bytes]:
    """The name and the bytes of a broadcast; made once and kept, since several groups sound the same one.

    Raises SpeechAway, OSError. Its date is that of its latest use, by which it is kept (`pruning`).
    """
    known = repr(sorted((word.surface, word.kana, word.accent) for word in words.values())).encode()
    name = hashlib.sha256(script.as_bytes() + known).hexdigest()
    kept = sound_path(root, name)
    with _recording:
        if kept.exists():
            os.utime(kept)
        else:
            write_atomically(kept, record(script, words, root / "dictionaries"))
        return name, kept.read_bytes()


def sound_path(root: Path, name: str) -> Path:
    """Where the sound with this name lies."""
    return root / "sounds" / f"{name}.wav"
