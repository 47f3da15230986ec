"""A provider of SMS as its form describes it: sending to one or many, and asking what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any

from todoke.shared.messaging.http_forms.asking import Request, ask, judge
from todoke.shared.messaging.http_forms.form import only, reading_of, request_of, tables_of
from todoke.shared.messaging.http_forms.numbers import NumberForm, shaped
from todoke.shared.messaging.http_forms.reading import Entry, Reading, Unreadable, read
from todoke.shared.messaging.http_forms.slots import BadForm, secrets_named
from todoke.shared.messaging.types import TryLater
from todoke.shared.sms.length import CHARACTERS_MAX, PART, SINGLE, Length
from todoke.shared.sms.numbers import same

SECRETS = "TODOKE_SMS_SECRET_"
TOP_KEYS = {
    "name", "number", "remembers_key", "batch", "single", "part", "characters_max", "parts_max", "yen_per_part",
    "chase_minutes", "send", "status", "callback",
}  # fmt: skip
BATCH_MAX = 1000


class Fate(StrEnum):
    """What an answer says of one number. `known`: taken before, by our key. `later`: certainly not taken."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    LATER = "later"
    REFUSED = "refused"


class Arrival(StrEnum):
    """What a receipt says of one message."""

    UNDER_WAY = "under-way"
    ARRIVED = "arrived"
    MISSED = "missed"


@dataclass(frozen=True)
class SmsForm:
    """The file of a provider. `remembers_key` names what makes a repeat safe there, or is empty: then an unclear
    outcome is a person's task."""

    name: str
    number: NumberForm
    remembers_key: str
    batch: int
    length: Length
    chase_minutes: int
    send: Request
    answer: Reading
    status: Request | None = None
    status_answer: Reading | None = None
    callback: Reading | None = None

    @property
    def tells_arrivals(self) -> bool:
        """Whether the provider says what became of a message."""
        return self.status is not None or self.callback is not None

    def secrets(self) -> set[str]:
        """The names of the secrets it needs, without their beginning."""
        asked = [self.send, *([self.status] if self.status else [])]
        return secrets_named([part for one in asked for part in (one.url, one.headers, one.fields, one.each)])


@dataclass(frozen=True)
class Outgoing:
    """One message to one number. `key` is the same at every try; `callback` is where its receipt is told."""

    place: int
    number: str
    key: str
    callback: str


@dataclass(frozen=True)
class Word:
    """The provider's word on one of them."""

    fate: Fate
    reference: str = ""
    says: str = ""


@dataclass(frozen=True)
class SmsGateway:
    """A provider with our secrets."""

    form: SmsForm
    secrets: Mapping[str, str]

    def send(self, outgoing: Sequence[Outgoing], text: str, *, key: str, seconds: float) -> dict[int, Word]:
        """One request; the word on each by its place. Who has none got no answer, and nobody knows.

        Raises TryLater, KeyRefused or Never for all of them together.
        """
        values = {"text": text, "key": key}
        each = [self._slots(one) for one in outgoing]
        if not self.form.send.each:
            values |= each[0]
        answer = ask(self.form.send, values, self.secrets, seconds=seconds, each=each)
        if not judge(answer, self.form.send, who=self.form.name, variables=SECRETS):
            return {one.place: Word(Fate.KNOWN) for one in outgoing}
        try:
            entries = read(answer.body, self.form.answer)
        except Unreadable as trouble:
            raise TryLater(
                f"{self.form.name}の返事が読み取れません（{answer.status}）。", may_have_left=True
            ) from trouble
        return self._words(outgoing, entries)

    def ask_status(self, reference: str, *, seconds: float) -> Entry:
        """What became of a message. Raises TryLater or Never."""
        request, reading = self.form.status, self.form.status_answer
        assert request is not None
        assert reading is not None
        answer = ask(request, {"reference": reference}, self.secrets, seconds=seconds)
        judge(answer, request, who=self.form.name, variables=SECRETS)
        try:
            return read(answer.body, reading)[0]
        except (Unreadable, IndexError) as trouble:
            raise TryLater(f"{self.form.name}の返事が読み取れません（{answer.status}）。") from trouble

    def _slots(self, one: Outgoing) -> dict[str, str]:
        return {"number": shaped(one.number, self.form.number), "reference": one.key, "callback": one.callback}

    def _words(self, outgoing: Sequence[Outgoing], entries: Sequence[Entry]) -> dict[int, Word]:
        found = {}
        for place, one in enumerate(outgoing):
            if self.form.answer.match:
                entry = next((each for each in entries if each.match == one.key or same(each.match, one.number)), None)
            else:
                # Without a match the order counts, and only where nobody is missing.
                entry = entries[place] if len(entries) == len(outgoing) else None
            if entry is not None:
                said = " ".join(filter(None, (entry.word, entry.says)))
                found[one.place] = Word(Fate(entry.state), entry.reference, _without(said, one.number))
        return found


