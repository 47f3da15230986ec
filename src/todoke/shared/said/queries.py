"""What was said: found by word, area and channel, with its standing; and each channel's own wording of it."""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from todoke.ground.people.rules import Viewer
from todoke.shared.delegation.models import SpokenForUs
from todoke.shared.delegation.queries import spoken_for_us
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Content, DeliveryState, EditionKind, FrozenEdition, Mode, Never

READ = "said.read"
# The newest are looked through; a city says less than this in a year of disasters.
LOOKED_THROUGH_MAX = 500
SENT = (DeliveryState.ACCEPTED, DeliveryState.CONFIRMED)


class Standing(StrEnum):
    """Whether an edition holds now, and if not, why."""

    IN_FORCE = "in-force"
    LIFTED = "lifted"
    OVERTAKEN = "overtaken"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    TAKES_BACK = "takes-back"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; empty means any."""

    words: str = ""
    area: str = ""
    channel: str = ""
    only_in_force: bool = False
    mode: Mode = Mode.ACTUAL


@dataclass(frozen=True)
class Said:
    """One edition with its standing; `until` is when it ceased to hold, or will."""

    edition: Edition
    frozen: FrozenEdition
    standing: Standing
    until: datetime
    latest_id: int


def said_for(viewer: Viewer, asked: Asked, *, at: datetime) -> list[Said]:
    """The editions that fit, newest first, among the newest LOOKED_THROUGH_MAX; none for who may not read.

    Width, case and kana width of the words make no difference; several words must all be there.
    """
    if not viewer.may(READ):
        return []
    found = Edition.objects.filter(mode=asked.mode)
    if asked.channel:
        sent = Delivery.objects.filter(channel=asked.channel, handed_over_at__isnull=False)
        found = found.filter(pk__in=sent.values("edition"))
    said = _with_standing(found.select_related("message").order_by("-released_at", "-pk")[:LOOKED_THROUGH_MAX], at)
    return [one for one in said if _fits(one, asked)]


def said_by_a_partner(viewer: Viewer, asked: Asked, *, at: datetime) -> list[SpokenForUs]:
    """What a partner city said in our name and handed back, newest first; none in a drill, and none of one channel.

    Found by the same words as our own; with `only_in_force` those alone whose time has not run out.
    """
    if asked.mode is not Mode.ACTUAL or asked.channel:
        return []
    found = spoken_for_us(viewer)[:LOOKED_THROUGH_MAX]
    return [each for each in found if _record_fits(each, asked) and not (asked.only_in_force and each.expires_at <= at)]


def _record_fits(record: SpokenForUs, asked: Asked) -> bool:
    content = Content.from_json(record.content)
    areas = folded("".join(f"{area.name}{area.reading}{area.name_en}" for area in content.areas))
    if asked.area and folded(asked.area) not in areas:
        return False
    text = areas + folded("".join(f"{wording.title}{wording.body}{wording.short}" for wording in content.wordings))
    return all(folded(word) in text for word in asked.words.replace("　", " ").split())


def said_one(viewer: Viewer, pk: int, *, at: datetime) -> Said | None:
    """One edition with its standing; None for who may not read, and where there is none."""
    if not viewer.may(READ):
        return None
    return next(iter(_with_standing(Edition.objects.filter(pk=pk).select_related("message"), at)), None)


def _with_standing(editions: Iterable[Edition], at: datetime) -> list[Said]:
    found = list(editions)
    of_message: dict[int, list[Edition]] = {}
    messages = {edition.message_id for edition in found}
    for edition in Edition.objects.filter(message__in=messages).order_by("number").defer("content", "references"):
        of_message.setdefault(edition.message_id, []).append(edition)
    return [_said(edition, of_message[edition.message_id], at) for edition in found]


def _said(edition: Edition, all_of_it: list[Edition], at: datetime) -> Said:
    frozen = edition.frozen()
    later = [each for each in all_of_it if each.number > edition.number]
    latest = all_of_it[-1]
    if later:
        kinds = {EditionKind.CORRECTION: Standing.CORRECTED, EditionKind.CANCEL: Standing.CANCELLED}
        # What was cancelled in the end does not hold, whatever came in between.
        after = latest if latest.kind == EditionKind.CANCEL else later[0]
        standing = kinds.get(EditionKind(after.kind), Standing.OVERTAKEN)
        return Said(edition, frozen, standing, min(later[0].released_at, edition.expires_at), latest.pk)
    if edition.kind == EditionKind.CANCEL:
        return Said(edition, frozen, Standing.TAKES_BACK, edition.expires_at, latest.pk)
    if edition.expires_at <= at:
        return Said(edition, frozen, Standing.EXPIRED, edition.expires_at, latest.pk)
    lifted = frozen.content.facts.get("lifted") == "yes"
    return Said(edition, frozen, Standing.LIFTED if lifted else Standing.IN_FORCE, edition.expires_at, latest.pk)


def folded(text: str) -> str:
    """A text as it is compared: one width, one case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _fits(said: Said, asked: Asked) -> bool:
    if asked.only_in_force and said.standing not in (Standing.IN_FORCE, Standing.LIFTED, Standing.TAKES_BACK):
        return False
    content = said.frozen.content
    if asked.area and not any(
        folded(asked.area) in folded(f"{area.name} {area.reading} {area.name_en}") for area in content.areas
    ):
        return False
    if not asked.words.strip():
        return True
    text = folded(
        "\n".join(
            [said.frozen.note, content.contact]
            + [f"{wording.title}\n{wording.body}\n{wording.short}" for wording in content.wordings]
            + [f"{area.name}{area.notice}" for area in content.areas]
        )
    )
    return all(folded(word) in text for word in asked.words.replace("　", " ").split())


