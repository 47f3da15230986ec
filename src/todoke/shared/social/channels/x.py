"""X, by its API v2 (https://docs.x.com/x-api/posts/create-post, read in November 2026).

An address is `@name`. The secret is an OAuth 2.0 user token (`token`) or the four words of OAuth 1.0a (`consumer_key`,
`consumer_secret`, `token`, `token_secret`), signed by oauthlib.
"""

import re
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from oauthlib.oauth1 import Client
from twitter_text import parse_tweet

from todoke.shared.messaging.channels.clusters import Measure
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, Answer
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.types import Address, Never, Receipt, TryLater
from todoke.shared.social.channels.network import Line, NetworkChannel, Saying, as_json, told, words_of

WEIGHT_MAX = 280
OAUTH1 = ("consumer_key", "consumer_secret", "token", "token_secret")


def weight(text: str) -> int:
    """How X counts (https://docs.x.com/fundamentals/counting-characters): Japanese and emoji 2, any link 23."""
    return int(parse_tweet(text).weightedLength)


class XChannel(NetworkChannel):
    """The channel `social.x`.

    X has no key for repeats, but it refuses a text that stands there already; every text of ours carries its instant
    and its link. So a try in doubt is repeated, and “duplicate” then means that the first one had arrived. A post that
    appears twice would do less harm than an alert that does not appear.
    """

    key = "social.x"
    service = "x"
    name = "X"
    repeat = "duplicate content"

    def room(self, address: str) -> int:  # noqa: ARG002 - the same everywhere
        """280, as X weighs: 140 Japanese characters."""
        return WEIGHT_MAX

    @property
    def measure(self) -> Measure:
        """X's weights, by a library that follows twitter-text."""
        return weight

    def base_of(self, address: str) -> str:  # noqa: ARG002 - one service
        """X's own interface."""
        return "https://api.x.com"

    def publish(self, line: Line, address: str, saying: Saying) -> Receipt:
        """POST /2/tweets; a correction answers the post that was wrong."""
        request: dict[str, Any] = {"text": saying.text}
        if saying.reply_to:
            request["reply"] = {"in_reply_to_tweet_id": saying.reply_to}
        answer = self._ask(line, "POST", "/2/tweets", request)
        if saying.reply_to and answer.status in (400, 403, 404) and not _is_duplicate(answer):
            # What it answers was deleted by hand: the correction then stands alone.
            return self.publish(
                line, address, Saying(saying.text, saying.language, saying.key, "", saying.was_doubtful)
            )
        if answer.status in (200, 201):
            return Receipt(reference=str(told(answer).get("data", {}).get("id", "")), says="Xに投稿しました")
        if _is_duplicate(answer):
            if saying.was_doubtful:
                return Receipt(says="Xは、前の送信ですでに受け付けていました（同じ文の投稿があるとの返事）")
            raise Never("Xに同じ文の投稿があるため、断られました。文を変えて、続報として発信してください。")
        raise _trouble(answer)

    def delete(self, line: Line, reference: str) -> None:
        """DELETE /2/tweets/:id."""
        answer = self._ask(line, "DELETE", f"/2/tweets/{reference}", None)
        if answer.status not in (200, 404):
            raise _trouble(answer)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """One way: X's interface, asked for its public description, which costs nothing and needs no secret."""
        del addresses
        return [Probe("", self.name, partial(self._try, min(self.facts.timeout_seconds, PROBE_SECONDS)))]

    def _try(self, seconds: float) -> str:
        base = f"{self.simulator}/x" if self.simulated else self.base_of("")
        line = Line(base, {}, seconds=seconds, only_public=not self.simulated)
        answer = line.ask("HEAD", "/2/openapi.json", None, {})
        if answer.status >= 500 or answer.status == 429:
            raise TryLater(f"Xの側に障害があります（{answer.status}）。")
        return f"Xが応答しました（{answer.status}）"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with an address of X, or None."""
        if re.fullmatch(r"(simulator:)?@[A-Za-z0-9_]{1,15}", address):
            return None
        return _("Xのアカウント名を、@ から書いてください（例 @nagihama_bosai）。")

    def _ask(self, line: Line, method: str, path: str, request: Mapping[str, Any] | None) -> Answer:
        headers = {"Content-Type": "application/json"} if request is not None else {}
        headers |= authorization(line.secret, method, f"{line.base}{path}")
        return line.ask(method, path, None if request is None else as_json(request), headers)


def authorization(secret: Mapping[str, str], method: str, url: str) -> dict[str, str]:
    """The header that says who we are: OAuth 1.0a (RFC 5849) where its four words are given, else the token.

    Raises Never where neither is complete.
    """
    given = [name for name in OAUTH1 if secret.get(name)]
    if given == ["token"]:
        return {"Authorization": f"Bearer {secret['token']}"}
    if len(given) != len(OAUTH1):
        missing = "、".join(name for name in OAUTH1 if name not in given)
        raise Never(f"Xの鍵に足りないものがあります（{missing}）。アカウント台帳の鍵を直してください。")
    client = Client(
        secret["consumer_key"],
        client_secret=secret["consumer_secret"],
        resource_owner_key=secret["token"],
        resource_owner_secret=secret["token_secret"],
    )
    # The body is JSON and no form, so it is not signed (RFC 5849, 3.4.1.3.1).
    _url, headers, _body = client.sign(url, http_method=method)
    return {"Authorization": headers["Authorization"]}


def _is_duplicate(answer: Answer) -> bool:
    return answer.status == 403 and "duplicate" in str(told(answer).get("detail", "")).lower()


def _trouble(answer: Answer) -> TryLater | Never:
    said = told(answer)
    words = f"{answer.status} {words_of(said.get('detail') or said.get('title'))}"
    if answer.status == 401:
        return Never(f"Xが鍵を認めません。アカウント台帳の鍵を取り直してから、送り直してください（{words}）。")
    if answer.status == 402 or "cap" in str(said.get("title", "")).lower():
        return Never(f"Xの利用枠（クレジット）を使い切りました。買い足してから、送り直してください（{words}）。")
    if answer.status == 403:
        return Never(f"Xが投稿を許しません。アカウントの凍結や権限（Read and write）を確かめてください（{words}）。")
    if answer.status == 429:
        return TryLater(f"Xが、投稿が多すぎると答えました（{words}）。", after_seconds=_until_reset(answer))
    if answer.status >= 500:
        return TryLater(f"Xの側に障害があります（{words}）。", may_have_left=True, after_seconds=answer.retry_after())
    return Never(f"Xがこの投稿を受け付けません（{words}）。文を確かめてください。")


def _until_reset(answer: Answer) -> float | None:
    """Seconds until the limit is lifted (https://docs.x.com/x-api/fundamentals/rate-limits): a Unix time."""
    reset = answer.headers.get("x-rate-limit-reset", "")
    if reset.isascii() and reset.isdigit():
        return max(1.0, int(reset) - time.time())
    return answer.retry_after()
