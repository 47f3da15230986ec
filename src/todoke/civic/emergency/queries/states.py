"""Asking about the city's own state: what was entered last, and which places refuse to say it."""

from dataclasses import dataclass
from datetime import datetime

from todoke.civic.emergency.models import LIVE, Draft, DraftState, Incident
from todoke.civic.emergency.queries.drafts import as_edition, content_of, possible_audience
from todoke.ground.places.models import Area, Facility
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import EditionKind, FrozenEdition, Never

SHELTERS = (Facility.Kind.SHELTER, Facility.Kind.SHELTER_EMERGENCY)


@dataclass(frozen=True)
class Entered:
    """What was entered last under an incident, and where: a draft that is being written, or the edition that is out.

    `seen` names exactly this state, so that nobody overwrites what they have not looked at. With `goes_on` a new entry
    is the next edition of the released message.
    """

    facts: dict[str, str]
    live: Draft | None = None
    released: Draft | None = None
    goes_on: bool = False

    @property
    def seen(self) -> str:
        """The token of this state."""
        if self.live is not None:
            return f"{self.live.pk}.{self.live.revision}"
        return str(self.released.pk) if self.released is not None else "0"

    @property
    def by(self) -> str:
        """Whose entry it is."""
        last = self.live or self.released
        return str((last.last_editor if last else None) or "自動作成")


def entered(incident: Incident, kind: str, at: datetime) -> Entered:
    """What this kind of state is under this incident; a cancellation leaves nothing, an expired one is only a start."""
    drafts = Draft.objects.filter(incident=incident, kind=kind).select_related("message", "edition", "last_editor")
    live = drafts.filter(state__in=LIVE).exclude(edition_kind=EditionKind.CANCEL).order_by("-created_at", "-pk").first()
    if live is not None:
        return Entered(live.facts, live=live)
    released = drafts.filter(state=DraftState.RELEASED).order_by("-edition__released_at", "-pk").first()
    if released is None or released.edition is None:
        return Entered({})
    if released.edition.kind == EditionKind.CANCEL:
        return Entered({}, released=released)
    return Entered(released.facts, released=released, goes_on=released.edition.expires_at > at)


def shelters_of_the_city() -> list[Facility]:
    """Every 指定緊急避難場所 and 指定避難所, those for staying first, as they stand in the city's list."""
    return list(Facility.objects.filter(kind__in=SHELTERS).select_related("area").order_by("kind", "key"))


def whole_city() -> list[Area]:
    """The areas that together are the city."""
    return list(Area.objects.filter(parent=None).defer("polygon"))


def places_that_refuse(draft: Draft, at: datetime) -> list[str]:
    """The destinations whose channel may not carry this draft: 緊急速報メール takes no opening of a shelter."""
    edition = as_edition(draft, content_of(draft), at)
    refused: dict[tuple[str, str], bool] = {}
    keys: list[str] = []
    for place in possible_audience(draft, at):
        group = (place.channel, place.language)
        if group not in refused:
            refused[group] = _refuses(place.channel, edition, place)
        if refused[group]:
            keys.append(place.key)
    return sorted(keys)


def _refuses(key: str, edition: FrozenEdition, place: Destination) -> bool:
    channel = channels.find(key)
    if channel is None:
        return False
    try:
        channel.prepare(edition, place.as_address())
    except Never:
        return True
    return False
