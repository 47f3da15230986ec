"""What the simulated LINE and the simulated partner answer: values in hand, and what is kept."""

import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from todoke.base.clock import now
from todoke.shared.messaging.channels.clusters import utf16_units
from todoke.shared.messaging.channels.line_flex import ALT_TEXT_MAX, BUBBLE_BYTES_MAX, byte_size, texts_of
from todoke.shared.messaging.channels.signing import is_signed
from todoke.shared.messaging.simulators.arrivals import Postbox
from todoke.shared.messaging.simulators.reply import Reply

LINE_PATHS = {f"/v2/bot/message/{name}": name for name in ("push", "multicast", "broadcast")}
RETRY_KEY_LIVES = timedelta(hours=24)


class LineSimulator:
    """LINE's Messaging API as far as the city sends by it (https://developers.line.biz/en/reference/messaging-api/)."""

    def __init__(self, postbox: Postbox, *, quota: int = 30_000) -> None:
        self.postbox = postbox
        self.quota = quota
        self._used = 0
        # Looking a key up and keeping it is one step, or two calls at once would both be the first.
        self._lock = threading.Lock()

    def get(self, path: str, headers: Mapping[str, str]) -> Reply | None:
        """Who the account is; the month's quota and what was used of it (counted since the start); else None."""
        if path == "/v2/bot/info":
            if not headers.get("authorization", "").startswith("Bearer "):
                return Reply(401, {"message": "Authentication failed. Confirm that the access token is valid."})
            return Reply(200, {"userId": "U" + "0" * 32, "basicId": "@todoke", "displayName": "Todoke simulator"})
        if path == "/v2/bot/message/quota":
            return Reply(200, {"type": "limited", "value": self.quota})
        if path == "/v2/bot/message/quota/consumption":
            return Reply(200, {"totalUsage": self._used})
        return None

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take a message, unless it is wrong or its retry key has been accepted within the last 24 hours."""
        named = {"x-line-request-id": str(uuid.uuid4())}
        form = LINE_PATHS.get(path)
        if form is None:
            return Reply(404, {"message": "Not found"}, named)
        if not headers.get("authorization", "").startswith("Bearer "):
            return Reply(401, {"message": "Authentication failed. Confirm that the access token is valid."}, named)
        key = headers.get("x-line-retry-key", "")
        if key and not _is_uuid(key):
            return Reply(400, {"message": "The retry key is invalid"}, named)
        try:
            message = json.loads(body)
        except ValueError:
            return Reply(400, {"message": "The request body could not be parsed as JSON"}, named)
        if trouble := _line_trouble(form, message):
            return Reply(400, {"message": trouble}, named)
        with self._lock:
            return self._take(form, key, body, message, named)

    def _take(self, form: str, key: str, body: bytes, message: dict[str, Any], named: dict[str, str]) -> Reply:
        earlier = self.postbox.earlier(key) if key else None
        if earlier and now() - datetime.fromisoformat(earlier.received_at) < RETRY_KEY_LIVES:
            self._keep(key, body, form, message, earlier.content["request_id"], refused=True)
            accepted = {"x-line-accepted-request-id": earlier.content["request_id"]}
            return Reply(409, {"message": "The retry key is already accepted"}, {**named, **accepted})
        # LINE counts people, not requests; how many friends a broadcast has is not known here.
        people = len(message["to"]) if form == "multicast" else 1
        if self._used + people > self.quota:
            return Reply(429, {"message": "You have reached your monthly limit."}, named)
        self._used += people
        self._keep(key or named["x-line-request-id"], body, form, message, named["x-line-request-id"])
        return Reply(200, {} if form != "push" else {"sentMessages": [{"id": str(self._used)}]}, named)

    def _keep(
        self, key: str, body: bytes, form: str, message: dict[str, Any], request_id: str, *, refused: bool = False
    ) -> None:
        texts = [_read_aloud(part) for part in message["messages"]]
        bubbles = [part["contents"] for part in message["messages"] if part["type"] == "flex"]
        told = {"form": form, "to": message.get("to", ""), "texts": texts, "bubbles": bubbles}
        self.postbox.put(
            key,
            body,
            mode="",
            title=texts[0].split("\n", 1)[0],
            content={**told, "request_id": request_id, "refused": refused},
        )


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _line_trouble(form: str, message: Any) -> str:
    messages = message.get("messages") if isinstance(message, dict) else None
    if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
        return "The request body has 1 error(s): messages: Size must be between 1 and 5"
    for number, part in enumerate(messages):
        if isinstance(part, dict) and part.get("type") == "flex":
            if trouble := _flex_trouble(part):
                return f"A message (messages[{number}]) in the request body is invalid: {trouble}"
            continue
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        if not isinstance(text, str) or not 1 <= utf16_units(text) <= 5000:
            return f"The request body has 1 error(s): messages[{number}].text: Length must be between 0 and 5000"
    to = message.get("to")
    if form == "push" and not (isinstance(to, str) and to):
        return "The property, 'to', in the request body is invalid"
    if form == "multicast" and not _are_users(to):
        return "The property, 'to', in the request body is invalid"
    return ""


def _flex_trouble(part: dict[str, Any]) -> str:
    alt, bubble = part.get("altText"), part.get("contents")
    if not isinstance(alt, str) or not 1 <= utf16_units(alt) <= ALT_TEXT_MAX:
        return f"altText: Length must be between 1 and {ALT_TEXT_MAX}"
    if not isinstance(bubble, dict) or bubble.get("type") != "bubble":
        return "contents: only a bubble is understood here"
    if byte_size(bubble) > BUBBLE_BYTES_MAX:
        return "contents: the bubble is too large"
    # LINE refuses an empty text, and a link that is no web address.
    if not all(text.strip() for text in texts_of(bubble)):
        return "/contents: text must not be empty"
    return ""


def _read_aloud(part: dict[str, Any]) -> str:
    """A message as plain text: a bubble is read from its notification to its last line."""
    return part["text"] if part["type"] == "text" else "\n\n".join([part["altText"], *texts_of(part["contents"])])


def _are_users(to: Any) -> bool:
    if not isinstance(to, list) or not 1 <= len(to) <= 500:
        return False
    return all(isinstance(name, str) and re.fullmatch(r"U[0-9a-f]{32}", name) for name in to)


class PartnerSimulator:
    """Partners with a webhook: verify the signature, refuse what is old or forged, and know what they have already."""

    def __init__(self, postbox: Postbox, secret_of: Callable[[str], str]) -> None:
        self.postbox = postbox
        self.secret_of = secret_of

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take one call to `/webhook/<destination>`."""
        destination = path.removeprefix("/webhook/")
        identifier = headers.get("webhook-id", "")
        signed = is_signed(
            self.secret_of(destination),
            identifier,
            headers.get("webhook-timestamp", ""),
            headers.get("webhook-signature", ""),
            body,
            at=now(),
        )
        if not identifier or not signed:
            return Reply(401, {"message": "the signature is wrong, or more than five minutes old"})
        try:
            told = json.loads(body)
            told["data"]["title"]
        except (ValueError, KeyError, TypeError):
            return Reply(400, {"message": "this is no message of Todoke"})
        key = f"{destination} {identifier}"
        earlier = self.postbox.earlier(key)
        arrival = self.postbox.put(
            key,
            body,
            mode=str(told["data"].get("mode", "")),
            title=str(told["data"]["title"]),
            content={"destination": destination, "id": identifier, "told": told, "refused": earlier is not None},
        )
        if earlier and earlier.digest != arrival.digest:
            return Reply(422, {"message": "the same id with another body"})
        if earlier:
            return Reply(409, {"message": "already received"}, {"webhook-id": identifier})
        return Reply(200, {"received": arrival.number}, {"webhook-id": identifier})
