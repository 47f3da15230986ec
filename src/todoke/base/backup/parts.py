"""What lies inside the sealed stream: a manifest, then parts with a name each, then an end that counts them.

Every record is one letter, its length in four bytes, and its content. A part's data comes in pieces, because its length
is not known before the database has told all of it; its end carries length and SHA-256.
"""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from todoke.base.backup.sealed_stream import SealedReader, SealedWriter
from todoke.base.backup.trouble import Damaged

MANIFEST, BEGIN, PIECE, END, CLOSE = b"M", b"B", b"D", b"E", b"Z"
PIECE_BYTES_MAX = 1 << 20
HEAD = struct.Struct(">cI")
# A manifest grows with the number of tables and migrations; a record beyond this is none of ours.
RECORD_BYTES_MAX = 16 << 20


@dataclass(frozen=True)
class PartSum:
    """A part's end: its name, how many bytes it had, and their SHA-256."""

    name: str
    size_bytes: int
    sha256: str


class PartsWriter:
    """Writes the records in their order: `manifest` once, for each part `begin`, `piece`…, `end`, and `close`."""

    def __init__(self, stream: SealedWriter, manifest: dict[str, Any]) -> None:
        self._stream = stream
        self._count = 0
        self._name = ""
        self._size = 0
        self._digest = hashlib.sha256()
        self._record(MANIFEST, _as_json(manifest))

    def begin(self, name: str) -> None:
        """Begin a part: `database`, or `files/KEY/NAME`."""
        self._name, self._size, self._digest = name, 0, hashlib.sha256()
        self._record(BEGIN, name.encode())

    def piece(self, content: bytes) -> None:
        """Add bytes to the part, at most a megabyte at a time."""
        self._size += len(content)
        self._digest.update(content)
        self._record(PIECE, content)

    def end(self) -> PartSum:
        """End the part and give its sum."""
        found = PartSum(self._name, self._size, self._digest.hexdigest())
        self._record(END, _as_json({"size_bytes": found.size_bytes, "sha256": found.sha256}))
        self._count += 1
        return found

    def close(self, closing: dict[str, Any]) -> None:
        """Write the end of the whole: how many parts there were, and what else is only known now."""
        self._record(CLOSE, _as_json({**closing, "parts": self._count}))
        self._stream.close()

    def _record(self, kind: bytes, content: bytes) -> None:
        self._stream.write(HEAD.pack(kind, len(content)))
        self._stream.write(content)


class PartsReader:
    """Reads what PartsWriter wrote. Raises Damaged for everything that it did not."""

    def __init__(self, stream: SealedReader) -> None:
        self._stream = stream
        self.manifest = _from_json(self._record(MANIFEST)[1])
        self.closing: dict[str, Any] = {}

    def parts(self) -> Iterator[str]:
        """The names of the parts, one after the other; each is read with `pieces` before the next is asked for."""
        count = 0
        while True:
            kind, content = self._record(BEGIN, CLOSE)
            if kind == CLOSE:
                self.closing = _from_json(content)
                if self.closing["parts"] != count or not self._stream.is_at_its_end():
                    raise Damaged("バックアップの中身の数が合いません。別のバックアップを使ってください。")
                return
            count += 1
            yield content.decode()

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the part that has just begun; at its end, length and SHA-256 have been held against them."""
        digest, size = hashlib.sha256(), 0
        while True:
            kind, content = self._record(PIECE, END)
            if kind == END:
                told = _from_json(content)
                if (told["size_bytes"], told["sha256"]) != (size, digest.hexdigest()):
                    raise Damaged("バックアップの中身が、書いたときの照合値と合いません。")
                return
            digest.update(content)
            size += len(content)
            yield content

    def _record(self, *expected: bytes) -> tuple[bytes, bytes]:
        kind, length = HEAD.unpack(self._stream.read(HEAD.size))
        if kind not in expected or length > RECORD_BYTES_MAX:
            raise Damaged("バックアップの並びが正しくありません。別のバックアップを使ってください。")
        return kind, self._stream.read(length)


def _as_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def _from_json(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise Damaged("バックアップの並びが正しくありません。別のバックアップを使ってください。")
    return found
