"""A provider of automatic calls as its form describes it: ordering, asking, taking back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from todoke.shared.calling.rules import RingState
from todoke.shared.messaging.http_forms.asking import Request, ask, judge
from todoke.shared.messaging.http_forms.form import only, reading_of, request_of, tables_of
from todoke.shared.messaging.http_forms.numbers import NumberForm, domestic, shaped
from todoke.shared.messaging.http_forms.reading import Entry, Reading, Unreadable, read
from todoke.shared.messaging.http_forms.slots import BadForm, secrets_named, slots_of
from todoke.shared.messaging.types import TryLater

SECRETS = "TODOKE_CALLS_SECRET_"
TOP_KEYS = {
    "name", "number", "remembers_key", "batch", "minutes", "retry_by", "retry_times", "retry_pause_seconds",
    "confirm_digit", "order", "status", "cancel", "callback",
}  # fmt: skip
SLOTS = {
    "number", "text", "text_xml", "written", "language", "recording", "recording_url", "key", "reference", "callback",
    "retry_times", "retry_pause_seconds",
}  # fmt: skip
BATCH_MAX = 1000
# What a provider may say of a call; what the ledger plans by itself is no word of theirs.
TOLD = tuple(state for state in RingState if state not in (RingState.PLANNED, RingState.LEAVING))
UNDER_WAY = "ordered"


class Fate(StrEnum):
    """What the answer to an order says of one person."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    LATER = "later"
    REFUSED = "refused"


class Retry(StrEnum):
    """Who rings again where a line is busy or nobody answers."""

    US = "us"
    PROVIDER = "provider"


@dataclass(frozen=True)
class CallForm:
    """The file of a provider. `minutes` is how long the machine has before people ring."""

    name: str
    number: NumberForm
    remembers_key: str
    batch: int
    minutes: int
    retry_by: Retry
    retry_times: int
    retry_pause_seconds: int
    confirm_digit: str
    order: Request
    answer: Reading
    status: Request | None = None
    status_answer: Reading | None = None
    cancel: Request | None = None
    callback: Reading | None = None

    def secrets(self) -> set[str]:
        """The names of the secrets it needs, without their beginning."""
        asked = [each for each in (self.order, self.status, self.cancel) if each]
        return secrets_named([part for one in asked for part in (one.url, one.headers, one.fields, one.each)])

    @property
    def plays_recordings(self) -> bool:
        """Whether it wants a sound of ours."""
        asked = {name for name, *_rest in slots_of([self.order.url, self.order.fields, self.order.each])}
        return bool(asked & {"recording", "recording_url"})


@dataclass(frozen=True)
class Callee:
    """One person to be rung. `key` is the same at every repeat of the same try."""

    place: int
    number: str
    key: str
    callback: str


@dataclass(frozen=True)
class Word:
    """The provider's word on an order."""

    fate: Fate
    reference: str = ""
    says: str = ""


