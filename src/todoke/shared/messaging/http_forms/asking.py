"""One request as a form describes it, and what its status alone says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

from todoke.shared.messaging.channels.connection import Answer, call
from todoke.shared.messaging.http_forms.slots import filled
from todoke.shared.messaging.types import Never, TryLater

# Of these the other side says itself that it took nothing (RFC 9110, RFC 6585).
LATER = frozenset({408, 425, 429})


class KeyRefused(Never):
    """The provider does not know us: nothing was taken, and nothing will be until somebody mends the secret."""


class Body(StrEnum):
    """How the fields of a request travel."""

    FORM = "form"
    JSON = "json"
    QUERY = "query"
    NONE = "none"


@dataclass(frozen=True)
class Request:
    """A request with slots. `accepted_status` are answers that are read; `known_status` mean “I have it already”."""

    method: str
    url: str
    body: Body = Body.JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    each: Mapping[str, Any] = field(default_factory=dict)
    accepted_status: frozenset[int] = frozenset(range(200, 300))
    known_status: frozenset[int] = frozenset()


def ask(
    request: Request,
    values: Mapping[str, str],
    secrets: Mapping[str, str],
    *,
    seconds: float,
    each: Sequence[Mapping[str, str]] = (),
) -> Answer:
    """Send it once. Raises TryLater as `connection.call` does; what the status means is `judge`'s."""
    recipients = [filled(request.each, {**values, **one}, secrets) for one in each]
    fields = filled(request.fields, values, secrets, recipients=recipients)
    url = filled(request.url, values, secrets, in_address=True)
    headers = {"User-Agent": "Todoke", "Accept": "*/*", **filled(request.headers, values, secrets)}
    body = None
    match request.body:
        case Body.JSON:
            headers = {"Content-Type": "application/json; charset=utf-8", **headers}
            body = json.dumps(fields, ensure_ascii=False).encode()
        case Body.FORM:
            headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **headers}
            body = urlencode(fields, doseq=True).encode()
        case Body.QUERY if fields:
            url += ("&" if urlsplit(url).query else "?") + urlencode(fields, doseq=True)
    # What stands in a header must not end it: a secret that was pasted with its line break would.
    clean = {name: " ".join(str(text).split()) for name, text in headers.items()}
    return call(request.method, url, body, clean, timeout_seconds=seconds)


def judge(answer: Answer, request: Request, *, who: str, variables: str) -> bool:
    """Whether the answer has a body to be read; False where it says that it had this already.

    Raises TryLater, KeyRefused or Never. `who` is the provider's name, `variables` how the names of its secrets begin,
    both for staff.
    """
    status = answer.status
    if status in request.known_status:
        return False
    if status in request.accepted_status:
        return True
    if status in LATER:
        raise TryLater(f"{who}が、いまは受け付けられないと答えました（{status}）。", after_seconds=answer.retry_after())
    if status >= 500:
        raise TryLater(
            f"{who}の側に障害があります（{status}）。", may_have_left=True, after_seconds=answer.retry_after()
        )
    if status in (401, 403):
        raise KeyRefused(f"{who}が鍵を認めません（{status}）。{variables} で始まる環境変数を確かめてください。")
    raise Never(f"{who}が受け付けません（{status}）。宛先と、送り方のファイルを確かめてください。")
