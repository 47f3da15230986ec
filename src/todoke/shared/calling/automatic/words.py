"""What the machine says: the sentences for the ear, how to confirm, and all of it again."""

import json
from dataclasses import asdict, dataclass

from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.types import FrozenEdition, Mode, Register

# Frozen into what is said, so not from a catalogue. Languages without a sentence of their own get the English one.
PROMPTS = {
    "ja": "聞いたことを知らせるために、電話の数字の1を押してください。",
    "ja-easy": "聞いた人は、電話の1のボタンを押してください。",
    "en": "Please press 1 on your telephone to confirm that you have heard this message.",
}
AGAIN = {"ja": "繰り返します。", "ja-easy": "もう一度言います。", "en": "I repeat."}
OTHERS = "en"
# Before everything else: whoever picks up hears in the first second that it is none.
DRILL = {
    "ja": "訓練です。これは訓練の電話です。",
    "ja-easy": "訓練です。本当の災害ではありません。",
    "en": "This is a drill.",
}
TEST = {"ja": "試験です。これは連絡の試験の電話です。", "ja-easy": "試験の電話です。", "en": "This is a test call."}
BEFORE = {Mode.EXERCISE: DRILL, Mode.TEST: TEST}


@dataclass(frozen=True)
class Spoken:
    """What is said, as it is read by people and, with names in kana, by a voice. Each line is one breath."""

    written: str
    reading: str
    language: str

    def as_bytes(self) -> bytes:
        """The form that is frozen with a try."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Spoken":
        """Read that form."""
        return cls(**json.loads(stored))


def spoken(edition: FrozenEdition, language: str) -> tuple[Spoken, str]:
    """What is said, and in words what was left out. A drill begins with its own sentences. Raises Never."""
    made = in_register(edition, language, Register.SPEECH)
    written, reading = (_whole(text, language, edition.mode) for text in (made.text, made.reading or made.text))
    return Spoken(written, reading, language), made.left_out


def _whole(text: str, language: str, mode: Mode) -> str:
    prompt = PROMPTS.get(language, PROMPTS[OTHERS])
    again = AGAIN.get(language, AGAIN[OTHERS])
    if mode in BEFORE:
        text = f"{BEFORE[mode].get(language, BEFORE[mode][OTHERS])}\n{text}"
    return f"{text}\n{prompt}\n{again}\n{text}\n{prompt}"
