"""Reading: the dictionary, the units, what was said lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from todoke.ground.people.rules import Viewer
from todoke.ground.places.models import Area, City, Facility
from todoke.shared.loudspeakers.models import Broadcast, BroadcastState, Reading, Sounding, Unit
from todoke.shared.loudspeakers.readings import agreed, merged, words_from, words_of
from todoke.shared.loudspeakers.rules import ALL, Member, Wave, starts_of, waves_of
from todoke.shared.loudspeakers.types import Word
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import DeliveryState, EditionKind, FrozenEdition, Mode

READ = "loudspeakers.read"
REPLAY_HOURS = 24
SAID_MAX = 50
LIST_MAX = 30


def known_words(edition: FrozenEdition | None = None) -> dict[str, Word]:
    """Every reading that holds here, by word: of the facilities (shelters, schools, halls), of the city and its areas,
    of what the edition names, of `readings.csv`; a later one wins. Of two facilities with one name that are read
    differently neither counts."""
    facilities = agreed(Facility.objects.order_by("key").values_list("name", "reading"))
    places = [*City.objects.values_list("name", "reading"), *Area.objects.values_list("name", "reading")]
    own = [Word(row.surface, row.kana, row.accent) for row in Reading.objects.all()]
    return merged(words_from(facilities), words_from(places), words_of(edition) if edition else (), own)


def members_of(address: str) -> list[Member]:
    """The active units of a group, or of all of them."""
    units = Unit.objects.filter(is_active=True).select_related("group")
    if address != ALL:
        units = units.filter(group__key=address)
    return [Member(unit.key, unit.group.key, unit.group.wave, unit.group.gap_seconds) for unit in units]


def seconds_until_its_turn(broadcast: Broadcast, waves: Sequence[Wave], channel: str, *, at: datetime) -> float:
    """How long a group must wait for the groups of earlier waves that say the same edition, each by its own delivery.

    Without it every group of an edition would begin at once, and neighbours would echo. 0 outside the ledger.
    """
    if broadcast.delivery_id is None:
        return 0
    siblings = Delivery.objects.filter(edition__deliveries=broadcast.delivery_id, channel=channel).exclude(
        state__in=(DeliveryState.WITHDRAWN, DeliveryState.EXPIRED, DeliveryState.FAILED)
    )
    members = {
        member.unit: member
        for address in siblings.values_list("destination__address", flat=True)
        for member in members_of(bare(address))
    }
    starts = starts_of(waves_of(members.values()), broadcast.seconds)
    # The broadcast itself is among them.
    first = min(Broadcast.objects.filter(edition=broadcast.edition).values_list("began_at", flat=True))
    return max(starts.get(waves[0].number, 0) - (at - first).total_seconds(), 0)


def to_be_stopped(broadcast: Broadcast) -> list[str]:
    """The keys of earlier editions that may still sound or wait here, where this one corrects or cancels them."""
    if broadcast.edition_kind not in (EditionKind.CORRECTION, EditionKind.CANCEL):
        return []
    earlier = Broadcast.objects.filter(
        message_key=broadcast.message_key,
        mode=broadcast.mode,
        address=broadcast.address,
        edition_number__lt=broadcast.edition_number,
        # One that is being handed over may have been taken without our knowing.
        state__in=(BroadcastState.HANDING, BroadcastState.SOUNDING),
    )
    return list(earlier.order_by("edition_number").values_list("key", flat=True))


def units_for(viewer: Viewer) -> QuerySet[Unit]:
    """Every active unit with its group and area, for who may see them."""
    if not viewer.may(READ):
        return Unit.objects.none()
    return Unit.objects.filter(is_active=True).select_related("group", "area")


def broadcasts_for(viewer: Viewer, *, limit: int = LIST_MAX) -> list[Broadcast]:
    """The latest broadcasts, newest first, drills among them, for who may see them."""
    return list(Broadcast.objects.all()[:limit]) if viewer.may(READ) else []


def broadcast_for(viewer: Viewer, pk: int) -> Broadcast | None:
    """One broadcast, for who may see it."""
    return Broadcast.objects.filter(pk=pk).first() if viewer.may(READ) else None


def soundings_of(broadcast: Broadcast) -> QuerySet[Sounding]:
    """What became of it at each unit, in the order in which they sound."""
    return broadcast.soundings.select_related("unit", "unit__group").order_by("wave", "unit__key")


def states_of(broadcast: Broadcast) -> dict[str, int]:
    """How many units came to what."""
    counted = broadcast.soundings.order_by().values_list("state").annotate(Count("pk"))
    return {str(state): int(number) for state, number in counted}


def troubled_units() -> list[Unit]:
    """Active units of which the control station says that something is wrong."""
    return list(Unit.objects.filter(is_active=True).exclude(trouble="").select_related("group"))


@dataclass(frozen=True)
class Said:
    """One broadcast for everybody: what was said, when, where it is heard again. `is_over`: a later one took its place;
    `is_withdrawn`: it was wrong, and its text is not shown any more."""

    key: str
    began_at: datetime
    title: str
    text: str
    sound: str
    is_over: bool
    is_withdrawn: bool


def said_lately(at: datetime) -> list[Said]:
    """What sounded in earnest in the last 24 hours, newest first; an edition once, however many groups said it."""
    rows = Broadcast.objects.filter(
        mode=Mode.ACTUAL, began_at__gt=at - timedelta(hours=REPLAY_HOURS), began_at__lte=at
    ).exclude(state=BroadcastState.HANDING)
    editions: dict[str, Broadcast] = {}
    newest: dict[str, Broadcast] = {}
    for row in rows.order_by("-began_at", "-pk")[:500]:
        # Groups sound one after the other: the edition was said when the first of them began.
        editions[row.edition] = row
        if row.message_key not in newest or row.edition_number > newest[row.message_key].edition_number:
            newest[row.message_key] = row
    return [_said(row, newest[row.message_key]) for row in editions.values()][:SAID_MAX]


def sound_of(key: str, at: datetime) -> str | None:
    """The name of the sound of a broadcast that everybody may hear again, or None."""
    return next((said.sound for said in said_lately(at) if said.key == key and not said.is_withdrawn), None)


def sounds_in_use(names: Iterable[str], *, since: datetime) -> set[str]:
    """Which of these sounds are named by a broadcast that began since then, or that is not over."""
    lately = Q(began_at__gte=since) | Q(state__in=(BroadcastState.HANDING, BroadcastState.SOUNDING))
    return set(Broadcast.objects.filter(lately, sound__in=list(names)).values_list("sound", flat=True))


def _said(row: Broadcast, newest: Broadcast) -> Said:
    is_over = row.edition_number < newest.edition_number
    withdrawn = is_over and newest.edition_kind in (EditionKind.CANCEL, EditionKind.CORRECTION)
    return Said(
        key=row.key,
        began_at=row.began_at,
        title=row.title,
        text="" if withdrawn else row.text,
        sound="" if withdrawn else row.sound,
        is_over=is_over,
        is_withdrawn=withdrawn,
    )
