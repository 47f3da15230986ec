"""What goes over the wire: each shape as the OpenAPI description shows it. Texts are in the language of the request."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

ANSWERS_MAX = 500


class Fault(Schema):
    """What is wrong, where, and how to mend it."""

    where: str
    says: str
    mend: str = ""


class Problem(Schema):
    """A refusal (RFC 9457), as application/problem+json."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    faults: list[Fault] = []


class Section(Schema):
    """A section of the city hall."""

    key: str
    name: str


class Card(Schema):
    """One line of the catalogue."""

    key: str
    name: str
    summary: str
    section: Section


class Catalogue(Schema):
    """A page of the catalogue."""

    count: int
    page: int
    pages: int
    procedures: list[Card]


class PaperRule(Schema):
    """A paper that may be asked for."""

    name: str
    purpose: str
    basis: str
    is_only_shown: bool
    can_be_left_out: bool


class FormRef(Schema):
    """Which version of the form holds today."""

    version: int
    sha256: str


class Offer(Schema):
    """One procedure as residents see it."""

    key: str
    name: str
    summary: str
    for_whom: str
    by_when: str
    where: str
    basis: str
    section: Section
    channels: list[str]
    level: str
    opening: str
    standard_days: int | None
    fee: str
    papers: list[PaperRule]
    form: FormRef


class Beginning(Schema):
    """For whom it is filed: "" for oneself, a kind of proxy, or `mandate.<number>` as the page offers them."""

    acting: str = Field("", max_length=60)


Boxes = dict[str, str | list[str]]


class Answers(Schema):
    """The boxes of some questions, as people fill them in. A single box is given as its text alone."""

    answers: dict[str, str | list[str] | Boxes] = Field(max_length=ANSWERS_MAX)
    page: str = Field("", max_length=200, description="The page that is now done, if one is.")


class Paper(Schema):
    """A paper for this person."""

    name: str
    is_left_out: bool
    is_only_shown: bool


class Draft(Schema):
    """How a filing stands that can still be written in."""

    key: UUID
    token: str = Field(description="Opens this filing in the header X-Filing-Token. Whoever has it can go on.")
    procedure: str
    title: str
    is_correction: bool
    open_questions: list[str] | None = Field(description="Of a correction: the questions that are open.")
    pages: list[str]
    asked: list[str]
    is_complete: bool
    faults: list[Fault]
    refusals: list[str]
    fee_yen: int | None
    papers: list[Paper]


class Submission(Schema):
    """Handing in. The same key a second time gets the same receipt."""

    submit_key: str = Field(min_length=1, max_length=64)


class Receipt(Schema):
    """That it has arrived."""

    code: str
    number: str
    arrived_at: datetime
    is_new: bool


class Code(Schema):
    """The receipt code, with or without its hyphens, in any case."""

    code: str = Field(max_length=60)


class Moment(Schema):
    """One line of the history."""

    at: datetime
    title: str


class Issued(Schema):
    """A paper that the city has issued."""

    title: str
    number: str
    verify: str


class Standing(Schema):
    """Where a filing stands. `told` is there for whoever may see more than the words of its state."""

    procedure: str
    title: str
    code: str
    number: str
    state: str
    is_open: bool
    section: Section
    filed_at: datetime
    due_date: date | None
    awaits: Literal["correction", "fee", "office", "nothing"]
    history: list[Moment]


class Told(Standing):
    """The same with what was written to whoever filed."""

    reason: str
    documents: list[Issued]


class Layout(Schema):
    """A layout that this key may read."""

    procedure: str
    key: str
    name: str
    ends_on: date


class Export(Schema):
    """The cases of some days by a layout: headings, and a line for each case."""

    columns: list[str]
    rows: list[list[str]]


Json = dict[str, Any]
