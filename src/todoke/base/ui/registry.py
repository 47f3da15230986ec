"""What rooms hang up in the resident's and the staff's home: panels and menu items.

A room registers them from its `plugs.py`; the homes draw whatever is there, so a new room appears by itself.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.http import HttpRequest
from django.utils.functional import Promise

from todoke.base.registry import Registry

log = logging.getLogger(__name__)

Text = str | Promise


@dataclass(frozen=True)
class Panel:
    """A piece of a home page that draws itself.

    `draw` gets the request and returns finished HTML (of `render_to_string`), or None when there is nothing to show to
    this person. It must look after its own permissions (`request.viewer`) and answer in some 50 ms: it is drawn on
    every visit. If it raises, the home shows a polite sentence in its place.

    Example: the pages room shows the latest three notices, `Panel("pages.news", _("お知らせ"), 20, draw_news)`.
    """

    key: str
    title: Text
    order: int
    draw: Callable[[HttpRequest], str | None]


@dataclass(frozen=True)
class MenuItem:
    """A line of a menu: shown when `permission` is None, or when the viewer may do it.

    `url_name` is reversed without arguments. Example: `MenuItem("emergency.desk", _("災害対応"), "emergency:desk", 10,
    "emergency.view")`.
    """

    key: str
    title: Text
    url_name: str
    order: int
    permission: str | None = None


@dataclass(frozen=True)
class Specimen:
    """Components of a room's own on the living style page, in all their states; `sheets` are the static files it needs.

    `draw` gives finished HTML without a heading of its own level 1 or 2, and asks nothing of the database.
    """

    key: str
    title: Text
    order: int
    draw: Callable[[HttpRequest], str]
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class DrawnPanel:
    """What became of one panel: its HTML, or None if it failed (and has been logged)."""

    key: str
    title: Text
    html: str | None


resident_panels: Registry[Panel] = Registry("ui.resident-panels")
staff_panels: Registry[Panel] = Registry("ui.staff-panels")
specimens: Registry[Specimen] = Registry("ui.specimens")
resident_menu: Registry[MenuItem] = Registry("ui.resident-menu")
staff_menu: Registry[MenuItem] = Registry("ui.staff-menu")


class Ordered(Protocol):
    """Anything that says where it wants to stand."""

    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...


Placed = TypeVar("Placed", bound=Ordered)


def in_order(items: Iterable[Placed]) -> list[Placed]:
    """The items by their order, then by key, so that a page never reshuffles between two visits."""
    return sorted(items, key=lambda item: (item.order, item.key))


def draw_panels(panels: Iterable[Panel], request: HttpRequest) -> list[DrawnPanel]:
    """Every panel that has something to show, in order; one that raises is logged and comes back without HTML."""
    drawn = []
    for panel in in_order(panels):
        try:
            html = panel.draw(request)
        except Exception:  # one room's trouble must not take the home, and in it the emergency, away from everyone
            log.exception("ui.panel-failed key=%s", panel.key)
            drawn.append(DrawnPanel(panel.key, panel.title, None))
            continue
        if html is not None:
            drawn.append(DrawnPanel(panel.key, panel.title, html))
    return drawn


def items_for(menu: Iterable[MenuItem], may: Callable[[str], bool]) -> list[MenuItem]:
    """The lines of a menu that somebody may see, in order; `may` answers for one permission."""
    return [item for item in in_order(menu) if item.permission is None or may(item.permission)]
