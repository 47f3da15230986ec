"""A broadcast before it is sounded: its sentences as the voice will read them, for whoever writes and approves.

Once and without siren or chime: in an office at night a siren is an alarm, and what has to be heard beforehand is how
names and sentences are read. Bounded in length and in time; one at a time in a process, the latest ones are kept.
"""

import hashlib
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from todoke.base.disk import write_atomically
from todoke.shared.loudspeakers.queries import known_words
from todoke.shared.loudspeakers.recording import record
from todoke.shared.loudspeakers.script import script_of
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.loudspeakers.types import Script, Word
from todoke.shared.messaging.types import FrozenEdition

# Some two minutes of speech; a broadcast that is longer is listened to by nobody.
LETTERS_MAX = 600
PATIENCE_SECONDS = 20.0
WAITING_MAX = 3
KEPT_MAX = 40

_workshop = ThreadPoolExecutor(1, thread_name_prefix="trial-speech")
_making: dict[str, Future[Path]] = {}
_counter = threading.Lock()


class SoundTakesLong(SpeechAway):
    """The machine is busy; the sound is being made and will be there when it is asked for again."""

    says = _("音声を作っています。少し待って、もう一度再生してください。")


def trial_of(edition: FrozenEdition, root: Path, *, patience_seconds: float = PATIENCE_SECONDS) -> Path:
    """The file with the sentences of this edition as they would be read. Raises SpeechAway, OSError."""
    return _trial_sound(shortened(script_of(edition)), known_words(edition), root, patience_seconds)


def shortened(script: Script) -> Script:
    """The sentences alone, once, from the first to the last that still fits."""
    lines: list[str] = []
    for line in (*script.before, *script.lines):
        if sum(map(len, lines)) + len(line) > LETTERS_MAX:
            break
        lines.append(line)
    return replace(script, before=(), pattern="", lines=tuple(lines), times=1, ending="")


def _trial_sound(script: Script, words: Mapping[str, Word], root: Path, patience_seconds: float) -> Path:
    known = repr(sorted((word.surface, word.kana, word.accent) for word in words.values())).encode()
    name = hashlib.sha256(script.as_bytes() + known).hexdigest()
    kept = root / "trials" / f"{name}.wav"
    if kept.is_file():
        return kept
    with _counter:
        for done in [each for each, work in _making.items() if work.done()]:
            del _making[done]
        if name not in _making:
            if len(_making) >= WAITING_MAX:
                raise SoundTakesLong
            _making[name] = _workshop.submit(_make, script, words, root, kept)
        work = _making[name]
    try:
        return work.result(timeout=patience_seconds)
    except TookTooLong as error:
        raise SoundTakesLong from error


def _make(script: Script, words: Mapping[str, Word], root: Path, kept: Path) -> Path:
    write_atomically(kept, record(script, words, root / "dictionaries"))
    older = sorted(kept.parent.glob("*.wav"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_MAX:]
    for path in older:
        path.unlink(missing_ok=True)
    return kept
