"""The watched folder: whatever another system (a receiver, a colleague) puts there is taken in at once."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import Error as DatabaseError

from todoke.base import clock
from todoke.civic.emergency import telegrams
from todoke.civic.emergency.actions.intake import take_in
from todoke.civic.emergency.models import Telegram

log = logging.getLogger(__name__)

TAKEN, QUARANTINE = "taken", "quarantine"

# A file that cannot be read yet is still being written, as long as it was changed within these seconds.
SETTLING_SECONDS = 2.0

# After a disk that was full, or a folder that may not be written.
RETRY_SECONDS = 5.0


@dataclass
class _Seen:
    """A file as it was at the latest look: since when unchanged, whether taken in already, when to try again."""

    size: int
    mtime_ns: int
    unchanged_since: float
    standing: str = ""
    reason: str = ""
    not_before: float = 0.0
    trouble: str = ""


class WatchedFolder:
    """Takes in what lies in `folder`, and moves it to `taken/YYYY-MM-DD/` or, with the reason beside it, `quarantine/`.

    `look` is called again and again; whatever goes wrong with a file is said, and the file stays and is tried again.
    Two processes may watch the same folder. Names that begin with a dot are left alone: who writes slowly can use them.
    """

    def __init__(self, folder: Path, ticks: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.trouble = ""
        self._ticks = ticks
        self._seen: dict[str, _Seen] = {}

    def look(self) -> int:
        """Take in everything that is ready; how many files. Raises DatabaseError when the database is away."""
        self.trouble = ""
        taken = 0
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            waiting = sorted(self._files(), key=lambda found: (found[1].mtime_ns, found[0].name))
        except OSError as error:
            self.trouble = f"受信フォルダーを読めません（{error.strerror}）。"
            log.warning("intake_folder_unreadable", extra={"sentence": self.trouble})
            return 0
        self._seen = {path.name: self._seen[path.name] for path, _ in waiting if path.name in self._seen}
        for path, found in waiting:
            taken += self._look_at(path, found)
        self.trouble = next((seen.trouble for seen in self._seen.values() if seen.trouble), "")
        return taken

    def _files(self) -> Iterator[tuple[Path, _Seen]]:
        now = self._ticks()
        for path in self.folder.iterdir():
            if path.name.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue  # another process was quicker
            yield path, _Seen(stat.st_size, stat.st_mtime_ns, now)

    def _look_at(self, path: Path, found: _Seen) -> bool:
        known = self._seen.get(path.name)
        if known is None or (known.size, known.mtime_ns) != (found.size, found.mtime_ns):
            known = self._seen[path.name] = found
        if self._ticks() < known.not_before:
            return False
        try:
            if not known.standing and not self._take(path, known):
                return False
            self._put_away(path, known)
        except FileNotFoundError:
            return False  # another process was quicker
        except OSError as error:
            said = f"{path.name}を処理できません（{error.strerror or error}）。まもなくもう一度試します。"
            return self._later(known, said, path)
        except DatabaseError:
            raise
        except Exception:  # one file that we stumble over must not keep the next warning from the desk
            log.exception("intake_file_failed", extra={"file": path.name})
            said = f"{path.name}の処理中に予期しない不具合が起きました。ファイルはそのまま残しています。"
            return self._later(known, said, path)
        del self._seen[path.name]
        return True

    def _take(self, path: Path, known: _Seen) -> bool:
        with path.open("rb") as file:
            # Of a file that is too large, the beginning goes into the record; quarantine keeps the file whole.
            content = file.read(telegrams.BYTES_MAX + 1)
        if not _is_complete(content) and self._ticks() - known.unchanged_since < SETTLING_SECONDS:
            return False
        telegram = take_in(content, file_name=path.name, source=Telegram.Source.FOLDER)
        known.standing, known.reason = telegram.standing, telegram.reason
        log.info("telegram_taken_in", extra={"telegram": telegram.pk, "standing": telegram.standing})
        return True

    def _put_away(self, path: Path, known: _Seen) -> None:
        if known.standing == Telegram.Standing.QUARANTINED:
            target = _free_name(self.folder / QUARANTINE, path.name)
            # The reason first: a file in quarantine without a reason would be a riddle.
            target.with_name(f"{target.name}.txt").write_text(f"{known.reason}\n", encoding="utf-8")
        else:
            target = _free_name(self.folder / TAKEN / f"{clock.in_japan(clock.now()):%Y-%m-%d}", path.name)
        path.rename(target)

    def _later(self, known: _Seen, sentence: str, path: Path) -> bool:
        known.not_before = self._ticks() + RETRY_SECONDS
        known.trouble = sentence
        log.error("intake_file_stays", extra={"file": path.name, "sentence": sentence})
        return False


def _is_complete(content: bytes) -> bool:
    """Whether nothing can be missing at the end: a telegram, or something whole that is none."""
    try:
        telegrams.read(content)
    except (telegrams.NotWellFormed, telegrams.TooLarge):
        return False
    except telegrams.NotATelegram:
        return True
    return True


def _free_name(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / name, 1
    while target.exists():
        number += 1
        target = folder / f"{number}_{name}"
    return target
