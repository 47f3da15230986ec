"""What the carriers by HTTP have in common: one call, and what its answer means."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from todoke.shared.messaging.channels.connection import Answer, call
from todoke.shared.messaging.types import Never, TryLater

CALL_SECONDS = 8.0
AGENT = "Todoke-Mirror"
# A mirror of a surge day must not be read from a cache of yesterday.
CACHE_CONTROL = "public, max-age=10, stale-if-error=86400"


def ask(
    method: str, address: str, headers: Mapping[str, str], body: bytes | None = None, *, bytes_max: int = 0
) -> Answer:
    """One call. Raises TryLater when no answer comes."""
    told = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
    return call(method, address, body, told, timeout_seconds=CALL_SECONDS, bytes_max=max(bytes_max, 2048))


def refuse(answer: Answer, address: str, doing: str) -> None:
    """Raise what an answer that is no success means."""
    host = urlsplit(address).hostname
    if answer.status in (401, 403):
        raise Never(
            f"{host} が{doing}を認めません（{answer.status}）。TODOKE_MIRRORS の利用者名と鍵を確かめてください。"
        )
    if answer.status in (408, 409, 423, 425, 429) or answer.status >= 500:
        raise TryLater(f"{host} が、いまは{doing}に応じません（{answer.status}）。", after_seconds=answer.retry_after())
    raise Never(f"{host} が{doing}を断りました（{answer.status}）。TODOKE_MIRRORS のアドレスを確かめてください。")
