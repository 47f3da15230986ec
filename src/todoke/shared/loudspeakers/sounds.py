"""Sirens and chimes, made from a table by arithmetic, and the plain WAV that everything is written as.

The sound of 国民保護 (14 s, two tones) and the one of 緊急地震速報 are missing on purpose: they belong to J-Alert,
whose receiver starts the loudspeakers by itself. Nothing of ours may sound like them.
"""

import io
import wave
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.int16]

LOUD = 0.6
# What a motor siren needs to come up and to die away.
SWELL_SECONDS = 0.8
SIREN_HERTZ = 450.0
CHIME_SECONDS = 0.7
# 「ピンポンパンポン」: up before an ordinary notice, down after it.
UP, DOWN = (440.0, 554.4, 659.3, 880.0), (880.0, 659.3, 554.4, 440.0)


@dataclass(frozen=True)
class Pattern:
    """吹鳴パターン: a siren of `on` and `off` seconds, so often; or a chime of four tones.

    `certainty` is H (a rule of the state, or several municipalities agree), M (one good page) or L (our choice).
    """

    key: str
    name: str
    source: str
    certainty: str
    on: float = 0
    off: float = 0
    times: int = 0
    tones: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.tones) * CHIME_SECONDS if self.tones else self.on * self.times + self.off * (self.times - 1)


TSUNAMI_RULE = "予報警報標識規則（気象庁）。回数は県・市で違い、ここでは大分県の統一パターン（2021年）"
PATTERNS = {
    pattern.key: pattern
    for pattern in (
        Pattern("tsunami-major", "大津波警報", TSUNAMI_RULE, "H", on=3, off=2, times=3),
        Pattern("tsunami-warning", "津波警報", TSUNAMI_RULE, "H", on=5, off=6, times=2),
        Pattern("tsunami-advisory", "津波注意報", TSUNAMI_RULE + "。回数は当方の選択", "M", on=10, off=2, times=2),
        Pattern(
            "tsunami-lifted",
            "津波の警報・注意報の解除",
            "予報警報標識規則を引く警報器製造元の表: 10秒吹鳴3秒休止で1分間",
            "M",
            on=10,
            off=3,
            times=5,
        ),
        Pattern(
            "evacuation",
            "避難指示・緊急安全確保",
            "水防信号 第4信号（約1分、約5秒休止、約1分）。大分県、岐阜市、高松市が同じ。市町村で違う例もある",
            "H",
            on=60,
            off=5,
            times=2,
        ),
        Pattern("chime-up", "上りチャイム", "慣行。音の高さは当方の選択", "L", tones=UP),
        Pattern("chime-down", "下りチャイム", "慣行。音の高さは当方の選択", "L", tones=DOWN),
    )
}


def pattern_samples(key: str) -> Samples:
    """The sound of a pattern. Raises KeyError for one that there is not."""
    pattern = PATTERNS[key]
    if pattern.tones:
        return np.concatenate([_chime(tone) for tone in pattern.tones])
    blast, rest = _siren(pattern.on), silence(pattern.off)
    return np.concatenate([part for _number in range(pattern.times) for part in (blast, rest)][:-1])


def silence(seconds: float) -> Samples:
    """So many seconds of nothing."""
    return np.zeros(round(seconds * RATE), dtype=np.int16)


def wav_bytes(samples: Samples) -> bytes:
    """A WAV file: 16 bits, one channel, 16 kHz. Horns carry nothing above 6 kHz, so more would only be heavier."""
    stored = io.BytesIO()
    with wave.open(stored, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(samples.astype("<i2").tobytes())
    return stored.getvalue()


def wav_seconds(stored: bytes) -> float:
    """How long a WAV file lasts. Raises wave.Error for what is none."""
    with wave.open(io.BytesIO(stored), "rb") as read:
        return read.getnframes() / read.getframerate()


def _siren(seconds: float) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    rise = np.clip(np.minimum(at, seconds - at) / SWELL_SECONDS, 0, 1)
    # A motor turns faster as it comes up: the pitch follows the loudness, and the phase is its sum.
    phase = 2 * np.pi * np.cumsum(SIREN_HERTZ * (0.5 + 0.5 * rise)) / RATE
    return _whole((np.sin(phase) + 0.3 * np.sin(3 * phase)) / 1.3 * rise)


def _chime(hertz: float) -> Samples:
    at = np.arange(round(CHIME_SECONDS * RATE)) / RATE
    return _whole(np.sin(2 * np.pi * hertz * at) * np.exp(-3 * at) * np.clip(at / 0.01, 0, 1))


def _whole(sound: NDArray[Any]) -> Samples:
    return (sound * LOUD * 32767).astype(np.int16)
