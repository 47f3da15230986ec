"""LINE to each subscriber, by multicast: one request for up to 500 people.

All copies of a request are the same, so they are grouped by language, and nothing in them is the reader's own: they end
with the page where everybody finds their own settings. LINE takes a retry key once and keeps it for 24 hours; which
people a repeat names, so that nobody is told twice and nobody is passed over, is the book-keeping of
`actions.multicasts`. LINE says nothing about single people: who has blocked the account counts as accepted.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.db import Error as DatabaseTrouble
from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.clock import now
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import longest_start, utf16_units
from todoke.shared.messaging.channels.connection import PROBE_SECONDS
from todoke.shared.messaging.channels.line import MULTICAST_MAX, RETRY_KEY_LIVES, TEXT_MAX, ask_line, retry_key
from todoke.shared.messaging.channels.line_flex import Said, said
from todoke.shared.messaging.channels.line_service import QUOTA_SECONDS, USER, LineService, Outcome, Word, request_body
from todoke.shared.messaging.channels.routes import bare, is_simulated, trouble_with_audience
from todoke.shared.messaging.channels.wording import fit_text, in_each_language
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import (
    Address,
    Copy,
    Fate,
    FrozenEdition,
    Never,
    Parcel,
    Receipt,
    Report,
    Result,
    Text,
    TryLater,
    WaysOut,
)

# LINE allows 200 multicasts a second. A bucket holds a second's worth, so that any second sees twice the rate at most.
REQUESTS_PER_SECOND = 100.0
PACE_KEY = "line:multicast"
CARRY_SECONDS = 45.0
# Our clock and LINE's may differ, and a request takes its time.
KEY_MARGIN = timedelta(minutes=10)
WAY_OUT = {
    "ja": "受け取る内容の変更・停止：{}",
    "ja-easy": "かえる・やめる：{}",
    "en": "Change or stop these messages: {}",
}
RESTS = "LINEを休ませています。"
QUOTA_KEPT = "LINEの今月の送信数の残りを、緊急の情報のために取ってあります。"
TOO_LATE = "LINEに届いたかどうか分からないまま24時間を過ぎました。二重に届くおそれがあるため、もう送りません。"


class Pace(Protocol):
    """How fast a route may carry, asked by its key (actions.pace)."""

    def take(self, key: str, wanted: int, *, per_second: float, lane: str) -> int: ...

    def free(self, key: str, *, per_second: float, lane: str) -> bool: ...


class Begun(Protocol):
    """One request to many, as it was written down."""

    @property
    def key(self) -> object: ...

    @property
    def language(self) -> str: ...

    @property
    def contact_ids(self) -> frozenset[int]: ...

    @property
    def begun_at(self) -> datetime: ...


B = TypeVar("B", bound=Begun)


class Rounds(Protocol[B]):
    """The requests that were written down (actions.multicasts)."""

    def begun(self, edition: str, contact_ids: Collection[int]) -> Sequence[B]: ...

    def begin(
        self, edition: str, language: str, contact_ids: Collection[int], *, at: datetime, expires_at: datetime
    ) -> B: ...

    def narrow(self, repeat: B, contact_ids: Collection[int]) -> B: ...

    def undo(self, refused: B) -> None: ...

    def forget(self, *, at: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Stationery:
    """What is said of an edition by language; whoever reads none of these gets the Japanese one."""

    identifier: str
    expires_at: datetime
    said: Mapping[str, Said]

    def language_of(self, copy: Copy) -> str:
        """The language in which this copy is sent."""
        return copy.language if copy.language in self.said else "ja"


class LineEachChannel:
    """The channel `messaging.line-each`: a contact's address is a LINE user id. Without a token it serves simulators.

    `settings_page` is where a reader changes what they get. `reserve` is the share of the month's quota that is left to
    the emergency lane.
    """

    key = "messaging.line-each"
    bundle_size = MULTICAST_MAX

    def __init__(
        self,
        *,
        token: str,
        simulator: str,
        site: str,
        settings_page: str,
        pace: Pace,
        rounds: Rounds,
        reserve: float = 0.2,
        service: str = "https://api.line.me",
        reply_seconds: float = 10,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.site = site
        self.settings_page = settings_page
        self.pace = pace
        self.rounds = rounds
        self.clock = clock
        self.line = LineService(
            token=token, service=service, simulator=simulator, reserve=reserve, reply_seconds=reply_seconds
        )
        self.facts = ChannelFacts(
            name=gettext_lazy("LINE（登録者）"),
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key="X-Line-Retry-Key",
            quota=grounds.LINE_QUOTA,
            legal_purpose=grounds.LINE,
            body_max=TEXT_MAX,
            # The last request may be made twice, as a bubble and as text.
            timeout_seconds=CARRY_SECONDS + 2 * reply_seconds + 2 * QUOTA_SECONDS,
            concurrency=4,
            looks=Looks.TELEPHONE,
        )

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a destination's address, which is the key of an audience, or None."""
        return trouble_with_audience(address)

    def trouble_with_contact(self, address: str) -> str | None:
        """What is wrong with a LINE user id, or None."""
        if USER.fullmatch(bare(self.normal(address))):
            return None
        return _("LINEの利用者IDとして読めません。U と、それに続く32文字の英数字です。LINEから登録し直してください。")

    def normal(self, address: str) -> str:
        """Without blanks around it; LINE writes ids in one way only."""
        return address.strip()

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """What every reader of a language gets; the preview is its text."""
        what, left_out = self._said(edition, address.language)
        return Parcel(
            body=request_body(what.best, []),
            preview=what.text,
            title=edition.title(address.language),
            left_out=left_out,
        )

    def stationery(self, edition: FrozenEdition, ways_out: WaysOut) -> Stationery:
        """What is said. The readers' own ways out do not fit: every copy of a request is the same."""
        del ways_out
        return Stationery(
            identifier=edition.identifier,
            expires_at=edition.expires_at,
            said=in_each_language(edition, lambda language: self._said(edition, language)[0]),
        )

    def _said(self, edition: FrozenEdition, language: str) -> tuple[Said, str]:
        way_out = WAY_OUT.get(language, WAY_OUT["ja"]).format(self.settings_page)
        end = "\n\n" + way_out
        fitted = fit_text(edition, language, self.site, TEXT_MAX - utf16_units(end), utf16_units)
        return said(edition, language, self.site, fitted.text + end, ends=(way_out,)), fitted.left_out

    def is_free(self, lane: str) -> bool:
        """Whether LINE does not rest, its rate lets something out, and the quota reaches beyond the reserve."""
        if self.line.is_resting or not self.pace.free(PACE_KEY, per_second=REQUESTS_PER_SECOND, lane=lane):
            return False
        return lane == "emergency" or self.line.quota.allows(1)

    def send_letter(self, text: Text, *, key: str, at: datetime) -> Receipt:
        """Push one person's letter, title and body as one text. The retry key follows from `key`, the same each time.

        Ordinary letters keep to the reserve of the quota as notices do. Raises TryLater or Never.
        """
        # Our own guard: beyond this age LINE would take a repeat for a new message.
        if self.clock() - at > RETRY_KEY_LIVES - KEY_MARGIN:
            raise Never(TOO_LATE)
        if self.line.is_resting:
            raise TryLater(RESTS)
        if not is_simulated(text.address) and not self.line.quota.allows(1):
            raise TryLater(QUOTA_KEPT)
        words = longest_start(f"{text.title}\n\n{text.body.strip()}", TEXT_MAX, utf16_units)
        outcome = self.line.push(words, text.address, retry_key(key))
        if outcome.word in (Word.TAKEN, Word.TAKEN_BEFORE):
            return Receipt(says=outcome.says)
        if outcome.word in (Word.LATER, Word.UNCLEAR):
            raise TryLater(outcome.says, may_have_left=outcome.word is Word.UNCLEAR)
        raise Never(outcome.says)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """One way: LINE's own interface, asked who we are."""
        del addresses
        line, seconds = self.line, min(self.line.reply_seconds, PROBE_SECONDS)
        return [Probe("", self.facts.name, lambda: ask_line(line.token, line.service, timeout_seconds=seconds))]

    def carry(self, stationery: Stationery, copies: Sequence[Copy], report: Report, *, lane: str) -> None:
        """Send the copies in as few requests as may be: repeats as they were begun, the others by language."""
        call = _Call(self, stationery, copies, report, lane)
        try:
            self.rounds.forget(at=self.clock())
            for begun in self.rounds.begun(stationery.identifier, list(call.waiting)):
                if again := [copy for pk, copy in call.waiting.items() if pk in begun.contact_ids]:
                    call.repeat(begun, again)
            for group in _groups(call.waiting.values(), stationery):
                call.begin(group)
        except DatabaseTrouble:
            # Nothing leaves before it is written down, so whoever waits has been sent nothing by this call.
            connections.close_all()
        call.hold_rest()


