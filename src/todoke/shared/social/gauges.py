"""What `/metrics` says of the accounts' quotas."""

from collections.abc import Iterator

from todoke.base.clock import now
from todoke.base.health.registry import Gauge, Sample
from todoke.shared.social.queries import metered_accounts, meters_of

ACCOUNTS_MAX = 70


def quotas_used() -> Iterator[Sample]:
    """The used share of every quota, 1 when nothing is left."""
    at = now()
    for account in metered_accounts()[:ACCOUNTS_MAX]:
        for meter in meters_of(account, at):
            yield Sample(meter.used / meter.limit, {"account": account.key, "window": meter.window.value})


GAUGES = (
    Gauge(
        "social.quota-used",
        "Used share of a social account's quota, 1 when nothing is left.",
        quotas_used,
        ("account", "window"),
    ),
)
