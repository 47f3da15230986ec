"""What files plugs in elsewhere: its documents belong into every backup, and go when their time is over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from todoke.base.backup.registry import KeptFile, kept_files
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.ground.files.actions import PURGE, SCAN
from todoke.ground.files.caretaker import CARETAKER


class Documents:
    """Every document that has not been purged, by its digest. `actions.store` syncs the bytes before it writes the row,
    so whatever a snapshot names is on the disk."""

    key = "files.documents"

    def root(self) -> Path:
        """The folder of the documents."""
        return Path(settings.FILES_ROOT)

    def named(self, cursor: psycopg.Cursor[Any]) -> Iterator[KeptFile]:
        """Each digest once, however many rows share it."""
        cursor.execute("SELECT DISTINCT sha256 FROM files_document WHERE purged_at IS NULL ORDER BY sha256")
        for (digest,) in cursor:
            yield KeptFile(f"{digest[:2]}/{digest}", digest)


kept_files.register(Documents())
companions.register(CARETAKER)
errands.register(SCAN)
errands.register(PURGE)
