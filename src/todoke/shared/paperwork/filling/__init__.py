"""Filling a form in a browser, for services to mount under their own addresses, with their own rights and texts.

    desk = Desk(place=my_addresses, circumstances=today_in_this_city)

    @public
    def page(request, key, page):
        filled = mine(request, key)          # the service's own query and right
        return desk.page(request, filled, page)

`holding` says which drafts this browser holds; a service with signed-in owners asks its own rights instead.
"""

from todoke.shared.paperwork.filling.desk import Desk
from todoke.shared.paperwork.filling.holding import hold, holds, let_go

__all__ = ["Desk", "hold", "holds", "let_go"]
