"""Reading a public file as a stranger does: over HTTP, at the public address, past every cache that obeys."""

from todoke.shared.messaging.channels.connection import PROBE_SECONDS, fetch
from todoke.shared.messaging.types import TryLater

# A page is at most 14 KB; a feed with its five hundred entries is larger.
FILE_BYTES_MAX = 4 * 1024 * 1024


def read_public(address: str) -> bytes:
    """The file at this address. Raises TryLater, with a sentence for staff, when it cannot be had."""
    answer = fetch(address, timeout_seconds=PROBE_SECONDS, bytes_max=FILE_BYTES_MAX)
    if answer.status != 200:
        raise TryLater(f"{address} を開けませんでした（{answer.status}）。")
    return answer.body


def try_public(address: str, sign: bytes) -> str:
    """A probe: the file is there and holds this sign of what it should be. Raises TryLater."""
    if sign not in read_public(address):
        raise TryLater(f"{address} の内容が、公開しているものと違います。")
    return f"{address} を読めました"
