"""The simulated provider: a batch of messages by JSON, asked for by key, and what became of each.

`POST /v1/messages` with `{"messages": [{"to", "text", "client_ref", "callback"}]}` answers with one entry for each;
`GET /v1/messages/ID` tells its status. A `client_ref` that it took before it takes for what it is. Numbers that end in
404 belong to nobody and are refused, those that end in 408 are out of reach and get nothing.
"""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from todoke.shared.messaging.simulators.arrivals import Arrival, Postbox
from todoke.shared.messaging.simulators.played import PlayedProvider
from todoke.shared.messaging.simulators.reply import Reply
from todoke.shared.sms.gateway import SmsGateway, form_of
from todoke.shared.sms.length import CHARACTERS_MAX, Length
from todoke.shared.sms.numbers import normal

ROUTE = "sms"
TOKEN = "simulator"  # noqa: S105 - what the simulator takes, and nobody else
NOBODY, OUT_OF_REACH = "404", "408"
BATCH = 20


def simulated_gateway(address: str) -> SmsGateway:
    """How we speak to it: a form like that of any other provider."""
    form = form_of(
        {
            "name": "模擬のSMS事業者",
            "number": "e164",
            "remembers_key": "client_ref",
            "batch": BATCH,
            "yen_per_part": "9.9",
            "send": {
                "url": f"{address}/v1/messages",
                "headers": {"Authorization": "Bearer {secret:TOKEN}"},
                "fields": {"messages": "{recipients}"},
                "each": {"to": "{number}", "text": "{text}", "client_ref": "{reference}", "callback": "{callback}"},
                "answer": {
                    "entries": "messages",
                    "match": "client_ref",
                    "word": "status",
                    "words": {
                        "accepted": ["queued"],
                        "known": ["duplicate"],
                        "later": ["throttled"],
                        "refused": ["invalid"],
                    },
                    "reference": "id",
                },
            },
            "status": {
                "method": "GET",
                "url": f"{address}/v1/messages/{{reference}}",
                "headers": {"Authorization": "Bearer {secret:TOKEN}"},
                "answer": {"word": "status", "words": {"arrived": ["delivered"], "missed": ["unreachable"]}},
            },
            "callback": {"word": "status", "words": {"arrived": ["delivered"], "missed": ["unreachable"]}},
        }
    )
    return SmsGateway(form, {"TOKEN": TOKEN})


class SmsProvider:
    """What it answers, and what lies on the telephones."""

    def __init__(self, root: Path) -> None:
        self.box = phones(root)
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take one call."""
        if path == "/":
            return Reply(200, {"name": "simulator"})
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"error": "unauthorized"})
        if (method, path) == ("POST", "/v1/messages"):
            return self._take(body)
        if method == "GET" and path.startswith("/v1/messages/"):
            return self._told(unquote(path.rpartition("/")[2]))
        return Reply(404, {"error": "not found"})

    def _take(self, body: bytes) -> Reply:
        try:
            messages = json.loads(body)["messages"]
            if not 1 <= len(messages) <= BATCH:
                return Reply(400, {"error": f"from 1 to {BATCH} messages"})
            with self._lock:
                return Reply(200, {"messages": [self._one(message) for message in messages]})
        except (ValueError, KeyError, TypeError):
            return Reply(400, {"error": "malformed"})

    def _one(self, message: Mapping[str, Any]) -> dict[str, str]:
        key, text = str(message["client_ref"]), str(message["text"])
        told = {"client_ref": key}
        try:
            number = normal(str(message["to"]))
        except ValueError:
            return {**told, "status": "invalid"}
        if number.endswith(NOBODY) or not text or len(text) > CHARACTERS_MAX:
            return {**told, "status": "invalid"}
        earlier = self.box.earlier(key)
        content = {
            "number": number,
            "text": text,
            "parts": Length().parts(text),
            "status": "unreachable" if number.endswith(OUT_OF_REACH) else "delivered",
            "refused": earlier is not None,
        }
        kept = self.box.put(key, text.encode(), mode="", title=number, content=content)
        if earlier is not None:
            return {**told, "status": "duplicate", "id": str(earlier.number)}
        return {**told, "status": "queued", "id": str(kept.number)}

    def _told(self, number: str) -> Reply:
        arrival = self.box.find(int(number)) if number.isascii() and number.isdigit() else None
        if arrival is None:
            return Reply(404, {"error": "not found"})
        return Reply(200, {"id": number, "status": arrival.content["status"]})


def phones(root: Path) -> Postbox:
    """What the telephones got; reading works from any process."""
    return Postbox(root / "sms")


class SmsSimulator(PlayedProvider):
    """The provider behind its port, running while the `with` block does."""

    def __init__(self, root: Path, *, port: int = 0) -> None:
        self.box = phones(root)
        super().__init__(ROUTE, SmsProvider(root), port=port)

    def arrivals(self) -> list[Arrival]:
        """What was taken, oldest first; a repeat that was recognised is marked as refused."""
        return self.box.newest(limit=1000)[::-1]
