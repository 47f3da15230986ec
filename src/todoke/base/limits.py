"""So many tries in five minutes: counted in the cache that all hosts share, without keeping anybody's address."""

from django.core.cache import cache
from django.http import HttpRequest

from todoke.base import sealing
from todoke.base.clock import now

WINDOW_SECONDS = 300


def is_too_often(what: str, who: str, most: int) -> bool:
    """Count one more try of `who`; whether that is more than `most` in these five minutes."""
    window = int(now().timestamp()) // WINDOW_SECONDS
    mark = sealing.keyed_hash(f"{what} {who} {window}", purpose="limits").hex()
    key = f"limits-{mark}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        count: int = cache.incr(key)
    except ValueError:
        # It ran out between the two lines.
        return False
    return count > most


def visitor(request: HttpRequest) -> str:
    """Where a request comes from, as the server in front says it."""
    return str(request.META.get("REMOTE_ADDR", ""))
