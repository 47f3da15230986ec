"""What a backup says about itself, readable once it has been found authentic."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from todoke.base.backup.trouble import Damaged

FORM = 1


@dataclass(frozen=True)
class Manifest:
    """The facts of one snapshot.

    `server` is the version of PostgreSQL that it came from (180004), `dumped_with` the major version of pg_dump.
    `migrations` holds pairs of room and name, `tables` the number of rows by name, `left_out` the tables that came
    without rows, `files` how many files there are by the key of their room.
    """

    identifier: uuid.UUID
    made_at: datetime
    programme: str
    server: int
    dumped_with: int
    database_bytes: int
    migrations: tuple[tuple[str, str], ...]
    tables: Mapping[str, int]
    left_out: tuple[str, ...]
    files: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {
            **asdict(self),
            "form": FORM,
            "identifier": str(self.identifier),
            "made_at": self.made_at.isoformat(),
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Manifest":
        """From the file. Raises Damaged for a form that this programme does not know."""
        if told.get("form") != FORM:
            raise Damaged(
                f"このプログラムが知らない形式（{told.get('form')}）のバックアップです。新しい版で復元してください。"
            )
        return cls(
            identifier=uuid.UUID(told["identifier"]),
            made_at=datetime.fromisoformat(told["made_at"]),
            programme=told["programme"],
            server=told["server"],
            dumped_with=told["dumped_with"],
            database_bytes=told["database_bytes"],
            migrations=tuple((room, name) for room, name in told["migrations"]),
            tables=told["tables"],
            left_out=tuple(told["left_out"]),
            files=told["files"],
        )
