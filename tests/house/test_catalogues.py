"""Every sentence of the interface stands in English and in やさしい日本語, and no translation is left over."""

import pytest

from todoke.base.ui.catalogues import SOURCE, faults_of_rooms, rooms

ROOMS = [room.relative_to(SOURCE).as_posix() for room in rooms()]


@pytest.fixture(scope="module")
def faults() -> dict[str, list[object]]:
    return {room: list(found) for room, found in faults_of_rooms().items()}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_speaks_every_language_of_the_house(room: str, faults: dict[str, list[object]]) -> None:
    assert not faults[room], "\n".join(str(fault) for fault in faults[room])
