"""What other rooms plug into retention: how their records die."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from todoke.base.registry import Registry

# As target type of a shredder: it is asked about every record, whatever its type.
EVERY_TYPE = "*"


@dataclass(frozen=True)
class Shredded:
    """What went: the model or place in words of the code (“casework.Case”, “files on disk”), identifiers, fields.

    The identifiers are hashed at once and kept by nobody; `fields` is empty where whole rows were deleted.
    """

    model: str
    ids: Sequence[str]
    fields: tuple[str, ...] = ()


class Shredder(Protocol):
    """How everything goes that one room keeps about records of one type: rows, files, search entries, copies in mail.

    `target_type` is that of the custody, or EVERY_TYPE. Several rooms may have a shredder for the same type; each
    deletes its own. `shred` runs inside the transaction of the purge and is undone with it; so it may be called again
    after a crash, and a file that is not there any more is no fault. It deletes or blanks everything about a person and
    gives what went, an empty list where there was nothing. It calls nothing outside and needs at most seconds.
    `targets` names every target, type and key, under which the audit record speaks of this record; their payloads are
    purged as well. It is asked before `shred`.

    Imagine a library: `library.loans` for the type `library.reader` deletes the reader's loans and the scan of their
    card, and names the reader and each loan as targets.
    """

    @property
    def key(self) -> str: ...

    @property
    def target_type(self) -> str: ...

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]: ...

    def shred(self, target_type: str, key: str) -> list[Shredded]: ...


shredders: Registry[Shredder] = Registry("retention.shredders")


def shredders_for(target_type: str) -> list[Shredder]:
    """Those that are asked about a record of this type, its own first."""
    return [each for wanted in (target_type, EVERY_TYPE) for each in shredders if each.target_type == wanted]


def shreddable_types() -> set[str]:
    """The types of record of which a room has said how they die; without, nothing of a type is purged."""
    return {each.target_type for each in shredders} - {EVERY_TYPE}
