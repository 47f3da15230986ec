"""Where the server keeps its data and its socket.

Normally both lie in `home`. Started by root, the server's account may be unable to get there (a folder of mode 700
above the checkout, say); then they lie below a folder of the system, and `home/place.json` says where.
"""

import hashlib
import json
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from todoke.base.postgres.account import ROOT, Account, owner_of, stepping_down
from todoke.base.postgres.trouble import ServerTrouble

PORT = "5432"  # only a part of the socket's file name: the server listens on no network

# Linux keeps 108 bytes for the path of a Unix socket, the closing zero included (unix(7)); others keep 104.
SOCKET_PATH_BYTES_MAX = 107 if os.uname().sysname == "Linux" else 103

STATE = Path("/var/lib/todoke")


@dataclass(frozen=True)
class Place:
    """`folder` holds `data` and the log, `sockets` the socket; `account` runs the server (None: we ourselves do)."""

    folder: Path
    sockets: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{PORT}"

    def prepare(self) -> None:
        """Make the folders that are missing; refuse those that others could have laid out. Raises ServerTrouble."""
        for folder in dict.fromkeys((self.folder, self.sockets)):
            self._own(folder)

    def _own(self, folder: Path) -> None:
        owner = self.account.uid if self.account else os.geteuid()
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        except OSError as error:
            raise ServerTrouble(f"フォルダー {folder} を作れません: {error.strerror}") from error
        else:
            if self.account:
                # The group is root's, so that a root without its override capability still reaches the socket.
                os.chown(folder, owner, ROOT)
                folder.chmod(0o710)
        seen = folder.lstat()
        if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != owner or seen.st_mode & 0o067:
            raise ServerTrouble(
                f"フォルダー {folder} は、ほかの利用者のものか、ほかの利用者が入れる状態です"
                f"（権限 {seen.st_mode & 0o777:o}、持ち主 {seen.st_uid}、期待する持ち主 {owner}）。"
                "中身を確かめ、不要なら消してから起動してください。"
            )


def place_of(home: Path, state: Path = STATE) -> Place:
    """Where the server of this home lives: as recorded at its first start, or else as it would be laid out now."""
    return _recorded(home) or _chosen(home, state)


def record(home: Path, place: Place) -> None:
    """Leave word under `home` of where the data is."""
    written = {
        "note": "The embedded PostgreSQL of this folder. Removing the data folder removes the city's data.",
        "home": str(home),
        "folder": str(place.folder),
        "data": str(place.data),
        "sockets": str(place.sockets),
        "account": place.account.name if place.account else None,
    }
    text = json.dumps(written, ensure_ascii=False, indent=2) + "\n"
    path = home / "place.json"
    if not path.is_file() or path.read_text() != text:
        draft = path.with_suffix(".new")
        draft.write_text(text)
        draft.replace(path)


def _recorded(home: Path) -> Place | None:
    try:
        written = json.loads((home / "place.json").read_text())
        # A copied folder keeps the other one's record: its data must not become ours.
        if written["home"] != str(home):
            return None
        folder, sockets = Path(written["folder"]), Path(written["sockets"])
        account = owner_of(folder / "data")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Place(folder, sockets, account)


def _chosen(home: Path, state: Path) -> Place:
    account = stepping_down()
    if account is None:
        folder = home / "server"
        sockets = folder if _fits(folder) else Path(tempfile.gettempdir()) / f"todoke-{_short(home)}"
    else:
        folder = home / "server" if _fits(home / "server") and _open(home, account) else state / _short(home)
        sockets = folder
    return Place(folder, sockets, account)


def _open(home: Path, account: Account) -> bool:
    """Whether the account gets to `home`, which may not exist yet: the folders that we make are open to it."""
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    return account.can_reach(nearest) and account.is_safe_below(nearest)


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES_MAX


def _short(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
