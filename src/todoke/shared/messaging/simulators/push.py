"""The push service and the browsers behind it, played on this machine.

A simulated browser's keys follow from its name, so that any process can make its subscription and this one can open
what arrives: `browser("hana").subscription`. One whose name begins with `gone` has taken its subscription back (410),
one that begins with `unknown` never had one (404). What real browsers would have got, where a city tries things out
with simulators, is kept unopened.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from todoke.base.clock import now
from todoke.shared.messaging.channels.push_services import SIMULATED_HOST
from todoke.shared.messaging.channels.web_push import CURVE, SEALED_MAX, BadSeal, Subscription, claims_of, open_push
from todoke.shared.messaging.simulators.arrivals import Postbox
from todoke.shared.messaging.simulators.reply import Reply

OPENED, SEALED = "/push/", "/push-sealed/"


@dataclass(frozen=True)
class Browser:
    """A browser that has allowed notifications."""

    name: str
    private_key: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def subscription(self) -> Subscription:
        """What it gives to a site."""
        point = self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(f"https://{SIMULATED_HOST}/{self.name}", point, self.auth)


def browser(name: str) -> Browser:
    """The browser of this name, always with the same keys."""
    seed = hashlib.sha512(f"simulated browser {name}".encode()).digest()
    number = int.from_bytes(seed[:40]) % (2**255) + 1
    return Browser(name, ec.derive_private_key(number, CURVE), seed[40:56])


class PushSimulator:
    """A push service (RFC 8030): proves the sender's claim, opens the message, and delivers at once."""

    def __init__(self, postbox: Postbox) -> None:
        self.postbox = postbox

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Take one push to `/push/<browser>` or, unopened, `/push-sealed/<anything>`."""
        name = unquote(path.removeprefix(SEALED).removeprefix(OPENED))
        if refusal := _refusal(path, headers, body):
            return refusal
        if name.startswith("gone"):
            return Reply(410, {"message": "the subscription has ended"})
        if name.startswith("unknown"):
            return Reply(404, {"message": "there is no such subscription"})
        content = {
            "browser": name,
            "ttl": int(headers["ttl"]),
            "urgency": headers.get("urgency", "normal"),
            "topic": headers.get("topic", ""),
            "told": {},
            "refused": False,
        }
        if path.startswith(SEALED):
            self.postbox.put(f"{name} {hashlib.sha256(body).hexdigest()}", body, mode="", title="", content=content)
            return Reply(201, {}, {"Location": f"https://{SIMULATED_HOST}/m/{name}"})
        try:
            told = json.loads(open_push(body, browser(name).private_key, browser(name).auth))
            title, edition, mode = (str(told[part]) for part in ("title", "edition", "mode"))
        except (BadSeal, ValueError, KeyError, TypeError):
            return Reply(400, {"message": "this browser cannot open the message"})
        arrival = self.postbox.put(f"{name} {edition}", body, mode=mode, title=title, content={**content, "told": told})
        return Reply(201, {}, {"Location": f"https://{SIMULATED_HOST}/m/{arrival.number}"})


def _refusal(path: str, headers: Mapping[str, str], body: bytes) -> Reply | None:
    try:
        claims = claims_of(headers.get("authorization", ""), at=now())
    except BadSeal as trouble:
        return Reply(401, {"message": str(trouble)})
    audience = str(claims.get("aud", ""))
    if path.startswith(OPENED) and audience != f"https://{SIMULATED_HOST}":
        return Reply(403, {"message": f"the claim is for {audience}"})
    if len(body) > SEALED_MAX:
        return Reply(413, {"message": f"more than {SEALED_MAX} bytes"})
    if not headers.get("ttl", "").isdigit() or headers.get("content-encoding") != "aes128gcm":
        return Reply(400, {"message": "TTL or Content-Encoding is missing"})
    if len(headers.get("topic", "")) > 32:
        return Reply(400, {"message": "the topic has more than 32 characters"})
    return None
