"""Multicast and push as LINE offers them: one request, and what its answer means.

(https://developers.line.biz/en/reference/messaging-api/#send-multicast-message, read in November 2026.)
"""

import json
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from todoke.shared.messaging.channels.connection import Answer, fetch, post
from todoke.shared.messaging.channels.line import is_refused_form
from todoke.shared.messaging.channels.line_flex import Message, Said
from todoke.shared.messaging.channels.line_quota import Quota, Reading
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.types import TryLater

log = logging.getLogger(__name__)

USER = re.compile(r"U[0-9a-f]{32}")
QUOTA_SECONDS = 3.0
REST_SECONDS = 5.0
REST_SECONDS_MAX = 300.0
# One request that failed is no reason to keep the others waiting; so many in a row are.
TROUBLES_MAX = 3
# A token that LINE refuses is mended by a person.
REFUSED_REST_SECONDS = 30.0
# Two requests for each group would pass LINE's rate, so after one refused bubble everybody gets text for a while.
PLAIN_SECONDS = 600.0


class Word(Enum):
    """What LINE said to one request."""

    TAKEN = auto()
    TAKEN_BEFORE = auto()
    LATER = auto()
    BAD_RECIPIENTS = auto()
    REFUSED = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """LINE's word with its text; `bad` are the positions of recipients that it named as wrong, `is_about_form` says
    that it was the form of the message that it refused."""

    word: Word
    says: str
    bad: tuple[int, ...] = ()
    is_about_form: bool = False


class LineService:
    """LINE as one process sees it: its doors, its quota, and how long it wants to be left alone."""

    def __init__(self, *, token: str, service: str, simulator: str, reserve: float, reply_seconds: float) -> None:
        self.token = token
        self.service = service
        self.simulator = simulator
        self.reply_seconds = reply_seconds
        self.quota = Quota(self._read_quota, reserve=reserve)
        self._rests_until = 0.0
        self._troubles = 0
        self._plain_until = 0.0

    @property
    def is_resting(self) -> bool:
        """Whether it asked to be left alone for a while."""
        return time.monotonic() < self._rests_until

    def multicast(self, said: Said, to: Sequence[str], key: str) -> Outcome:
        """One request to at most 500, all of them simulated or none; as text where LINE refuses the bubble."""
        simulated, people = is_simulated(to[0]), len(to)
        if said.flex is not None and time.monotonic() >= self._plain_until:
            body = request_body(said.flex, to)
            outcome = self._ask("multicast", body, key, simulated=simulated, people=people)
            if not outcome.is_about_form:
                return outcome
            # A refused request leaves the retry key unused, so the text goes out under the same one.
            log.warning("line_refused_a_bubble", extra={"people": people})
            self._plain_until = time.monotonic() + PLAIN_SECONDS
        return self._ask("multicast", request_body(said.plain, to), key, simulated=simulated, people=people)

    def push(self, text: str, to: str, key: str) -> Outcome:
        """One message to one user."""
        return self._ask("push", push_body(text, to), key, simulated=is_simulated(to), people=1)

    def _ask(self, form: str, body: bytes, key: str, *, simulated: bool, people: int) -> Outcome:
        if not simulated and not self.token:
            self._rest(REFUSED_REST_SECONDS)
            log.error("line_token_missing")
            return Outcome(Word.LATER, "TODOKE_LINE_TOKEN が設定されていません。")
        try:
            answer = post(
                f"{self.simulator if simulated else self.service}/v2/bot/message/{form}",
                body,
                {
                    "Content-Type": "application/json; charset=utf-8",
                    "Authorization": f"Bearer {'simulator' if simulated else self.token}",
                    "X-Line-Retry-Key": key,
                },
                timeout_seconds=self.reply_seconds,
            )
        except TryLater as trouble:
            self._note_trouble()
            return Outcome(Word.UNCLEAR if trouble.may_have_left else Word.LATER, trouble.says)
        outcome = _outcome(answer)
        self._heed(answer, outcome, people=0 if simulated else people)
        return outcome

    def _heed(self, answer: Answer, outcome: Outcome, *, people: int) -> None:
        if outcome.word is Word.TAKEN:
            self._troubles = 0
            self.quota.note(people)
        if answer.status == 429 and "monthly limit" in outcome.says:
            # Somebody may raise the plan at any time, so it is tried again on the ladder until the notice expires.
            log.error("line_quota_used_up")
            self.quota.read_again()
        elif answer.status >= 500:
            self._note_trouble()
        elif answer.status == 429:
            self._rest(min(answer.retry_after() or REST_SECONDS, REST_SECONDS_MAX))
        elif answer.status in (401, 403):
            log.error("line_refuses_us", extra={"status": answer.status})
            self._rest(REFUSED_REST_SECONDS)

    def _note_trouble(self) -> None:
        self._troubles += 1
        if self._troubles >= TROUBLES_MAX:
            self._rest(REST_SECONDS)

    def _rest(self, seconds: float) -> None:
        self._rests_until = time.monotonic() + seconds

    def _read_quota(self) -> Reading | None:
        if not self.token:
            return None
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"{self.service}/v2/bot/message/quota"
        try:
            quota = json.loads(fetch(address, headers, timeout_seconds=QUOTA_SECONDS).body)
            if quota["type"] != "limited":
                return Reading(None, 0)
            used = json.loads(fetch(f"{address}/consumption", headers, timeout_seconds=QUOTA_SECONDS).body)
            return Reading(int(quota["value"]), int(used["totalUsage"]))
        except (TryLater, ValueError, KeyError, TypeError) as trouble:
            log.warning("line_quota_unknown", extra={"trouble": type(trouble).__name__})
            return None


