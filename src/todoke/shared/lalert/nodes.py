"""Publishing to the normal node and the backup node at once; the word of one is enough."""

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from todoke.base.clock import now
from todoke.shared.lalert.soap import HEADERS, Credentials, Unreadable, Word, publish, word_of
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, fetch, post
from todoke.shared.messaging.types import Never, Receipt, TryLater

NORMAL, BACKUP = "normal", "backup"
NAMES = {NORMAL: "通常ノード", BACKUP: "予備ノード"}
TAKEN, USER_ERROR, NOT_BY_SCHEMA, NODE_TROUBLE = 0, 401, 402, 901
FOR_GOOD = {
    USER_ERROR: (
        "アカウントかパスワードが認められません。TODOKE_LALERT_USER と TODOKE_LALERT_PASSWORD を確かめてください"
    ),
    NOT_BY_SCHEMA: "文書の形式が受け付けられません。情報システム担当に連絡してください",
}


@dataclass(frozen=True)
class Nodes:
    """The addresses of the nodes by their names; a city without a backup node has one alone."""

    addresses: Mapping[str, str]
    credentials: Credentials

    def publish(self, document: bytes, *, timeout_seconds: float, user: str = "") -> Receipt:
        """Send to all at once, and wait for all: what the other one said belongs into the receipt.

        Raises Never where no node will ever take it, TryLater where one may.
        """
        if not self.addresses:
            raise Never(
                "Lアラートのノードが設定されていません。TODOKE_LALERT_NODES を設定してから、送り直してください。"
            )
        credentials = Credentials(user or self.credentials.user, self.credentials.password)
        at = now()

        def ask(name: str) -> Receipt | Never | TryLater:
            try:
                return _ask(self.addresses[name], document, credentials, at=at, timeout_seconds=timeout_seconds)
            except (Never, TryLater) as trouble:
                return trouble

        with ThreadPoolExecutor(len(self.addresses), thread_name_prefix="lalert-node") as pool:
            said = dict(zip(self.addresses, pool.map(ask, self.addresses), strict=True))
        return _together(said)

    def try_it(self, name: str, *, timeout_seconds: float) -> str:
        """Ask a node for its description (WSDL), which publishes nothing. Raises TryLater."""
        seconds = min(timeout_seconds, PROBE_SECONDS)
        answer = fetch(f"{self.addresses[name]}?wsdl", timeout_seconds=seconds)
        if answer.status >= 500 or answer.status == 429:
            raise TryLater(f"{NAMES[name]}の側に障害があります（{answer.status}）。")
        return f"{NAMES[name]}が応答しました（{answer.status}）"


def _ask(address: str, document: bytes, credentials: Credentials, *, at: datetime, timeout_seconds: float) -> Receipt:
    request = publish(document, credentials, nonce=secrets.token_bytes(16), at=at)
    answer = post(address, request, HEADERS, timeout_seconds=timeout_seconds)
    try:
        word = word_of(answer.body)
    except Unreadable:
        if 400 <= answer.status <= 499 and answer.status not in (408, 429):
            raise Never(f"ノードのURLか接続の許可を確かめてください（{answer.status}）。") from None
        raise TryLater(f"返事が読み取れません（{answer.status}）。", may_have_left=True) from None
    return _heard(word)


def _heard(word: Word) -> Receipt:
    if word.code == TAKEN:
        return Receipt(says=f"受け付けました{f'（{word.says}）' if word.says else ''}")
    said = f"（{word.code} {word.says}）".replace(" ）", "）")
    if word.code in FOR_GOOD:
        raise Never(f"{FOR_GOOD[word.code]}{said}。")
    # After its own trouble nobody knows whether the node kept it; the document's number makes a repeat safe.
    raise TryLater(f"ノードの側に障害があります{said}。", may_have_left=True)


def _together(said: Mapping[str, Receipt | Never | TryLater]) -> Receipt:
    says = " ".join(f"{NAMES[name]}：{word.says.rstrip('。')}。" for name, word in said.items())
    if any(isinstance(word, Receipt) for word in said.values()):
        return Receipt(says=says)
    later = [word for word in said.values() if isinstance(word, TryLater)]
    if not later:
        raise Never(says)
    raise TryLater(says, may_have_left=any(word.may_have_left for word in later))
