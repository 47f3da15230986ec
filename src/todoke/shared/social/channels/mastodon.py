"""Mastodon, and every server that speaks its API (https://docs.joinmastodon.org/methods/statuses/, November 2026).

An address is `@name@host`, and after `?` what this server or account has otherwise: `max=1000` (characters, from
`configuration.statuses.max_characters` of `GET /api/v2/instance`), `visibility=unlisted`. The secret is an access token
with `write:statuses`.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.shared.messaging.channels.clusters import Measure, characters
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, Answer
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.types import Address, Never, Receipt, TryLater
from todoke.shared.social.channels.network import Line, NetworkChannel, Saying, as_json, told, words_of

CHARACTERS_MAX = 500
LINK_CHARACTERS = 23
LINK = re.compile(r"https?://\S+")
ADDRESS = re.compile(r"@[A-Za-z0-9_.-]{1,64}@([a-z0-9-]+\.)+[a-z0-9-]+(\?[a-z0-9=&]+)?")
VISIBILITIES = ("public", "unlisted", "private")


def length(text: str) -> int:
    """How Mastodon counts: characters as a reader sees them, any link 23."""
    return characters(LINK.sub("x" * LINK_CHARACTERS, text))


class MastodonChannel(NetworkChannel):
    """The channel `social.mastodon`. A server remembers the Idempotency-Key for an hour."""

    key = "social.mastodon"
    service = "mastodon"
    name = "Mastodon"
    repeat = "Idempotency-Key"

    def room(self, address: str) -> int:
        """500, or what the address says."""
        return int(_options(address).get("max", CHARACTERS_MAX))

    @property
    def measure(self) -> Measure:
        """Characters, any link 23."""
        return length

    def base_of(self, address: str) -> str:
        """The account's own server."""
        return f"https://{self.account_of(address).rpartition('@')[2]}"

    def publish(self, line: Line, address: str, saying: Saying) -> Receipt:
        """POST /api/v1/statuses."""
        request = {
            "status": saying.text,
            "visibility": _options(address).get("visibility", "public"),
            "language": saying.language,
        }
        if saying.reply_to:
            request["in_reply_to_id"] = saying.reply_to
        answer = _ask(line, "POST", "/api/v1/statuses", request, {"Idempotency-Key": saying.key})
        if saying.reply_to and answer.status in (404, 422):
            # What it answers was deleted by hand: the correction then stands alone.
            del request["in_reply_to_id"]
            answer = _ask(line, "POST", "/api/v1/statuses", request, {"Idempotency-Key": saying.key})
        if answer.status == 200:
            return Receipt(reference=str(told(answer).get("id", "")), says="Mastodonに投稿しました")
        raise _trouble(answer)

    def edit(self, line: Line, reference: str, saying: Saying) -> bool:
        """PUT /api/v1/statuses/:id; whoever shared the post is told by the server that it was mended."""
        request = {"status": saying.text, "language": saying.language}
        answer = _ask(line, "PUT", f"/api/v1/statuses/{reference}", request)
        if answer.status not in (200, 404):
            raise _trouble(answer)
        return answer.status == 200

    def delete(self, line: Line, reference: str) -> None:
        """DELETE /api/v1/statuses/:id."""
        answer = _ask(line, "DELETE", f"/api/v1/statuses/{reference}", None)
        if answer.status not in (200, 404):
            raise _trouble(answer)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """A way for each account: its server is asked who we are and how long a post may be."""
        return [Probe(address.key, address.name, partial(self._try, address)) for address in addresses]

    def _try(self, address: Address) -> str:
        place = bare(address.address)
        line = self.trial_line(place, min(self.facts.timeout_seconds, PROBE_SECONDS))
        answer = _ask(line, "GET", "/api/v1/accounts/verify_credentials", None)
        if answer.status != 200:
            raise _trouble(answer)
        server = told(_ask(line, "GET", "/api/v2/instance", None))
        limit = server.get("configuration", {}).get("statuses", {}).get("max_characters")
        if isinstance(limit, int) and limit < self.room(place):
            raise Never(f"このサーバーの投稿は{limit}文字までです。配信先のアドレスに ?max={limit} と書いてください。")
        return "Mastodonのサーバーが応答しました"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with an address, or None."""
        place = bare(address)
        if not ADDRESS.fullmatch(place):
            return _("@名前@サーバー の形で書いてください（例 @bosai@social.nagihama.example.jp）。")
        options = _options(place)
        if set(options) - {"max", "visibility"} or not options.get("max", "500").isdigit():
            return _("「?」の後に書けるのは、max=文字数 と visibility= だけです（例 ?max=1000&visibility=unlisted）。")
        if options.get("visibility", "public") not in VISIBILITIES or int(options.get("max", 500)) < 200:
            return _("visibilityは public、unlisted、private のどれか、maxは200以上です。")
        return None


def _options(address: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(address.partition("?")[2]).items()}


def _ask(
    line: Line, method: str, path: str, request: dict[str, str] | None, more: dict[str, str] | None = None
) -> Answer:
    headers = {"Authorization": f"Bearer {line.secret.get('token', '')}", **(more or {})}
    if request is None:
        return line.ask(method, path, None, headers)
    return line.ask(method, path, as_json(request), {"Content-Type": "application/json", **headers})


def _trouble(answer: Answer) -> TryLater | Never:
    words = f"{answer.status} {words_of(told(answer).get('error'))}"
    if answer.status in (401, 403):
        return Never(f"Mastodonが鍵を認めません。アカウント台帳の鍵を取り直してください（{words}）。")
    if answer.status == 429:
        return TryLater(f"Mastodonが、投稿が多すぎると答えました（{words}）。", after_seconds=_until_reset(answer))
    if answer.status >= 500:
        return TryLater(
            f"Mastodonのサーバーに障害があります（{words}）。", may_have_left=True, after_seconds=answer.retry_after()
        )
    return Never(f"Mastodonがこの投稿を受け付けません（{words}）。文と宛先を確かめてください。")


def _until_reset(answer: Answer) -> float | None:
    """Seconds until the limit is lifted (https://docs.joinmastodon.org/api/rate-limits/): an instant in ISO 8601."""
    try:
        reset = datetime.fromisoformat(answer.headers.get("x-ratelimit-reset", ""))
        return max(1.0, (reset - now()).total_seconds())
    except (ValueError, TypeError):
        return answer.retry_after()
