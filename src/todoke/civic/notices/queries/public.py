"""What everybody may read: the notices that hold, and one notice with its history. Public, so no viewer is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from todoke.civic.notices.queries.notices import topic_names
from todoke.civic.notices.rules.rights import PAGE_CHANNEL
from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.queries import editions_in_force, editions_of, recent_editions
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Mode
from todoke.shared.subscriptions.queries.topics import areas_concerned

TAKEN_BACK_TOLD = timedelta(days=30)
EDITIONS_MAX = 1000


@dataclass(frozen=True)
class PublicNotice:
    """One notice as a reader sees it in their language. `foreign` says that there is Japanese alone."""

    edition: FrozenEdition
    title: str
    short: str
    body: str
    foreign: bool
    topics: tuple[str, ...]
    areas: tuple[str, ...]
    is_over: bool = False

    @property
    def is_cancelled(self) -> bool:
        """Whether it was wrong to say it."""
        return self.edition.kind == EditionKind.CANCEL

    @property
    def is_mended(self) -> bool:
        """Whether it corrects what was said before."""
        return self.edition.kind == EditionKind.CORRECTION


def current_notices(at: datetime) -> list[FrozenEdition]:
    """What stands on the page now, newest first."""
    found = editions_in_force(Mode.ACTUAL, at, channel=PAGE_CHANNEL)
    return sorted(found, key=lambda edition: edition.sent_at, reverse=True)


def news(at: datetime) -> list[FrozenEdition]:
    """What a feed tells: what stands on the page, and for a month what was taken back, newest first.

    A reader that has fetched a notice must learn from the same feed that it was wrong.
    """
    recent = recent_editions(Mode.ACTUAL, at - TAKEN_BACK_TOLD, limit=EDITIONS_MAX, channel=PAGE_CHANNEL)
    taken_back = [edition for edition in recent if edition.kind == EditionKind.CANCEL]
    return sorted([*current_notices(at), *taken_back], key=lambda edition: edition.sent_at, reverse=True)


def narrowed(editions: Sequence[FrozenEdition], *, topic: str = "", area: str = "") -> list[FrozenEdition]:
    """Those of one topic, and those that concern one area: its own, what lies above or below, and the whole city."""
    if topic:
        editions = [edition for edition in editions if topic in edition.content.topics]
    if area:
        family = set(Area.objects.filter(pk__in=areas_concerned([area])).values_list("key", flat=True))
        editions = [
            edition
            for edition in editions
            if not edition.content.areas or family & {mark.key for mark in edition.content.areas}
        ]
    return list(editions)


def counts_by_topic(editions: Sequence[FrozenEdition]) -> Mapping[str, int]:
    """How many of these notices there are under each topic."""
    return Counter(topic for edition in editions for topic in edition.content.topics)


def as_public(editions: Sequence[FrozenEdition], language: str, at: datetime) -> list[PublicNotice]:
    """These editions in the words of a reader."""
    names = topic_names({topic for edition in editions for topic in edition.content.topics}, language)
    return [_as_public(edition, names, language, at) for edition in editions]


def _as_public(edition: FrozenEdition, names: Mapping[str, str], language: str, at: datetime) -> PublicNotice:
    content = edition.content
    wording = content.wording(language)
    return PublicNotice(
        edition=edition,
        title=edition.title(language),
        short=wording.short,
        # What was taken back is not read out once more.
        body="" if edition.kind == EditionKind.CANCEL else wording.body,
        foreign=wording.language != language,
        topics=tuple(names[key] for key in content.topics if key in names),
        areas=tuple(area_name(area, language) for area in content.areas),
        is_over=edition.expires_at <= at,
    )


def area_name(area: AreaMark, language: str) -> str:
    """What an area was called when the notice went out, in this language, or in Japanese."""
    return {"en": area.name_en, "ja-easy": area.name_easy}.get(language) or area.name


def published_editions(message_key: UUID) -> list[FrozenEdition]:
    """All editions of one message that went to the page, first to latest; none where it is not public."""
    ours = set(
        Delivery.objects.filter(channel=PAGE_CHANNEL, mode=Mode.ACTUAL, message__key=message_key).values_list(
            "edition__identifier", flat=True
        )
    )
    return [edition for edition in editions_of(message_key) if edition.identifier in ours]
