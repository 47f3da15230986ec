"""The browsers' push services: which there are, what they answer, and when one is left alone."""

import hashlib
import logging
import threading
import time
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from todoke.shared.messaging.channels.connection import Answer, fetch
from todoke.shared.messaging.channels.web_push import Sender, Subscription
from todoke.shared.messaging.types import Fate, TryLater

log = logging.getLogger(__name__)

# The push services of the browsers that residents use; an address elsewhere is no push service, whatever it says.
# Chrome, Edge on Android, Samsung, Opera: Google; Firefox: Mozilla; Safari: Apple; Edge on Windows: Microsoft.
SERVICES = ("fcm.googleapis.com", "jmt17.google.com", "android.googleapis.com", "updates.push.services.mozilla.com")
SERVICE_DOMAINS = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
# Of these three nearly everybody has one; Microsoft's hosts differ by region.
PROBED = {"fcm.googleapis.com": "Google", "updates.push.services.mozilla.com": "Mozilla", "web.push.apple.com": "Apple"}
# Where simulated browsers are; no name of the internet ends so (RFC 2606).
SIMULATED_HOST = "push.simulator.invalid"

# So many calls in a row without an answer, and a host rests: each of them costs a worker its patience.
TROUBLES_MAX = 10
REST_SECONDS = 10.0
REST_SECONDS_MAX = 300.0


def is_push_service(host: str) -> bool:
    """Whether a browser's subscription may name this host: it is one of the services that we know."""
    return host in SERVICES or host.endswith(SERVICE_DOMAINS)


def try_service(address: str, *, only_public: bool, timeout_seconds: float) -> str:
    """Ask a push service what it takes: any answer shows that the way is open. Raises TryLater or Never."""
    answer = fetch(address, method="OPTIONS", timeout_seconds=timeout_seconds, only_public=only_public)
    if answer.status >= 500:
        raise TryLater(f"通知サービスが、いまは応じません（{answer.status}）。")
    return f"通知サービスが応答しました（{answer.status}）"


def simulated_path(to: Subscription) -> str:
    """Where the simulator plays this browser's service; of a real browser it cannot open anything."""
    if to.host == SIMULATED_HOST:
        return f"/push/{quote(urlsplit(to.endpoint).path.removeprefix('/'), safe='')}"
    return f"/push-sealed/{hashlib.sha256(to.endpoint.encode()).hexdigest()[:24]}"


def fate_of(answer: Answer, host: str) -> tuple[Fate, str]:
    """A push service's answer (RFC 8030, sections 5 and 8) as the fate of a copy."""
    status = answer.status
    if 200 <= status <= 299:
        return Fate.ACCEPTED, f"{host} が受け付けました"
    if status in (404, 410):
        return Fate.GONE, f"{host}：このブラウザーの登録はもうありません（{status}）。"
    # 401 is about our claim, not about the reader: a wrong clock or key of ours is mended, and then it goes on.
    if status in (401, 408, 425, 429) or status >= 500:
        return Fate.LATER, f"{host}：いまは受け取れないと答えました（{status}）。"
    return Fate.REFUSED, f"{host} が断りました（{status}）。"


class Passes:
    """The sender's signed claims, one for each push service, made anew before they end."""

    RENEWED_AFTER = timedelta(hours=6)

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._made: dict[str, tuple[datetime, str]] = {}

    def of(self, origin: str, *, at: datetime) -> str:
        """The header for this service."""
        made = self._made.get(origin)
        # A clock that was set back makes a new one too.
        if made is None or not timedelta(0) <= at - made[0] < self.RENEWED_AFTER:
            made = self._made[origin] = (at, self._sender.authorization(origin, at=at))
        return made[1]


class Rests:
    """Which push services are left alone for a while, as this process sees them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}
        self._troubles: dict[str, int] = {}

    def is_resting(self, host: str) -> bool:
        """Whether this one is left alone now."""
        return time.monotonic() < self._until.get(host, 0.0)

    def heed(self, host: str, answer: Answer) -> None:
        """Take an answer as a sign of life, or as the wish to be left alone."""
        if answer.status == 401:
            log.error("push_service_refuses_us", extra={"host": host})
            self._rest(host, REST_SECONDS)
        elif answer.status == 429 or (answer.status == 503 and answer.retry_after()):
            self._rest(host, min(answer.retry_after() or REST_SECONDS, REST_SECONDS_MAX))
        elif answer.status >= 500:
            self.note_trouble(host)
        else:
            with self._lock:
                self._troubles.pop(host, None)

    def note_trouble(self, host: str) -> None:
        """One more call in a row that came to nothing."""
        with self._lock:
            self._troubles[host] = self._troubles.get(host, 0) + 1
            is_too_much = self._troubles[host] >= TROUBLES_MAX
        if is_too_much:
            self._rest(host, REST_SECONDS)

    def _rest(self, host: str, seconds: float) -> None:
        with self._lock:
            self._until[host] = time.monotonic() + seconds
            self._troubles.pop(host, None)
