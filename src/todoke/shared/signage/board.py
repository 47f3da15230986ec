"""The channel `messaging.board`: a display board that takes JSON over HTTP.

There is no common protocol of display boards; makers have their own, behind a controller or a gateway. This is the
plain one that a gateway needs: `POST` with the text, its level and colour, until when it holds, and an id by which a
repeat is known. An address is the gateway's `https://…`, or `simulator:NAME`.
"""

import json
import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, Answer, fetch, post
from todoke.shared.messaging.channels.registers import BOARD_MAX, in_register
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.channels.wording import level_holds
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, Register, TryLater

NEUTRAL = "#FFFFFF"


class BoardChannel:
    """One text of fifty full-width characters; the next edition of a message takes the place of the one before."""

    key = "messaging.board"

    def __init__(self, *, token: str, simulator: str, simulated: bool, timeout_seconds: float = 10) -> None:
        self.token = token
        self.simulator = simulator
        self.simulated = simulated
        self.facts = ChannelFacts(
            name=gettext_lazy("電光掲示板"),
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.REPLACES,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key="id",
            body_max=BOARD_MAX,
            quota=grounds.BOARD_QUOTA,
            legal_purpose=grounds.BOARDS,
            timeout_seconds=timeout_seconds,
            looks=Looks.BOARD,
            registers=(Register.BOARD,),
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The JSON for the gateway, without the delivery's id, which is added when it leaves."""
        fitted = in_register(edition, address.language, Register.BOARD)
        official = LEVELS.get(edition.content.level or 0) if level_holds(edition) else None
        told = {
            "message": edition.message_key,
            "number": edition.number,
            "kind": edition.kind.value,
            "mode": edition.mode.value,
            "language": address.language,
            "text": fitted.text,
            "level": official.number if official else None,
            "colour": official.ground if official else NEUTRAL,
            "sent_at": edition.sent_at.isoformat(),
            "expires_at": edition.expires_at.isoformat(),
        }
        return Parcel(
            body=json.dumps(told, ensure_ascii=False, sort_keys=True).encode(),
            preview=fitted.text,
            title=edition.title(address.language),
            left_out=fitted.left_out,
        )

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """POST it; a gateway that keeps the ids it has seen shows a repeat once."""
        where, simulated = self._where(address)
        headers = {"Content-Type": "application/json; charset=utf-8", "X-Todoke-Mode": edition.mode.value}
        if self.token and not simulated:
            headers["Authorization"] = f"Bearer {self.token}"
        body = json.dumps({**json.loads(parcel.body), "id": key}, ensure_ascii=False, sort_keys=True).encode()
        seconds = self.facts.timeout_seconds
        return _receipt(post(where, body, headers, timeout_seconds=seconds, only_public=False), key)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """A way for each board: its gateway is asked what it takes (OPTIONS), which changes nothing there."""
        return [Probe(address.key, address.name, partial(self._try, address)) for address in addresses]

    def _try(self, address: Address) -> str:
        where, _simulated = self._where(address)
        answer = fetch(where, method="OPTIONS", timeout_seconds=min(self.facts.timeout_seconds, PROBE_SECONDS))
        if answer.status >= 500 or answer.status == 429:
            raise TryLater(f"掲示板の側に障害があります（{answer.status}）。")
        return f"掲示板の制御装置が応答しました（{answer.status}）"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a board's address, or None. Boards stand in the city's own network: http is allowed."""
        if is_simulated(address):
            is_a_name = re.fullmatch(r"[A-Za-z0-9-]{1,100}", bare(address)) is not None
            return None if is_a_name else _("模擬の掲示板の名前は、英数字とハイフンです。")
        try:
            parts = urlsplit(address)
            fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fits = False
        if fits and not (parts.username or parts.password or parts.fragment):
            return None
        return _("掲示板の制御装置のURLを書いてください（例 https://board.example.jp/show）。")

    def _where(self, address: Address) -> tuple[str, bool]:
        simulated = self.simulated or is_simulated(address.address)
        name = bare(address.address) if is_simulated(address.address) else address.key
        return (f"{self.simulator}/{quote(name, safe='')}/", True) if simulated else (address.address, False)


def _receipt(answer: Answer, key: str) -> Receipt:
    if 200 <= answer.status <= 299:
        return Receipt(reference=key, says=f"掲示板の制御装置が受け付けました（{answer.status}）")
    if answer.status in (408, 429):
        raise TryLater(f"掲示板が、いまは受け取れません（{answer.status}）。", after_seconds=answer.retry_after())
    if answer.status >= 500:
        raise TryLater(f"掲示板の側に障害があります（{answer.status}）。", may_have_left=True)
    if answer.status in (401, 403):
        raise Never(f"掲示板が接続を認めません（{answer.status}）。TODOKE_BOARD_TOKEN を確かめてください。")
    raise Never(f"掲示板が受け取りを断りました（{answer.status}）。URLを確かめてください。")
