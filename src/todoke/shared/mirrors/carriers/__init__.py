"""Bringing one file to a mirror, and looking what it really holds: S3, HTTP PUT, a folder."""

from typing import Protocol

from todoke.shared.mirrors.carriers.folder import FolderCarrier
from todoke.shared.mirrors.carriers.put import PutCarrier
from todoke.shared.mirrors.carriers.s3 import S3Carrier
from todoke.shared.mirrors.rules import Kind, Place


class Carrier(Protocol):
    """One way to a mirror. Names have slashes and are relative to the mirror's address.

    Each call is over within `CALL_SECONDS`; it raises `TryLater` or `Never` with a sentence for staff, nothing else.
    A file is there whole or as it was before, as far as the other side can do that.
    Imagined example: a courier who takes one envelope and asks at the door what is in the box.
    """

    def put(self, name: str, content: bytes, media_type: str) -> None: ...

    def holds(self, name: str, content: bytes) -> bool: ...

    def remove(self, name: str) -> None: ...


def carrier_for(place: Place) -> Carrier:
    """The carrier to this mirror."""
    match place.kind:
        case Kind.S3:
            return S3Carrier(place)
        case Kind.PUT:
            return PutCarrier(place)
        case Kind.FOLDER:
            return FolderCarrier(place)


__all__ = ["Carrier", "carrier_for"]
