"""Reading the register, what its accounts have used, and what was held back for their sake."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.models import Attempt, Delivery, Destination
from todoke.shared.messaging.types import DeliveryState, Outcome, Reach
from todoke.shared.social.models import Held, Quota, SocialAccount
from todoke.shared.social.registry import services
from todoke.shared.social.rules import Meter, window_at
from todoke.shared.social.types import Window

READ = "social.read"
# No account makes so many posts in a month; a bound for what one page reads.
USES_MAX = 20_000


@dataclass(frozen=True)
class Listed:
    """An account of the register as the public sees it: enough to know the city's own from a fake."""

    service: str
    handle: str
    name: str
    section: str
    purpose: str
    contact: str
    profile: str


def accounts_for(viewer: Viewer) -> QuerySet[SocialAccount]:
    """The whole register, closed accounts too; nothing for a viewer who may not read it."""
    if not viewer.may(READ):
        return SocialAccount.objects.none()
    return SocialAccount.objects.select_related("section").order_by("closed_date", "service", "handle")


def account_for(viewer: Viewer, pk: int) -> SocialAccount | None:
    """One account with who may post on it."""
    found = accounts_for(viewer).prefetch_related("poster_sections", "poster_posts", "quotas")
    return found.filter(pk=pk).first()


def public_accounts() -> list[Listed]:
    """The open accounts that the city stands for in public. What is public takes no viewer."""
    found = SocialAccount.objects.filter(is_listed=True, closed_date=None).select_related("section")
    return [
        Listed(
            service=service_name(account.service),
            handle=account.handle,
            name=account.name,
            section=account.section.name,
            purpose=account.purpose,
            contact=account.contact,
            profile=profile_of(account),
        )
        for account in found
    ]


def service_name(key: str) -> str:
    """What a service is called; its key where it is retired."""
    service = services.find(key)
    return str(service.name) if service else key


def profile_of(account: SocialAccount) -> str:
    """The web address of the account itself, or nothing."""
    service = services.find(account.service)
    return service.profile(account.handle) if service else ""


def account_behind(channel: str, address: str) -> SocialAccount | None:
    """The account to which a channel's bare address leads, open or closed."""
    posted_by = [service.key for service in services if service.channel == channel]
    found = SocialAccount.objects.filter(service__in=posted_by, address=address.partition("?")[0])
    return found.exclude(address="").first()


def destinations_of(accounts: Iterable[SocialAccount]) -> dict[int, list[Destination]]:
    """The destinations in earnest that lead to each account."""
    by_address = {(account.service, account.address): account.pk for account in accounts if account.address}
    channels = {service.channel: service.key for service in services if service.channel}
    found: dict[int, list[Destination]] = {}
    for place in Destination.objects.filter(channel__in=channels).exclude(reach=Reach.SIMULATOR):
        account = by_address.get((channels[place.channel], bare(place.address).partition("?")[0]))
        if account is not None:
            found.setdefault(account, []).append(place)
    return found


def last_used(accounts: Iterable[SocialAccount]) -> dict[int, datetime]:
    """When something of ours last arrived on each account, by the ledger; absent where nothing ever did."""
    places = destinations_of(accounts)
    account_of = {place.pk: account for account, own in places.items() for place in own}
    rows = (
        Delivery.objects.filter(destination__in=account_of, state__in=(DeliveryState.ACCEPTED, DeliveryState.CONFIRMED))
        .values("destination")
        .annotate(latest=Max("settled_at"))
    )
    latest: dict[int, datetime] = {}
    for row in rows:
        account = account_of[row["destination"]]
        latest[account] = max(row["latest"], latest.get(account, row["latest"]))
    return latest


def meters_of(account: SocialAccount, at: datetime, *, but: str = "") -> list[Meter]:
    """The account's quotas as they stand, counted from the ledger; `but` leaves out the delivery with this key.

    What may have arrived counts as used: a try in doubt, and one that is under way.
    """
    quotas = list(Quota.objects.filter(account=account))
    if not quotas:
        return []
    places = [place.pk for place in destinations_of([account]).get(account.pk, [])]
    windows = {quota.pk: window_at(Window(quota.window), at, quota.since_date) for quota in quotas}
    tries = (
        Attempt.objects.filter(
            delivery__destination__in=places, started_at__gt=min(start for start, _end in windows.values())
        )
        .exclude(outcome__in=(Outcome.LATER, Outcome.NEVER))
        .exclude(key=but)
        .order_by("started_at")
    )
    uses = list(tries.values_list("started_at", flat=True)[:USES_MAX])
    return [
        Meter(
            window=Window(quota.window),
            limit=quota.limit,
            reserve_percent=quota.reserve_percent,
            uses=tuple(use for use in uses if use > windows[quota.pk][0]),
            ends_at=windows[quota.pk][1],
        )
        for quota in quotas
    ]


def metered_accounts() -> list[SocialAccount]:
    """The open accounts that have a quota, for machines that watch them."""
    return list(SocialAccount.objects.filter(closed_date=None, quotas__isnull=False).distinct())


def metered_accounts_for(viewer: Viewer) -> list[SocialAccount]:
    """The same, for somebody who looks."""
    return metered_accounts() if viewer.may(READ) else []


def held_for(viewer: Viewer, *, limit: int = 50) -> list[Held]:
    """What was held back lately, the newest first."""
    if not viewer.may(READ):
        return []
    return list(Held.objects.select_related("account")[:limit])
