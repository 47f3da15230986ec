"""Topics and areas, as people choose them. Public facts: no viewer is needed to see them."""

from collections.abc import Iterable, Mapping

from todoke.ground.places.models import Area
from todoke.shared.subscriptions.models import Topic

AreaLines = Mapping[str, frozenset[str]]


def topics() -> list[Topic]:
    """The topics that one can choose now, in their order."""
    return list(Topic.objects.filter(is_active=True))


def topic_numbers(keys: Iterable[str]) -> list[int]:
    """The numbers of the topics with these keys, those that are no longer offered too; an unknown key is left out."""
    return sorted(Topic.objects.filter(key__in=list(keys)).values_list("pk", flat=True))


def area_lines() -> AreaLines:
    """By key of an area, the keys of everything above it."""
    rows = list(Area.objects.values_list("pk", "key", "parent_id"))
    parents = {pk: parent for pk, _key, parent in rows}
    keys = {pk: key for pk, key, _parent in rows}
    return {key: frozenset(keys[above] for above in _upwards(pk, parents)[1:]) for pk, key, _parent in rows}


def areas_concerned(keys: Iterable[str]) -> list[int]:
    """The numbers of these areas, of everything above them and of everything below; one query.

    Above, because who chose a district wants to know what happens in one of its neighbourhoods.
    """
    rows = list(Area.objects.values_list("pk", "key", "parent_id"))
    wanted = set(keys)
    parents = {pk: parent for pk, _key, parent in rows}
    named = {pk for pk, key, _parent in rows if key in wanted}
    above = {each for pk in named for each in _upwards(pk, parents)}
    below = {pk for pk in parents if any(each in named for each in _upwards(pk, parents))}
    return sorted(above | below)


def _upwards(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    """This area and all above it."""
    found = []
    here: int | None = pk
    while here is not None:
        found.append(here)
        here = parents.get(here)
    return found
