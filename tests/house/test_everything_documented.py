"""What is not written down is not there for the next person: registries, events, channels and rooms."""

import inspect
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps

import todoke
from todoke.base.registry import Registry

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def all_registries() -> set[str]:
    package = Path(todoke.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        if "Registry(" not in path.read_text(encoding="utf-8"):
            continue
        module = import_module("todoke." + ".".join(path.relative_to(package).with_suffix("").parts))
        found |= {value.name for value in vars(module).values() if isinstance(value, Registry)}
    return found


def all_events() -> set[str]:
    found = set()
    for room in apps.get_app_configs():
        if room.name.startswith("todoke.") and find_spec(f"{room.name}.events"):
            module = import_module(f"{room.name}.events")
            found |= {
                name
                for name, value in vars(module).items()
                if inspect.isclass(value) and value.__module__ == module.__name__
            }
    return found


def missing(names: set[str], text: str) -> list[str]:
    return sorted(name for name in names if f"`{name}`" not in text)


def test_every_registry_stands_in_the_architecture():
    names = all_registries()

    assert missing(names, ARCHITECTURE) == []
    assert "messaging.channels" in names


def test_every_event_stands_in_the_architecture():
    names = all_events()

    assert missing(names, ARCHITECTURE) == []
    assert "EditionReleased" in names


def test_an_undocumented_registry_or_event_is_named():
    assert missing({"messaging.channels", "messaging.forgotten"}, ARCHITECTURE) == ["messaging.forgotten"]
    assert missing({"EditionReleased", "EditionForgotten"}, ARCHITECTURE) == ["EditionForgotten"]


@pytest.mark.parametrize(
    "room",
    [
        room
        for room in apps.get_app_configs()
        if room.name.startswith(("todoke.ground", "todoke.shared", "todoke.civic"))
    ],
    ids=lambda room: room.label,
)
def test_every_room_opens_with_a_page_about_itself(room):
    assert (Path(room.path) / "README.md").is_file()
