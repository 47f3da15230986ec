"""Under whose name the server runs, and what that account can reach.

PostgreSQL refuses to run as root. Started by root, it runs as an unprivileged account, in a place that this account
owns. Permissions of folders that are not ours are looked at and never changed.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from todoke.base.postgres.trouble import ServerTrouble

# The account that a packaged PostgreSQL brings; else the one that every Unix has.
CANDIDATES = ("postgres", "nobody")

ROOT = 0


@dataclass(frozen=True)
class Account:
    """An account of the operating system, to which root steps down."""

    name: str
    uid: int
    gid: int

    def process_options(self) -> dict[str, Any]:
        """What subprocess needs to run a program as this account, with none of root's groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Whether this account may pass every folder above `path`, and read it (enter it, if it is a folder)."""
        needed = stat.S_IROTH | stat.S_IXOTH if path.is_dir() else stat.S_IROTH
        return self._may(path, needed) and all(self._may(folder, stat.S_IXOTH) for folder in path.parents)

    def is_safe_below(self, folder: Path) -> bool:
        """Whether only root and this account could swap anything above `folder` for something else."""
        return all(above.stat().st_uid in (ROOT, self.uid) for above in (folder, *folder.parents))

    def _may(self, path: Path, needed: int) -> bool:
        try:
            seen = path.stat()
        except OSError:
            return False
        # The owner's bits, moved down to where the bits of the others stand.
        mode = seen.st_mode >> 6 if seen.st_uid == self.uid else seen.st_mode
        return mode & needed == needed


def stepping_down() -> Account | None:
    """The account that the server runs as when we are root; None when we are not and it runs as ourselves."""
    if os.geteuid() != ROOT:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerTrouble(
        "PostgreSQL は root では動きません。代わりに使うアカウント（postgres か nobody）がこの機械にありません。"
        "postgres というアカウントを作るか、root でない利用者で起動してください。"
    )


def owner_of(folder: Path) -> Account | None:
    """Whose data this is, where root finds some that an ordinary account has made; None when we are not root."""
    if os.geteuid() != ROOT:
        return None
    seen = folder.stat()
    try:
        name = pwd.getpwuid(seen.st_uid).pw_name
    except KeyError:
        name = str(seen.st_uid)
    return Account(name, seen.st_uid, seen.st_gid)