@dataclass(frozen=True)
class CallGateway:
    """A provider with our secrets."""

    form: CallForm
    secrets: Mapping[str, str]

    def order(self, callees: Sequence[Callee], said: Mapping[str, str], *, key: str, seconds: float) -> dict[int, Word]:
        """One request; the word on each by place. Raises TryLater, KeyRefused or Never for all of them together."""
        pauses = {
            "retry_times": str(self.form.retry_times),
            "retry_pause_seconds": str(self.form.retry_pause_seconds),
        }
        values = {**said, **pauses, "key": key}
        each = [
            {"number": shaped(one.number, self.form.number), "reference": one.key, "callback": one.callback}
            for one in callees
        ]
        if not self.form.order.each:
            values |= each[0]
        answer = ask(self.form.order, values, self.secrets, seconds=seconds, each=each)
        if not judge(answer, self.form.order, who=self.form.name, variables=SECRETS):
            return {one.place: Word(Fate.KNOWN) for one in callees}
        try:
            entries = read(answer.body, self.form.answer)
        except Unreadable as trouble:
            says = f"{self.form.name}の返事が読み取れません（{answer.status}）。"
            raise TryLater(says, may_have_left=True) from trouble
        return self._words(callees, entries)

    def ask_status(self, reference: str, *, seconds: float) -> tuple[RingState, str]:
        """How a call stands, and the provider's word. Raises TryLater or Never."""
        assert self.form.status is not None
        assert self.form.status_answer is not None
        answer = ask(self.form.status, {"reference": reference}, self.secrets, seconds=seconds)
        judge(answer, self.form.status, who=self.form.name, variables=SECRETS)
        try:
            return self.state_of(read(answer.body, self.form.status_answer)[0])
        except (Unreadable, IndexError) as trouble:
            raise TryLater(f"{self.form.name}の返事が読み取れません（{answer.status}）。") from trouble

    def take_back(self, reference: str, *, seconds: float) -> bool:
        """Have a call left that was not made yet; False where the form knows no way. Raises TryLater or Never."""
        if self.form.cancel is None:
            return False
        answer = ask(self.form.cancel, {"reference": reference}, self.secrets, seconds=seconds)
        judge(answer, self.form.cancel, who=self.form.name, variables=SECRETS)
        return True

    def state_of(self, entry: Entry) -> tuple[RingState, str]:
        """What an answer or a call-back says: who picked up and pressed the key has confirmed."""
        state = RingState(entry.state)
        # Some tell what was pressed while the call still goes on.
        if state in (RingState.HEARD, RingState.ORDERED) and entry.digits == self.form.confirm_digit:
            state = RingState.CONFIRMED
        return state, entry.word

    def _words(self, callees: Sequence[Callee], entries: Sequence[Entry]) -> dict[int, Word]:
        found = {}
        for place, one in enumerate(callees):
            if self.form.answer.match:
                entry = next(
                    (each for each in entries if each.match == one.key or domestic(each.match) == one.number), None
                )
            else:
                entry = entries[place] if len(entries) == len(callees) else None
            if entry is not None:
                said = " ".join(filter(None, (entry.word, entry.says)))
                for form in NumberForm:
                    said = said.replace(shaped(one.number, form), "…")
                found[one.place] = Word(Fate(entry.state), entry.reference, said)
        return found


def read_form(path: Path) -> CallForm:
    """The form in this file. Raises BadForm."""
    return form_of(tables_of(path))


def form_of(tables: Mapping[str, Any]) -> CallForm:
    """The form in these tables. Raises BadForm."""
    only(tables, TOP_KEYS, "the file")
    order, status, cancel, callback = (tables.get(key) for key in ("order", "status", "cancel", "callback"))
    request = request_of(order, "order", SLOTS)
    batch = _whole(tables, "batch", 1, BATCH_MAX, 1)
    if (batch > 1) != bool(request.each):
        raise BadForm("a batch above 1 and [order.each] belong together: the list of those who are rung")
    filled = {name for name, *_rest in slots_of([request.url, request.headers, request.fields, request.each])}
    if not filled & {"text", "text_xml", "written", "recording", "recording_url"}:
        raise BadForm("[order] says nothing: one of its fields is {text}, {recording} or {recording_url}")
    if status is None and callback is None:
        raise BadForm("without [status] or [callback] nobody learns who was reached, and everybody is rung twice")
    try:
        number = NumberForm(tables.get("number", NumberForm.DOMESTIC))
        retry_by = Retry(tables.get("retry_by", Retry.US))
    except ValueError as trouble:
        raise BadForm(f"{trouble}: number is {', '.join(NumberForm)}, retry_by is {', '.join(Retry)}") from None
    answer = (order or {}).get("answer", {"format": "none", "otherwise": "accepted"})
    return CallForm(
        name=str(tables.get("name") or "自動電話の事業者"),
        number=number,
        remembers_key=str(tables.get("remembers_key", "")),
        batch=batch,
        minutes=_whole(tables, "minutes", 1, 120, 5),
        retry_by=retry_by,
        retry_times=_whole(tables, "retry_times", 0, 10, 2),
        retry_pause_seconds=_whole(tables, "retry_pause_seconds", 5, 3600, 60),
        confirm_digit=str(tables.get("confirm_digit", "1")),
        order=request,
        answer=reading_of(
            answer,
            "order.answer",
            [fate.value for fate in Fate],
            Fate.REFUSED if answer.get("word") else Fate.ACCEPTED,
        ),
        status=request_of(status, "status", {"reference"}) if status else None,
        status_answer=_told(status.get("answer"), "status.answer") if status else None,
        cancel=request_of(cancel, "cancel", {"reference"}) if cancel else None,
        callback=_told(callback, "callback") if callback else None,
    )


def _told(table: Any, where: str) -> Reading:
    return reading_of(table, where, [state.value for state in TOLD], UNDER_WAY)


def _whole(tables: Mapping[str, Any], key: str, least: int, most: int, absent: int) -> int:
    found = tables.get(key, absent)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise BadForm(f"{key} is a whole number from {least} to {most}, not {found!r}")
    return found
