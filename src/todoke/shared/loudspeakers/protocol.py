"""Speaking to the control station by HTTP: docs/channels/loudspeakers.md describes each call.

Makers' own interfaces are not public; a small gateway beside the control station translates. Sound is uploaded under
its own SHA-256, a broadcast under the delivery's key: both may be sent again, and nothing sounds twice. An order may
name broadcasts that it replaces: the station stops those at once.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from todoke.shared.loudspeakers.models import SoundingState
from todoke.shared.loudspeakers.rules import Wave, stopped_words
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, Answer, fetch, post
from todoke.shared.messaging.types import Never, TryLater

CALL_SECONDS = 10
ANSWER_BYTES_MAX = 1024 * 1024
STATES = frozenset({"queued", "sounding", "done"})


@dataclass(frozen=True)
class Told:
    """What the station says of one unit."""

    state: SoundingState
    says: str


@dataclass(frozen=True)
class Progress:
    """What the station says of one broadcast: whether it is over, and of each unit."""

    is_over: bool
    units: dict[str, Told]


@dataclass(frozen=True)
class Order:
    """A broadcast as the station gets it. `replaces` are the keys of those that are to end when it comes."""

    key: str
    mode: str
    urgent: bool
    title: str
    text: str
    sound: bytes
    seconds: float
    waves: Sequence[Wave]
    start_after_seconds: float = 0
    replaces: Sequence[str] = ()

    @property
    def digest(self) -> str:
        """The name of the sound: its SHA-256."""
        return hashlib.sha256(self.sound).hexdigest()

    def as_json(self) -> bytes:
        """The body of the order."""
        told = {
            "id": self.key,
            "mode": self.mode,
            "priority": "emergency" if self.urgent else "normal",
            "title": self.title,
            "text": self.text,
            "audio": {"sha256": self.digest, "seconds": round(self.seconds, 1)},
            "start_after_seconds": round(self.start_after_seconds, 1),
            "replaces": list(self.replaces),
            "waves": [
                {"wave": wave.number, "groups": wave.groups, "units": wave.units, "gap_seconds": wave.gap_seconds}
                for wave in self.waves
            ],
        }
        return json.dumps(told, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Taken:
    """The station's word that it has an order: its own number, and which earlier broadcasts it has stopped for it."""

    number: str
    stopped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Station:
    """The control station: its address, and the token that it wants, if any."""

    address: str
    token: str = ""

    def sound(self, order: Order) -> Taken:
        """Have it sounded, and what it replaces stopped. Raises TryLater or Never."""
        self._post(f"/v1/audio/{order.digest}", order.sound, "audio/wav", order.key, may_sound=False)
        answer = self._post("/v1/broadcasts", order.as_json(), "application/json", order.key, may_sound=True)
        told = _object(answer, may_sound=True)
        if told.get("id") != order.key:
            raise TryLater("操作卓の返事に、この放送の番号がありません。", may_have_left=True)
        stopped = told.get("stopped")
        named = frozenset(map(str, stopped)) if isinstance(stopped, list) else frozenset()
        return Taken(str(told.get("number") or order.key)[:100], named & frozenset(order.replaces))

    def progress(self, key: str) -> Progress | None:
        """What has become of a broadcast; None when the station does not know it. Raises TryLater."""
        answer = self._get(f"/v1/broadcasts/{key}", CALL_SECONDS)
        if answer.status == 404:
            return None
        told = _object(_good(answer))
        units = told.get("units")
        if told.get("state") not in STATES or not isinstance(units, dict):
            raise TryLater("操作卓の返事が読み取れません。")
        return Progress(told["state"] == "done", {str(unit): _told(value) for unit, value in units.items()})

    def faults(self) -> dict[str, str]:
        """What the station says of every unit's state: empty for a unit that is well. Raises TryLater or Never."""
        told = _object(_good(self._get("/v1/units", PROBE_SECONDS)))
        units = told.get("units")
        if not isinstance(units, dict):
            raise TryLater("操作卓の返事が読み取れません。")
        return {str(unit): "" if _of(value, "state") == "ok" else _says(value) for unit, value in units.items()}

    def _get(self, path: str, seconds: float) -> Answer:
        return fetch(f"{self.address}{path}", self._headers(), timeout_seconds=seconds, bytes_max=ANSWER_BYTES_MAX)

    def _post(self, path: str, body: bytes, kind: str, key: str, *, may_sound: bool) -> Answer:
        headers = {**self._headers(), "Content-Type": kind, "Idempotency-Key": key}
        try:
            answer = post(f"{self.address}{path}", body, headers, timeout_seconds=CALL_SECONDS)
        except TryLater as trouble:
            # A lost upload has made no sound: only the order itself can have been carried out without our knowing.
            raise TryLater(trouble.says, may_have_left=trouble.may_have_left and may_sound) from trouble
        return _good(answer, may_sound=may_sound)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def _good(answer: Answer, *, may_sound: bool = False) -> Answer:
    if 200 <= answer.status <= 299:
        return answer
    if answer.status in (401, 403):
        raise Never(f"操作卓が接続を認めません（{answer.status}）。TODOKE_CONTROL_STATION_TOKEN を確かめてください。")
    if answer.status in (409, 423, 429, 503):
        raise TryLater("操作卓は、ほかの放送に使われています。", after_seconds=answer.retry_after())
    if answer.status >= 500:
        raise TryLater(f"操作卓に障害があります（{answer.status}）。", may_have_left=may_sound)
    raise Never(f"操作卓がこの放送を断りました（{answer.status}）。職員が操作卓で放送してください。")


def _object(answer: Answer, *, may_sound: bool = False) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise TryLater("操作卓の返事が読み取れません。", may_have_left=may_sound)
    return told


def _told(value: object) -> Told:
    state = _of(value, "state")
    known = SoundingState(state) if state in SoundingState.values else SoundingState.UNKNOWN
    if known is SoundingState.STOPPED:
        after = value.get("after_seconds") if isinstance(value, dict) else None
        return Told(known, stopped_words(after if isinstance(after, int | float) else None))
    return Told(known, "" if known is SoundingState.SOUNDED else _says(value))


def _says(value: object) -> str:
    return " ".join(_of(value, "says").split())[:300] or "説明なし"


def _of(value: object, name: str) -> str:
    return str(value.get(name) or "") if isinstance(value, dict) else ""