def request_body(message: Message, to: Sequence[str]) -> bytes:
    """The body of a multicast."""
    return _body(message, [bare(address) for address in to])


def push_body(text: str, to: str) -> bytes:
    """The body of a push."""
    return _body(Said(text).plain, bare(to))


def _body(message: Message, to: str | list[str]) -> bytes:
    request = {"to": to, "messages": [message]}
    return json.dumps(request, ensure_ascii=False, sort_keys=True).encode()


def _outcome(answer: Answer) -> Outcome:
    """LINE's answer (https://developers.line.biz/en/docs/messaging-api/retrying-api-request/)."""
    if 200 <= answer.status <= 299:
        return Outcome(Word.TAKEN, "LINEが受け付けました")
    if answer.status == 409 and answer.headers.get("x-line-accepted-request-id"):
        return Outcome(Word.TAKEN_BEFORE, "LINEは、前の送信ですでに受け付けていました")
    said, bad, is_about_recipients = _complaint(answer)
    says = f"LINE {answer.status} {said}"[:200]
    if answer.status >= 500 or answer.status == 409:
        return Outcome(Word.UNCLEAR, says)
    if answer.status in (401, 403, 408, 429):
        return Outcome(Word.LATER, says)
    if answer.status == 400 and is_about_recipients:
        return Outcome(Word.BAD_RECIPIENTS, "LINEが、この利用者IDを受け付けません。", bad)
    return Outcome(Word.REFUSED, says, is_about_form=is_refused_form(answer))


def _complaint(answer: Answer) -> tuple[str, tuple[int, ...], bool]:
    """LINE's words, the positions of wrong recipients as far as it names them, and whether it is about recipients."""
    try:
        told = json.loads(answer.body)
        said = str(told["message"])
        properties = [str(detail.get("property", "")) for detail in told.get("details", [])]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", (), False
    places = [re.fullmatch(r"to(?:\[(\d+)\])?", name) for name in properties]
    bad = tuple(int(place[1]) for place in places if place and place[1])
    # LINE may repeat what it refused, and that is an address.
    return USER.sub("U…", " ".join(said.split())), bad, any(places) or "'to'" in said
