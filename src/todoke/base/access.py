"""Who may open which door: the words with which every view says it.

Every view carries one of the five decorators below; `todoke.ground.people.gate` refuses a view that carries none. They
stand here, below all rooms, because rooms on which `people` itself rests (audit, places) have doors too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from django.utils.functional import Promise

from todoke.base.registry import Registry


@dataclass(frozen=True)
class Permission:
    """One right that a role can give: its key, its name on the screen, and what it allows in one sentence."""

    key: str
    name: str | Promise
    explanation: str | Promise


permissions: Registry[Permission] = Registry("people.permissions")


class Audience(Enum):
    """For whom a door opens, from the widest to the narrowest."""

    PUBLIC = "public"
    RESIDENT = "resident"
    SIGNED_IN = "signed in"
    STAFF = "staff"
    PERMITTED = "permitted"


@dataclass(frozen=True)
class Access:
    """What a view asks of its visitor.

    With `PERMITTED`, any one of `permissions` is enough; with `RESIDENT`, the level that the visitor has shown in this
    session, and with `within_minutes` has shown so lately.
    """

    audience: Audience
    permissions: tuple[str, ...] = ()
    level: int = 0
    within_minutes: int | None = None


View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Open this view, a function or a class, to everybody."""
    return _with(view, Access(Audience.PUBLIC))


def signed_in(view: View) -> View:
    """Open this view to everybody who has signed in, resident or staff."""
    return _with(view, Access(Audience.SIGNED_IN))


def needs_level(level: int, *, within_minutes: int | None = None) -> Callable[[View], View]:
    """Open this view to residents who have shown at least this level in this session (people.rules.Level, from 1 on).

    With `within_minutes` it must have been shown so lately; whoever has not is asked again and then comes back.
    """
    if level < 1:
        raise ValueError("needs_level() asks for level 1 at least; a page for everybody is @public")

    def door(view: View) -> View:
        return _with(view, Access(Audience.RESIDENT, level=int(level), within_minutes=within_minutes))

    return door


def staff_only(view: View) -> View:
    """Open this view to every member of staff in office, whatever their role."""
    return _with(view, Access(Audience.STAFF))


def needs(*keys: str) -> Callable[[View], View]:
    """Open this view to staff who hold at least one of these permissions, in whichever section."""
    if not keys:
        raise ValueError("needs() names at least one permission")

    def door(view: View) -> View:
        return _with(view, Access(Audience.PERMITTED, keys))

    return door


def access_of(view: Callable[..., Any]) -> Access | None:
    """What this view, as the resolver found it, asks of its visitor; None where nobody has said."""
    declared = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    return declared if isinstance(declared, Access) else None


def _with(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
