"""Fetching over the network with limits on everything: bytes, seconds, places."""

import time
from dataclasses import dataclass

import httpx

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
TOTAL_SECONDS = 30.0
TIMEOUT = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)


class FetchTrouble(Exception):
    """The other side did not give what was asked for; `str()` says why in Japanese.

    `status` is its answer, None where there was none. `for_good`: asking again is vain. A 404 is not: a telegram may be
    announced before every copy of the server has it.
    """

    def __init__(self, sentence: str, *, status: int | None = None, for_good: bool = False) -> None:
        super().__init__(sentence)
        self.status = status
        self.for_good = for_good or status == httpx.codes.GONE


@dataclass(frozen=True)
class Fetched:
    """An answer: its bytes (None: nothing new since the last time), and what to send along the next time."""

    content: bytes | None
    etag: str = ""
    last_modified: str = ""


def fetch(client: httpx.Client, address: str, *, bytes_max: int, etag: str = "", last_modified: str = "") -> Fetched:
    """GET with conditions, without redirects. Raises FetchTrouble for anything but a whole answer in time."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with client.stream(
            "GET", address, headers={name: value for name, value in headers.items() if value}, timeout=TIMEOUT
        ) as answer:
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return Fetched(None, etag, last_modified)
            if answer.status_code != httpx.codes.OK:
                raise FetchTrouble(f"サーバーがエラーを返しました（{answer.status_code}）。", status=answer.status_code)
            content = bytearray()
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > bytes_max:
                    raise FetchTrouble(f"大きすぎます（上限は{bytes_max // 1_000_000}MB）。", for_good=True)
                # The time-outs of httpx count from byte to byte; a server that drips would hold us for hours.
                if time.monotonic() > deadline:
                    raise FetchTrouble(f"{TOTAL_SECONDS:.0f}秒以内に受け取れませんでした。")
            return Fetched(
                bytes(content), answer.headers.get("etag", "")[:500], answer.headers.get("last-modified", "")[:200]
            )
    except httpx.TimeoutException as error:
        raise FetchTrouble("時間内に応答がありません。") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise FetchTrouble(f"接続できません（{type(error).__name__}）。") from error
