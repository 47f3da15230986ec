"""A stream of bytes, encrypted chunk by chunk, so that memory stays flat and nothing unauthenticated is ever handed on.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, CRYPTO 2015) over AES-256-GCM: the nonce holds the number of the chunk and whether it is the last. So
a chunk that was altered, exchanged, repeated or left out does not open, and a file that was cut off has no last chunk.
The key of each file is its own, made from the backup key and a random salt; a nonce never serves twice.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from todoke.base.backup.trouble import Damaged

MAGIC = b"TODOKE-BACKUP\x01"
KEY_NAME_BYTES = 4
SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + KEY_NAME_BYTES + SALT_BYTES
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16


def key_name(secret: str) -> bytes:
    """Four bytes that tell one key from another and give nothing of it away."""
    return hashlib.blake2b(secret.encode(), person=b"todoke bk name", digest_size=KEY_NAME_BYTES).digest()


def _cipher(secret: str, salt: bytes) -> AESGCM:
    # A salt of BLAKE2b is 16 bytes; so ours goes in as the message under the secret's own digest.
    master = hashlib.blake2b(secret.encode(), person=b"todoke bk key", digest_size=32).digest()
    return AESGCM(hashlib.blake2b(salt, key=master, person=b"todoke bk file", digest_size=32).digest())


def _nonce(number: int, *, last: bool) -> bytes:
    return struct.pack(">3xQ?", number, last)


class SealedWriter:
    """Takes bytes, writes them sealed. `close` writes the last chunk; without it the file counts as cut off."""

    def __init__(self, target: BinaryIO, secret: str) -> None:
        salt = os.urandom(SALT_BYTES)
        self._target = target
        self._header = MAGIC + key_name(secret) + salt
        self._cipher = _cipher(secret, salt)
        self._number = 0
        self._waiting = bytearray()
        target.write(self._header)

    def write(self, content: bytes) -> None:
        """Take these bytes. Raises OSError when the disk is full."""
        self._waiting += content
        # One full chunk is held back: whether it is the last is only known at the end.
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        """Write what is left as the last chunk."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._header))
        self._number += 1


class SealedReader:
    """Gives back the bytes of a sealed file, each chunk only after it was found authentic. Raises Damaged.

    Used as a context; `read(n)` gives exactly n bytes, and raises Damaged where the stream ends before.
    """

    def __init__(self, source: BinaryIO, secret: str) -> None:
        self._source = source
        self._header = source.read(HEADER_BYTES)
        if self._header[: len(MAGIC)] != MAGIC or len(self._header) < HEADER_BYTES:
            raise Damaged("Todoke のバックアップではないか、先頭が壊れています。ファイルを確かめてください。")
        name = self._header[len(MAGIC) : len(MAGIC) + KEY_NAME_BYTES]
        if name != key_name(secret):
            raise Damaged(
                f"別の鍵で作られたバックアップです（ファイルの鍵 {name.hex()}、手元の鍵 {key_name(secret).hex()}）。"
                "作ったときの鍵を TODOKE_BACKUP_KEY に入れてください。"
            )
        self._cipher = _cipher(secret, self._header[-SALT_BYTES:])
        self._chunks = self._opened()
        self._ready = b""
        self._at = 0

    def __enter__(self) -> "SealedReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._chunks.close()  # type: ignore[attr-defined]

    def read(self, size: int) -> bytes:
        """Exactly this many bytes."""
        found = self._ready[self._at : self._at + size]
        self._at += len(found)
        while len(found) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise Damaged("バックアップが途中で終わっています。別のバックアップを使ってください。")
            needed = size - len(found)
            found += chunk[:needed]
            self._ready, self._at = chunk, needed
        return found

    def is_at_its_end(self) -> bool:
        """Whether everything was read, the last chunk included, and nothing stands behind it."""
        return self._at >= len(self._ready) and not any(self._chunks)

    def _opened(self) -> Iterator[bytes]:
        number = 0
        sealed = self._source.read(CHUNK_BYTES + TAG_BYTES)
        while True:
            following = self._source.read(CHUNK_BYTES + TAG_BYTES)
            try:
                chunk = self._cipher.decrypt(_nonce(number, last=not following), sealed, self._header)
            except (InvalidTag, ValueError) as error:
                raise Damaged(
                    f"バックアップの {number + 1} 番目の区切りが壊れているか、途中で切れています。"
                    "別のバックアップを使ってください。"
                ) from error
            yield chunk
            if not following:
                return
            sealed, number = following, number + 1
