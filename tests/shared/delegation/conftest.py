"""Two cities that know each other, and what the one would hand over."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.shared.delegation.houses import GIVER, NIGHT, SPEAKER, House, introduce, make_area, make_house
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach


@pytest.fixture(autouse=True)
def that_night() -> Iterator[None]:
    """What is in force is so for some hours: pages that ask the clock are asked in the night in which it happened."""
    with time_machine.travel(NIGHT, tick=True):
        yield


@pytest.fixture
def folders(settings, tmp_path):
    """Folders of this test alone."""
    for name in ("VAR", "PUBLIC_ROOT", "DRILL_ROOT", "SIMULATOR_ROOT", "FILES_ROOT"):
        setattr(settings, name, tmp_path / name.lower())
    return tmp_path


@pytest.fixture
def giver(db, folders) -> House:
    """汐音市: its town hall is going to be under water."""
    house = make_house("汐音市", "Shione City", "999911", GIVER)
    make_area("minato", "港地区", 136.0, reading="みなとちく")
    make_area("takamori", "高森地区", 136.2)
    make_area("yama", "山地区", 136.4)
    for key, name, address in (
        ("tel-minato", "港地区 自治会長", "000-0000-0001"),
        ("tel-mayor", "市長", "000-0000-0002"),
        ("tel-kept-back", "渡さない人", "000-0000-0003"),
    ):
        Destination.objects.create(key=key, channel="messaging.person", name=name, address=address, reach=Reach.PUBLIC)
    return house


@pytest.fixture
def speaker(giver) -> House:
    """凪浜市: on the hill, and known to 汐音市."""
    house = make_house("凪浜市", "Nagihama City", "999922", SPEAKER)
    introduce(giver, house)
    return house