def _without(said: str, number: str) -> str:
    """The provider's words without the number, in whichever form it repeats it."""
    for form in NumberForm:
        said = said.replace(shaped(number, form), "…")
    return said


def read_form(path: Path) -> SmsForm:
    """The form in this file. Raises BadForm."""
    return form_of(tables_of(path))


def form_of(tables: Mapping[str, Any]) -> SmsForm:
    """The form in these tables. Raises BadForm."""
    only(tables, TOP_KEYS, "the file")
    send, status = tables.get("send"), tables.get("status")
    slots = {"number", "text", "key", "reference", "callback"}
    request = request_of(send, "send", slots)
    batch = _whole(tables, "batch", 1, BATCH_MAX, 1)
    if (batch > 1) != bool(request.each):
        raise BadForm("a batch above 1 and [send.each] belong together: the list of those whom one request is for")
    try:
        number = NumberForm(tables.get("number", NumberForm.DOMESTIC))
    except ValueError:
        raise BadForm(f"number is one of {', '.join(NumberForm)}") from None
    callback = tables.get("callback")
    return SmsForm(
        name=str(tables.get("name") or "SMSの事業者"),
        number=number,
        remembers_key=str(tables.get("remembers_key", "")),
        batch=batch,
        length=Length(
            single=_whole(tables, "single", 1, 1000, SINGLE),
            part=_whole(tables, "part", 1, 1000, PART),
            characters_max=_whole(tables, "characters_max", 70, 2000, CHARACTERS_MAX),
            parts_max=_whole(tables, "parts_max", 1, 10, 3),
            yen_per_part=_yen(tables.get("yen_per_part")),
        ),
        chase_minutes=_whole(tables, "chase_minutes", 1, 24 * 60, 15),
        send=request,
        answer=reading_of(
            (send or {}).get("answer", {"format": "none", "otherwise": "accepted"}),
            "send.answer",
            [fate.value for fate in Fate],
            Fate.REFUSED if (send or {}).get("answer", {}).get("word") else Fate.ACCEPTED,
        ),
        status=request_of(status, "status", {"reference"}) if status else None,
        status_answer=_receipt((status or {}).get("answer"), "status.answer") if status else None,
        callback=_receipt(callback, "callback") if callback else None,
    )


def _receipt(table: Any, where: str) -> Reading:
    return reading_of(table, where, [arrival.value for arrival in Arrival], Arrival.UNDER_WAY)


def _whole(tables: Mapping[str, Any], key: str, least: int, most: int, absent: int) -> int:
    found = tables.get(key, absent)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise BadForm(f"{key} is a whole number from {least} to {most}, not {found!r}")
    return found


def _yen(found: Any) -> Decimal | None:
    if found is None:
        return None
    try:
        yen = Decimal(str(found))
    except InvalidOperation:
        yen = Decimal(-1)
    if not 0 < yen < 1000:
        raise BadForm(f"yen_per_part is what one part costs in yen (example 8.8), not {found!r}")
    return yen
