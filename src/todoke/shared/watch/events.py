"""News that the watch tells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RouteFailed:
    """A route does not work: the second probe in a row has failed."""

    route: str
    says: str


@dataclass(frozen=True)
class RouteRecovered:
    """A route works again."""

    route: str
    says: str