@dataclass(frozen=True)
class Copy:
    """What one channel sent in one language: its words, to whom by name, since when.

    `is_same` tells whether the words are to the byte those that left (their fingerprint was kept), None where nothing
    has left yet or a channel keeps none.
    """

    channel: str
    language: str
    places: tuple[str, ...]
    title: str
    text: str
    since: datetime | None
    is_same: bool | None
    trouble: str = ""


def copies_of(viewer: Viewer, edition: Edition) -> list[Copy]:
    """Each channel's own wording of an edition, made again from what was frozen; none for who may not read."""
    if not viewer.may(READ):
        return []
    groups: dict[tuple[str, str], list[Delivery]] = {}
    rows = Delivery.objects.filter(edition=edition, handed_over_at__isnull=False)
    for delivery in rows.select_related("destination").prefetch_related("attempts").order_by("channel", "pk"):
        groups.setdefault((delivery.channel, delivery.destination.language), []).append(delivery)
    frozen = edition.frozen()
    return [_copy(frozen, key, language, members) for (key, language), members in sorted(groups.items())]


def _copy(edition: FrozenEdition, key: str, language: str, members: list[Delivery]) -> Copy:
    names = tuple(delivery.destination.name for delivery in members)
    since = min((delivery.handed_over_at for delivery in members if delivery.handed_over_at), default=None)
    channel = channels.find(key)
    if channel is None:
        return Copy(key, language, names, "", "", since, None, trouble="この配信手段は、いま使われていません。")
    try:
        parcel = channel.prepare(edition, members[0].destination.as_address())
    except Never as never:
        return Copy(str(channel.facts.name), language, names, "", "", since, None, trouble=never.says)
    prints = {attempt.parcel_sha256 for attempt in members[0].attempts.all()}
    same = hashlib.sha256(parcel.body).hexdigest() in prints if prints else None
    return Copy(str(channel.facts.name), language, names, parcel.title, parcel.preview, since, same)


def channels_spoken_on(viewer: Viewer) -> list[tuple[str, str]]:
    """The channels on which anything was ever said, with their names."""
    if not viewer.may(READ):
        return []
    keys = Delivery.objects.order_by("channel").values_list("channel", flat=True).distinct()
    return [(key, str(found.facts.name) if (found := channels.find(key)) else key) for key in keys]
