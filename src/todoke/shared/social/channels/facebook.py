"""A Facebook page, by the Graph API (https://developers.facebook.com/docs/pages-api/posts/, read in November 2026).

An address is `page:` and the number of the page. The secret is a page access token with `pages_manage_posts`.
"""

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from todoke.shared.messaging.channels.clusters import Measure, utf16_units
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, Answer
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.types import Address, Never, Receipt, TryLater
from todoke.shared.social.channels.network import Line, NetworkChannel, Saying, told, words_of

CHARACTERS_MAX = 63_206
VERSION = "v24.0"
# https://developers.facebook.com/docs/graph-api/guides/error-handling/
TOO_MANY = {4, 17, 32, 341, 613}
DUPLICATE = 506
GONE = 100
TRANSIENT = {1, 2}


class FacebookChannel(NetworkChannel):
    """The channel `social.facebook`. Facebook refuses a text that the page has just posted (506), as X does."""

    key = "social.facebook"
    service = "facebook"
    name = "Facebook"
    repeat = "error 506"

    def room(self, address: str) -> int:  # noqa: ARG002 - the same everywhere
        """63,206 characters."""
        return CHARACTERS_MAX

    @property
    def measure(self) -> Measure:
        """UTF-16 units, the stricter way to count."""
        return utf16_units

    def base_of(self, address: str) -> str:  # noqa: ARG002 - one service
        """The Graph API."""
        return f"https://graph.facebook.com/{VERSION}"

    def publish(self, line: Line, address: str, saying: Saying) -> Receipt:
        """POST /{page}/feed. Pages cannot answer a post of their own by this way, so a correction stands alone."""
        page = self.account_of(address).removeprefix("page:")
        answer = _ask(line, "POST", f"/{page}/feed", {"message": saying.text})
        if answer.status == 200 and told(answer).get("id"):
            return Receipt(reference=str(told(answer)["id"]), says="Facebookに投稿しました")
        if _code(answer) == DUPLICATE:
            if saying.was_doubtful:
                return Receipt(says="Facebookは、前の送信ですでに受け付けていました（同じ文の投稿があるとの返事）")
            raise Never("Facebookに同じ文の投稿があるため、断られました。文を変えて、続報として発信してください。")
        raise _trouble(answer)

    def edit(self, line: Line, reference: str, saying: Saying) -> bool:
        """POST /{post} with the new text; a pencil before it, for the new post that follows may not be the same."""
        answer = _ask(line, "POST", f"/{reference}", {"message": f"✎ {saying.text}"})
        if answer.status != 200 and _code(answer) != GONE:
            raise _trouble(answer)
        return answer.status == 200

    def delete(self, line: Line, reference: str) -> None:
        """DELETE /{post}."""
        answer = _ask(line, "DELETE", f"/{reference}", None)
        if answer.status != 200 and _code(answer) != GONE:
            raise _trouble(answer)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """A way for each page: asked who it is, by its own token."""
        return [Probe(address.key, address.name, partial(self._try, address)) for address in addresses]

    def _try(self, address: Address) -> str:
        line = self.trial_line(bare(address.address), min(self.facts.timeout_seconds, PROBE_SECONDS))
        answer = _ask(line, "GET", "/me?fields=id", None)
        if answer.status != 200:
            raise _trouble(answer)
        return "Facebookが応答しました"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with an address, or None."""
        if re.fullmatch(r"page:[0-9]{5,20}", bare(address)):
            return None
        return _("Facebookページの番号を、page: に続けて書いてください（例 page:100000000000001）。")


def _ask(line: Line, method: str, path: str, request: dict[str, str] | None) -> Answer:
    # In a header, not in the address: addresses end up in logs.
    headers = {"Authorization": f"Bearer {line.secret.get('token', '')}"}
    if request is None:
        return line.ask(method, path, None, headers)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return line.ask(method, path, urlencode(request).encode(), headers | form)


def _error(answer: Answer) -> dict[str, object]:
    error = told(answer).get("error")
    return error if isinstance(error, dict) else {}


def _code(answer: Answer) -> int:
    code = _error(answer).get("code")
    return code if isinstance(code, int) else 0


def _trouble(answer: Answer) -> TryLater | Never:
    code = _code(answer)
    words = f"{answer.status}-{code} {words_of(_error(answer).get('message'))}"
    if code == 190 or answer.status == 401:
        return Never(f"Facebookが鍵を認めません。アカウント台帳の鍵を取り直してください（{words}）。")
    if code in TOO_MANY or answer.status == 429:
        return TryLater(f"Facebookが、呼び出しが多すぎると答えました（{words}）。", after_seconds=answer.retry_after())
    if code in TRANSIENT or answer.status >= 500:
        return TryLater(f"Facebookの側に障害があります（{words}）。", may_have_left=True)
    if code == 10 or 200 <= code <= 299 or answer.status == 403:
        return Never(f"Facebookが投稿を許しません。ページの権限（pages_manage_posts）を確かめてください（{words}）。")
    return Never(f"Facebookがこの投稿を受け付けません（{words}）。文とページの番号を確かめてください。")
