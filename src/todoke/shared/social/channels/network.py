"""What all networks have in common: take back what was wrong, then say what holds, and tell what could not be undone.

A cancellation deletes the earlier posts and says that it did; a correction mends them where the service can edit, and
says what changed. Deleting twice does no harm, so every try begins anew from what the ledger knows.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import Measure
from todoke.shared.messaging.channels.connection import Answer, fetch, post, put
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.queries import Errand
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import (
    Address,
    EditionKind,
    FrozenEdition,
    Never,
    Parcel,
    Receipt,
    Register,
    TryLater,
)
from todoke.shared.social.channels.desk import Desk, FreeDesk
from todoke.shared.social.posting import make_post

CALL_SECONDS = 8.0
# For the whole of a send: deleting what was said before, and saying what holds.
SEND_SECONDS = 24.0


class Line:
    """The way to one service for one send: its address, its secret, and one deadline for all calls."""

    def __init__(self, base: str, secret: Mapping[str, str], *, seconds: float, only_public: bool) -> None:
        self.base = base
        self.secret = secret
        self._only_public = only_public
        self._ends = time.monotonic() + seconds

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """One call. Raises TryLater, also where the time for all of them is over."""
        seconds = min(CALL_SECONDS, self._ends - time.monotonic())
        if seconds <= 0:
            raise TryLater("時間内に終わりませんでした。もう一度試します。")
        url = f"{self.base}{path}"
        named = {"User-Agent": "Todoke", "Accept": "application/json", **headers}
        if body is None:
            return fetch(url, named, method=method, timeout_seconds=seconds, only_public=self._only_public)
        send = put if method == "PUT" else post
        return send(url, body, named, timeout_seconds=seconds, only_public=self._only_public)


@dataclass(frozen=True)
class Saying:
    """What is to be said now: the text, whom it answers ("" for nobody), and the delivery's key."""

    text: str
    language: str
    key: str
    reply_to: str = ""
    was_doubtful: bool = False


@dataclass(frozen=True)
class Left:
    """An earlier post that could not be taken back: its number ("" unknown), why, and whether trying again may help."""

    reference: str
    says: str
    may_help: bool = False


