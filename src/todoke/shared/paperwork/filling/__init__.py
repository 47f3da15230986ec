"""Filling a form in a browser, for services to mount under their own addresses, with their own rights and texts.

    desk = Desk(place=my_addresses, circumstances=today_in_this_city)

    @public
    @asks_by_form
    def page(request, key, page):
        filled = mine(request, key)          # the service's own query and right
        return desk.page(request, filled, page)

`holding` says which drafts this browser holds; a service with signed-in owners asks its own rights instead.
"""

from typing import Any

from todoke.base.number_guard import shows_refused_numbers, takes_marked_twelve_digits
from todoke.shared.paperwork.filling.desk import Desk
from todoke.shared.paperwork.filling.holding import hold, holds, let_go, opened_by, private, token_of
from todoke.shared.paperwork.filling.posted import with_files

__all__ = ["Desk", "asks_by_form", "hold", "holds", "let_go", "opened_by", "private", "token_of", "with_files"]


def asks_by_form(view: Any) -> Any:
    """For the view of a page: a My Number is told beside its own box, and a licence number may be typed."""
    return shows_refused_numbers(takes_marked_twelve_digits(view))
