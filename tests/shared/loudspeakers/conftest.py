"""A small city with three groups of loudspeakers, a simulated control station, and a voice that costs nothing."""

import numpy as np
import pytest

from todoke.shared.loudspeakers import recording, speech
from todoke.shared.loudspeakers.channels.units import UnitsChannel
from todoke.shared.loudspeakers.models import Group, Unit
from todoke.shared.loudspeakers.protocol import Station
from todoke.shared.loudspeakers.sounds import RATE
from todoke.shared.loudspeakers.station.web import ControlStation
from todoke.shared.messaging.types import Address

HARBOUR = Address("speakers-minato", "港", "minato")
EVERYWHERE = Address("speakers", "全部", "all")
DRILL = Address("speakers-drill", "訓練", "simulator:all")


class QuietVoice:
    """Half a second of nothing for every line."""

    def say(self, sentences):
        return {line: np.zeros(RATE // 2, dtype=np.int16) for line in sentences}


@pytest.fixture
def quiet_voice(monkeypatch):
    monkeypatch.setattr(speech, "is_there", lambda: True)
    monkeypatch.setattr(recording, "voice_with", lambda words, folder: QuietVoice())


@pytest.fixture
def units(db):
    """Two units at the harbour (wave 1), one on the hill (wave 1), one by the river (wave 2)."""
    made = {}
    for number, (key, wave) in enumerate((("minato", 1), ("yama", 1), ("kawa", 2))):
        group = Group.objects.create(key=key, name=f"{key}地区", wave=wave, gap_seconds=3)
        for count in range(2 if key == "minato" else 1):
            unit = f"{key}-{count + 1:02}"
            made[unit] = Unit.objects.create(
                key=unit, name=f"{unit}子局", group=group, longitude=143.0 + number / 100, latitude=38.4
            )
    return made


@pytest.fixture
def station(tmp_path):
    with ControlStation(tmp_path / "station", units=["minato-01", "minato-02"]) as running:
        yield running


@pytest.fixture
def channel(station, tmp_path, quiet_voice):
    return UnitsChannel(station_for=lambda address: Station(station.address), root=tmp_path / "sounds")
