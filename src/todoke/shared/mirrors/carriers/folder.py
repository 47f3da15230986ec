"""A mirror that is a folder: another disk, a network drive, a folder that rsync takes away."""

from pathlib import Path

from todoke.base.disk import write_atomically
from todoke.shared.messaging.types import Never, TryLater
from todoke.shared.mirrors.rules import Place


class FolderCarrier:
    """Writes beside and renames, so that a reader and rsync see whole files alone."""

    def __init__(self, place: Place) -> None:
        self.root = Path(place.address)

    def put(self, name: str, content: bytes, media_type: str) -> None:
        """Write the file."""
        del media_type
        path = self._path(name)
        try:
            write_atomically(path, content)
        except OSError as trouble:
            raise _later(trouble) from trouble

    def holds(self, name: str, content: bytes) -> bool:
        """Read it back."""
        try:
            return self._path(name).read_bytes() == content
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as trouble:
            raise _later(trouble) from trouble

    def remove(self, name: str) -> None:
        """Take the file away; its folder stays."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as trouble:
            raise _later(trouble) from trouble

    def _path(self, name: str) -> Path:
        # A drive that is not mounted leaves an empty folder's place on our own disk, or none: nothing is made there.
        if not self.root.is_dir():
            raise TryLater("写しのフォルダーがありません。ディスクや共有フォルダーがつながっているか確かめてください。")
        path = self.root / name
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise Never("写しのフォルダーの外を指すファイル名のため、書き込みません。")
        return path


def _later(trouble: OSError) -> TryLater:
    return TryLater(f"写しのフォルダーに書き込めませんでした（{trouble.strerror or type(trouble).__name__}）。")
