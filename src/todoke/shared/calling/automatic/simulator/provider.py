"""The simulated provider: orders by JSON, asked for by key, and how each call ended.

`POST /v1/calls` with `{"calls": [{"to", "text", "client_ref", "callback"}]}` answers with one entry for each;
`GET /v1/calls/ID` tells how it stands, `DELETE /v1/calls/ID` takes back what nobody has answered. How a telephone
behaves stands in the end of its number: 404 nobody has it, 486 busy, 408 nobody answers, 480 answers and presses
nothing; all others answer and press 1.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from todoke.base.clock import now
from todoke.shared.calling.automatic.gateway import CallGateway, form_of
from todoke.shared.calling.automatic.simulator.switchboard import NOBODY, RING_SECONDS, Ringing, Switchboard
from todoke.shared.messaging.http_forms.numbers import domestic
from todoke.shared.messaging.simulators.played import PlayedProvider
from todoke.shared.messaging.simulators.reply import Reply

ROUTE = "calls"
TOKEN = "simulator"  # noqa: S105 - what the simulator takes, and nobody else
BATCH = 50


def simulated_gateway(address: str) -> CallGateway:
    """How we speak to it: a form like that of any other provider."""
    bearer = {"Authorization": "Bearer {secret:TOKEN}"}
    words = {
        "heard": ["completed"],
        "busy": ["busy"],
        "no-answer": ["no-answer"],
        "no-number": ["unassigned"],
        "failed": ["failed"],
        "withdrawn": ["canceled"],
    }
    form = form_of(
        {
            "name": "模擬の自動電話事業者",
            "number": "e164",
            "remembers_key": "client_ref",
            "batch": BATCH,
            "minutes": 3,
            "retry_times": 1,
            "retry_pause_seconds": 20,
            "order": {
                "url": f"{address}/v1/calls",
                "headers": bearer,
                "fields": {"calls": "{recipients}"},
                "each": {"to": "{number}", "text": "{text}", "client_ref": "{reference}", "callback": "{callback}"},
                "answer": {
                    "entries": "calls",
                    "match": "client_ref",
                    "word": "status",
                    "words": {"accepted": ["queued"], "known": ["duplicate"], "refused": ["unassigned"]},
                    "reference": "id",
                },
            },
            "status": {
                "method": "GET",
                "url": f"{address}/v1/calls/{{reference}}",
                "headers": bearer,
                "answer": {"word": "status", "words": words, "digits": "digits"},
            },
            "cancel": {
                "method": "DELETE",
                "url": f"{address}/v1/calls/{{reference}}",
                "body": "none",
                "headers": bearer,
            },
            "callback": {"word": "status", "words": words, "digits": "digits"},
        }
    )
    return CallGateway(form, {"TOKEN": TOKEN})


class CallProvider:
    """What it answers."""

    def __init__(self, board: Switchboard) -> None:
        self.board = board

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take one call of ours."""
        if path == "/":
            return Reply(200, {"name": "simulator"})
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"error": "unauthorized"})
        if (method, path) == ("POST", "/v1/calls"):
            return self._take(body)
        number = path.removeprefix("/v1/calls/")
        call = self.board.find(number) if path.startswith("/v1/calls/") else None
        if call is None:
            return Reply(404, {"error": "not found"})
        if method == "DELETE":
            taken_back = self.board.take_back(number)
            return Reply(200, {"status": "canceled"}) if taken_back else Reply(409, {"error": "it was answered"})
        status, digits = call.status(now(), self.board.ring_seconds)
        return Reply(200, {"id": number, "status": status, "digits": digits})

    def _take(self, body: bytes) -> Reply:
        try:
            calls = json.loads(body)["calls"]
            if not 1 <= len(calls) <= BATCH:
                return Reply(400, {"error": f"from 1 to {BATCH} calls"})
            return Reply(200, {"calls": [self._one(call) for call in calls]})
        except (ValueError, KeyError, TypeError):
            return Reply(400, {"error": "malformed"})

    def _one(self, call: Mapping[str, Any]) -> dict[str, str]:
        key, telephone = str(call["client_ref"]), domestic(str(call["to"]))
        if not telephone or telephone.endswith(NOBODY):
            return {"client_ref": key, "status": "unassigned"}
        found, is_new = self.board.ring(telephone, str(call["text"]), key)
        return {"client_ref": key, "status": "queued" if is_new else "duplicate", "id": found.number}


class CallSimulator(PlayedProvider):
    """The provider behind its port, running while the `with` block does."""

    def __init__(self, root: Path, *, port: int = 0, ring_seconds: float = RING_SECONDS) -> None:
        self.board = Switchboard(root, ring_seconds=ring_seconds)
        super().__init__(ROUTE, CallProvider(self.board), port=port)

    def calls(self) -> list[Ringing]:
        """What rang, oldest first."""
        return self.board.calls()
