"""What residents may look for among the procedures: those that are published, listed and meant for everybody."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from todoke.base.names import search_key
from todoke.base.prepared import Prepared
from todoke.civic.procedures.models import Procedure, ProcedureVersion
from todoke.civic.procedures.types import Audience
from todoke.shared.paperwork.models import Form
from todoke.shared.paperwork.queries import submitted_count
from todoke.shared.paperwork.types import Words

PUBLISHED = ProcedureVersion.State.PUBLISHED
CARDS_MAX = 5_000


_PUBLISHED = Prepared(
    lambda key: ProcedureVersion.objects.select_related("procedure__form", "section").filter(
        state=PUBLISHED, procedure__key=key
    )
)


class Opening(StrEnum):
    """Whether a procedure takes filings now."""

    OPEN = "open"
    NOT_YET = "not-yet"
    CLOSED = "closed"
    FULL = "full"


@dataclass(frozen=True)
class Card:
    """One line of the catalogue, and the folded words by which it is found."""

    key: str
    name: Words
    summary: Words
    section_key: str
    section_name: str
    is_for_everybody: bool
    found_by: str


# By the hash of the text, which never changes once published, and the section's name of today: a catalogue of many
# hundreds is not read anew for each visitor.
_cards: dict[tuple[str, str], Card] = {}


def cards() -> list[Card]:
    """Every listed procedure for everybody, by key; two questions to the database, one once all have been read."""
    published_now = ProcedureVersion.objects.filter(state=PUBLISHED, procedure__is_listed=True)
    rows = list(published_now.order_by("procedure__key").values_list("sha256", "section__name"))
    missing = [row for row in rows if row not in _cards]
    if missing:
        if len(_cards) + len(missing) > CARDS_MAX:
            _cards.clear()
            missing = rows
        texts = published_now.filter(sha256__in=[sha256 for sha256, _name in missing])
        for sha256, text, key, name in texts.values_list("sha256", "text", "section__key", "section__name"):
            _cards[sha256, name] = _card(json.loads(text), key, name)
    return [_cards[row] for row in rows if _cards[row].is_for_everybody]


def found_cards(words: str = "", section: str = "") -> list[Card]:
    """The cards in which every one of these words stands, of this section where one is named."""
    wanted = [key for key in map(search_key, words.split()) if key]
    return [
        card
        for card in cards()
        if (not section or card.section_key == section) and all(key in card.found_by for key in wanted)
    ]


def sections() -> list[tuple[str, str]]:
    """The sections that have something in the catalogue: key and name, by name."""
    return sorted({(card.section_key, card.section_name) for card in cards()}, key=lambda pair: pair[1])


def published(key: str) -> ProcedureVersion | None:
    """The published version of a procedure for everybody; also of one that is not listed, by its own address."""
    found = _PUBLISHED.first(key)
    return found if found is not None and found.document.audience is Audience.EVERYONE else None


def opening_of(procedure: Procedure, at: datetime) -> Opening:
    """Whether it takes filings at this instant."""
    form: Form = procedure.form
    if form.opens_at and at < form.opens_at:
        return Opening.NOT_YET
    if form.closes_at and at >= form.closes_at:
        return Opening.CLOSED
    if form.responses_max is not None and submitted_count(form) >= form.responses_max:
        return Opening.FULL
    return Opening.OPEN


def _card(document: dict[str, dict[str, str]], section_key: str, section_name: str) -> Card:
    name, summary = Words(document.get("name", {})), Words(document.get("summary", {}))
    told = [*name.values(), *summary.values(), *document.get("for_whom", {}).values(), section_name]
    return Card(
        key=str(document["key"]),
        name=name,
        summary=summary,
        section_key=section_key,
        section_name=section_name,
        is_for_everybody=document.get("audience", Audience.EVERYONE) == Audience.EVERYONE,
        found_by="\n".join(search_key(each) for each in told),
    )
