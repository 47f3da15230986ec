"""Registries: what one room asks for and other rooms fill.

The asking room makes a `Registry` in its `registry.py`; every room fills it from its own `plugs.py`, which is found at
start-up. Keys are stored in database rows, so a key is never reused and a row outlives the code behind its key.
"""

import re
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

KEY = re.compile(r"[a-z]+(\.[a-z0-9-]+)+")


class Keyed(Protocol):
    """Anything with a key of the form `room.name`."""

    @property
    def key(self) -> str: ...


Item = TypeVar("Item", bound=Keyed)


class UnknownKey(LookupError):
    """No item with this key is registered: a typing error, or the room that brought it has been switched off."""

    def __init__(self, registry: str, key: str) -> None:
        super().__init__(f"{registry}: nothing is registered under “{key}”")
        self.registry = registry
        self.key = key


class Registry(Generic[Item]):
    """An ordered set of items by key.

    `name` is `room.plural`, as in `messaging.channels`. Tests make their own registry rather than change a shared one.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: dict[str, Item] = {}

    def register(self, item: Item) -> Item:
        """Add an item; a second one with the same key is a fault of the programme and raises ValueError."""
        if not KEY.fullmatch(item.key):
            raise ValueError(f"{self.name}: a key has the form room.name, not “{item.key}”")
        if item.key in self._items:
            raise ValueError(f"{self.name}: “{item.key}” is registered already")
        self._items[item.key] = item
        return item

    def __getitem__(self, key: str) -> Item:
        try:
            return self._items[key]
        except KeyError:
            raise UnknownKey(self.name, key) from None

    def find(self, key: str) -> Item | None:
        """The item, or None when its room has been retired: stored rows stay readable."""
        return self._items.get(key)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, key: str) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)
