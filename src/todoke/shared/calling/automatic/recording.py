"""What the machine says as a WAV file, by the city's own voice, for providers that play sounds and do not speak."""

import hashlib
import re
from pathlib import Path

import numpy as np

from todoke.base.disk import write_atomically
from todoke.shared.calling.automatic.words import Spoken
from todoke.shared.loudspeakers.queries import known_words
from todoke.shared.loudspeakers.sounds import silence, wav_bytes
from todoke.shared.loudspeakers.speech import SpeechAway, voice_with
from todoke.shared.messaging.types import FrozenEdition

PAUSE_SECONDS = 0.5
NAME = re.compile(r"[0-9a-f]{64}")
JAPANESE = ("ja", "ja-easy")


def recorded(spoken: Spoken, edition: FrozenEdition, root: Path, dictionaries: Path) -> tuple[str, bytes]:
    """The name and the bytes of the recording; made once and kept. Raises SpeechAway, OSError.

    The name is the sum of what is said, so that nobody finds a recording who was not given its address.
    """
    if spoken.language not in JAPANESE:
        # Our voice speaks Japanese alone; a foreign text read by it is understood by nobody.
        raise SpeechAway
    words = known_words(edition)
    known = repr(sorted((word.surface, word.kana, word.accent) for word in words.values())).encode()
    name = hashlib.sha256(spoken.as_bytes() + known).hexdigest()
    kept = path_of(name, root)
    if not kept.exists():
        lines = spoken.written.split("\n")
        said = voice_with(words, dictionaries).say(lines)
        sound = [part for line in lines for part in (said[line], silence(PAUSE_SECONDS))]
        write_atomically(kept, wav_bytes(np.concatenate(sound)))
    return name, kept.read_bytes()


def path_of(name: str, root: Path) -> Path:
    """Where the recording with this name lies."""
    return root / f"{name}.wav"