class NetworkChannel(ABC):
    """A social network. A subclass says how it measures, publishes, deletes and, where it can, edits.

    `desk` answers for the register and the ledger; `simulator` is the base address of the simulators, and with
    `simulated` everything goes there.
    """

    key: str
    service: str
    name: str
    repeat: str

    def __init__(
        self, *, desk: Desk, site: str, simulator: str, simulated: bool, timeout_seconds: float = SEND_SECONDS
    ) -> None:
        self.desk = desk
        self.site = site
        self.simulator = simulator
        self.simulated = simulated
        self.facts = ChannelFacts(
            name=self.name,
            area_grain=AreaGrain.CITY,
            withdrawal=Withdrawal.REPLACES,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key=self.repeat,
            quota=grounds.SOCIAL_QUOTA,
            legal_purpose=grounds.SOCIAL,
            body_max=self.room(""),
            timeout_seconds=timeout_seconds,
            concurrency=2,
            looks=Looks.POST,
            registers=(Register.POST,),
        )

    # ---- what a service says of itself ----

    @abstractmethod
    def room(self, address: str) -> int:
        """How much a post holds at this bare address, as `measure` counts."""

    @property
    @abstractmethod
    def measure(self) -> Measure:
        """How the service counts a whole text."""

    @abstractmethod
    def base_of(self, address: str) -> str:
        """Where the real service is reached for this bare address."""

    @abstractmethod
    def publish(self, line: Line, address: str, saying: Saying) -> Receipt:
        """Post once; the receipt's reference is the post's number. Raises TryLater or Never."""

    @abstractmethod
    def delete(self, line: Line, reference: str) -> None:
        """Delete a post; one that is gone already is deleted. Raises TryLater or Never."""

    def edit(self, line: Line, reference: str, saying: Saying) -> bool:  # noqa: ARG002 - for those that can
        """Put this text in the place of an earlier one; False where the service cannot. Raises TryLater or Never."""
        return False

    def account_of(self, address: str) -> str:
        """The account behind a bare address, as it stands in the register."""
        return address.partition("?")[0]

    # ---- the channel ----

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The post; see `posting`."""
        made = make_post(edition, address.language, self.site, self.room(bare(address.address)), self.measure)
        return Parcel(made.text.encode(), made.text, edition.title(address.language), made.left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Take back what a correction or cancellation takes back, and post."""
        place, simulated = bare(address.address), self.simulated or is_simulated(address.address)
        account = self.account_of(place)
        errand = self.desk.errand(key)
        earlier = self.desk.earlier(edition, address.key)
        # The twin for drills uses up nothing of the real account.
        if not is_simulated(address.address):
            self.desk.allow(self.key, account, edition, errand, key=key)
        # A margin, so that we give up before the ledger does.
        line = self._line(place, simulated, seconds=self.facts.timeout_seconds - 1)
        reply_to = next((past.reference for past in earlier if past.reference), "")
        corrects = edition.kind is EditionKind.CORRECTION
        saying = Saying(
            text=parcel.body.decode(),
            language=address.language.partition("-")[0],
            key=key,
            reply_to=reply_to if corrects else "",
            was_doubtful=errand.was_doubtful if isinstance(errand, Errand) else False,
        )
        left: list[Left] = []
        if edition.kind is EditionKind.CANCEL:
            left = [undone for past in earlier if (undone := self._deleted(line, past.reference))]
        elif corrects and reply_to:
            left = self._edited(line, reply_to, saying)
        receipt = self.publish(line, place, saying)
        if left:
            raise _told(receipt, left)
        return receipt

    def _line(self, place: str, simulated: bool, *, seconds: float) -> Line:
        if simulated:
            secret = FreeDesk().secret(self.key, "")
            base = f"{self.simulator}/{self.service}"
        else:
            secret, base = self.desk.secret(self.key, self.account_of(place)), self.base_of(place)
        return Line(base, secret, seconds=seconds, only_public=not simulated)

    def _deleted(self, line: Line, reference: str) -> Left | None:
        if not reference:
            return Left("", "番号の分からない投稿があります")
        try:
            self.delete(line, reference)
        except (TryLater, Never) as trouble:
            return Left(reference, trouble.says, isinstance(trouble, TryLater))
        return None

    def _edited(self, line: Line, reference: str, saying: Saying) -> list[Left]:
        try:
            self.edit(line, reference, saying)
        except (TryLater, Never) as trouble:
            return [Left(reference, trouble.says, isinstance(trouble, TryLater))]
        return []

    def trial_line(self, place: str, seconds: float) -> Line:
        """A line for a probe of this bare address. Raises Never where the account has no secret."""
        return self._line(place, self.simulated, seconds=seconds)


def _told(receipt: Receipt, left: list[Left]) -> TryLater | Never:
    """The new post stands, but earlier ones do too: tried again where that may help, otherwise a person's task."""
    numbers = "、".join(undone.reference or "不明" for undone in left)
    says = (
        f"知らせは投稿しました（番号 {receipt.reference or '不明'}）。前の投稿を直したり消したりできませんでした"
        f"（番号 {numbers}：{left[0].says}）。"
    )
    if any(undone.may_help for undone in left):
        return TryLater(says, may_have_left=True)
    return Never(f"{says}サービスの画面で、手で消してください。")


def as_json(body: Mapping[str, Any]) -> bytes:
    """A request's body."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def told(answer: Answer) -> dict[str, Any]:
    """What the service said, as far as it is an object in JSON; otherwise empty."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def words_of(text: object) -> str:
    """The other side's words on one line, bounded."""
    return " ".join(str(text or "説明なし").split())[:200]