class _Call:
    """One call of `carry`. `waiting` are those of whom nothing is reported yet."""

    def __init__(
        self, channel: LineEachChannel, stationery: Stationery, copies: Sequence[Copy], report: Report, lane: str
    ) -> None:
        self.channel = channel
        self.stationery = stationery
        self.lane = lane
        self.until = time.monotonic() + CARRY_SECONDS
        self.waiting = {copy.contact_id: copy for copy in copies}
        self._report = report

    def begin(self, copies: Sequence[Copy]) -> None:
        """A first request to these, all of one language and all simulated or none."""
        if not self._may_leave(copies):
            return
        begun = self.channel.rounds.begin(
            self.stationery.identifier,
            self.stationery.language_of(copies[0]),
            [copy.contact_id for copy in copies],
            at=self.channel.clock(),
            expires_at=self.stationery.expires_at,
        )
        outcome = self._send(begun, copies)
        # The key is free again, for nothing was sent under it before.
        if outcome.word in (Word.LATER, Word.REFUSED, Word.BAD_RECIPIENTS):
            self.channel.rounds.undo(begun)
        self._settle(copies, outcome)

    def repeat(self, begun: Begun, copies: Sequence[Copy]) -> None:
        """The same request again, for those of its people who are still there."""
        if self.channel.clock() - begun.begun_at > RETRY_KEY_LIVES - KEY_MARGIN:
            self._tell(copies, Fate.REFUSED, TOO_LATE)
            return
        if not self._may_leave(copies):
            return
        narrowed = self.channel.rounds.narrow(begun, [copy.contact_id for copy in copies])
        outcome = self._send(narrowed, copies)
        # Who is wrong now was wrong before, so that request was refused as a whole. Any other refusal says nothing of
        # an earlier try whose answer was lost.
        if outcome.word is Word.BAD_RECIPIENTS:
            self.channel.rounds.undo(narrowed)
        self._settle(copies, outcome)

    def hold_rest(self) -> None:
        """Whoever still waits is carried by a later call."""
        if self.waiting:
            self._tell(list(self.waiting.values()), Fate.HELD)

    def _may_leave(self, copies: Sequence[Copy]) -> bool:
        if time.monotonic() >= self.until or self.channel.line.is_resting:
            return False
        is_ordinary = self.lane != "emergency" and not is_simulated(copies[0].address)
        if is_ordinary and not self.channel.line.quota.allows(len(copies)):
            return False
        return bool(self.channel.pace.take(PACE_KEY, 1, per_second=REQUESTS_PER_SECOND, lane=self.lane))

    def _send(self, begun: Begun, copies: Sequence[Copy]) -> Outcome:
        by_language = self.stationery.said
        what = by_language.get(begun.language) or by_language["ja"]
        return self.channel.line.multicast(what, [copy.address for copy in copies], str(begun.key))

    def _settle(self, copies: Sequence[Copy], outcome: Outcome) -> None:
        if outcome.word is Word.BAD_RECIPIENTS and len(copies) > 1:
            self._without_the_bad(copies, outcome)
            return
        fates = {
            Word.TAKEN: Fate.ACCEPTED,
            Word.TAKEN_BEFORE: Fate.ACCEPTED,
            Word.UNCLEAR: Fate.UNCLEAR,
            Word.LATER: Fate.LATER,
        }
        self._tell(copies, fates.get(outcome.word, Fate.REFUSED), outcome.says)

    def _without_the_bad(self, copies: Sequence[Copy], outcome: Outcome) -> None:
        """One wrong recipient must not cost 499 others a warning: leave out whom LINE names, or look for them."""
        bad = [copies[position] for position in outcome.bad if position < len(copies)]
        if bad:
            self._tell(bad, Fate.REFUSED, outcome.says)
            if good := [copy for copy in copies if copy.contact_id in self.waiting]:
                self.begin(good)
            return
        middle = len(copies) // 2
        self.begin(copies[:middle])
        self.begin(copies[middle:])

    def _tell(self, copies: Sequence[Copy], fate: Fate, says: str = "") -> None:
        for copy in copies:
            self.waiting.pop(copy.contact_id, None)
        self._report([Result(copy.contact_id, fate, says) for copy in copies])


def _groups(copies: Iterable[Copy], stationery: Stationery) -> list[list[Copy]]:
    groups: dict[tuple[bool, str], list[Copy]] = {}
    for copy in copies:
        groups.setdefault((is_simulated(copy.address), stationery.language_of(copy)), []).append(copy)
    return [
        group[start : start + MULTICAST_MAX]
        for group in groups.values()
        for start in range(0, len(group), MULTICAST_MAX)
    ]
