"""Several relays: each gets its share, a broken one rests and the others take over, open conversations are kept."""

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from todoke.shared.messaging.channels.conversation import Conversation, Mail, RelayGone
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.types import Fate

# A relay that failed rests so many seconds, then longer each time, until it takes a mail again.
RESTS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
# Servers close idle connections after half a minute or more.
IDLE_SECONDS = 20.0

Told = Callable[[Mail, Fate, str], None]
Allow = Callable[[MailServer, int], int]


def _everything(_server: MailServer, wanted: int) -> int:
    return wanted


@dataclass
class _Relay:
    server: MailServer
    failures: int = 0
    rests_until: float = 0.0
    idle: list[Conversation] = field(default_factory=list)


class Relays:
    """The relays of one route, for all threads of this process."""

    def __init__(self, servers: Iterable[MailServer], *, own_name: str, reply_seconds: float) -> None:
        self._relays = [_Relay(server) for server in servers]
        self._own_name = own_name
        self._reply_seconds = reply_seconds
        self._lock = threading.Lock()

    @property
    def servers(self) -> list[MailServer]:
        """The relays as they were set."""
        return [relay.server for relay in self._relays]

    def awake(self) -> list[MailServer]:
        """The relays that do not rest."""
        return [relay.server for relay in self._awake(set())]

    def carry(self, mails: list[Mail], told: Told, *, until: float, allow: Allow = _everything) -> list[Mail]:
        """Have the mails carried by one relay, and by the next where it fails; gives those that did not leave.

        `told` hears of each mail that a relay spoke about, or that may have left. Nothing is begun after `until` (of
        time.monotonic). `allow` says how many of so many a relay may get now.
        """
        left = list(mails)
        tried: set[str] = set()
        while left and time.monotonic() < until:
            relay = self._choose(tried)
            if relay is None:
                break
            tried.add(relay.server.name)
            allowed = allow(relay.server, len(left))
            if allowed:
                left = self._carry_with(relay, left[:allowed], told, until) + left[allowed:]
        return left

    def _carry_with(self, relay: _Relay, mails: list[Mail], told: Told, until: float) -> list[Mail]:
        spoken_of: set[int] = set()
        conversation = None
        try:
            while len(spoken_of) < len(mails) and time.monotonic() < until:
                conversation = self._conversation(relay)
                carried_before = conversation.carried
                open_mails = [mail for mail in mails if mail.contact_id not in spoken_of]
                try:
                    for mail, fate, says in conversation.carry(open_mails, until=until):
                        spoken_of.add(mail.contact_id)
                        told(mail, fate, says)
                except RelayGone:
                    conversation.drop()
                    # Some relays close after so many mails: that is no failure, a new conversation goes on.
                    if conversation.carried == carried_before:
                        raise
                else:
                    self._give_back(relay, conversation)
                    break
        except RelayGone:
            self._rest(relay)
        except BaseException:
            if conversation is not None:
                conversation.drop()
            raise
        return [mail for mail in mails if mail.contact_id not in spoken_of]

    def _choose(self, tried: set[str]) -> _Relay | None:
        awake = self._awake(tried)
        if not awake:
            return None
        return random.choices(awake, [relay.server.weight for relay in awake])[0]  # noqa: S311 - spreads load

    def _awake(self, tried: set[str]) -> list[_Relay]:
        now = time.monotonic()
        with self._lock:
            return [relay for relay in self._relays if relay.rests_until <= now and relay.server.name not in tried]

    def _conversation(self, relay: _Relay) -> Conversation:
        while True:
            with self._lock:
                kept = relay.idle.pop() if relay.idle else None
            if kept is None:
                return Conversation.begin(relay.server, own_name=self._own_name, reply_seconds=self._reply_seconds)
            if time.monotonic() - kept.used_at < IDLE_SECONDS and kept.is_fresh():
                return kept
            kept.drop()

    def _give_back(self, relay: _Relay, conversation: Conversation) -> None:
        with self._lock:
            relay.failures = 0
            relay.idle.append(conversation)

    def _rest(self, relay: _Relay) -> None:
        with self._lock:
            pause = RESTS[min(relay.failures, len(RESTS) - 1)]
            relay.failures += 1
            relay.rests_until = time.monotonic() + pause
            idle, relay.idle = relay.idle, []
        for conversation in idle:
            conversation.drop()

    def close(self) -> None:
        """End all idle conversations."""
        for relay in self._relays:
            with self._lock:
                idle, relay.idle = relay.idle, []
            for conversation in idle:
                conversation.end()
