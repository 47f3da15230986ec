"""What was added to a matter, for the pages of the rooms that write and release."""

from typing import Any

from django import template

from todoke.base.clock import now
from todoke.shared.unforeseen.queries import ADD, CHECK, additions_to, matter_for, matter_name
from todoke.shared.unforeseen.rows import row_of

register = template.Library()


@register.inclusion_tag("unforeseen/parts/additions_of.html", takes_context=True)
def additions_of(context: template.Context, kind: str, key: object, with_edition: bool = False) -> dict[str, Any]:
    """`{% additions_of "emergency.draft" draft.pk %}`: the additions to a matter, and the way to one more.

    With `with_edition`, the page's own approval checks those that wait, and the list says so. Draws nothing for who has
    no part in additions.
    """
    viewer = getattr(context.get("request"), "viewer", None)
    if viewer is None or not (viewer.may(ADD) or viewer.may(CHECK)):
        return {}
    matter = matter_for(viewer, matter_name(kind, key))
    if matter is None:
        return {}
    at = now()
    rows = [row_of(viewer, one, at) for one in additions_to(viewer, matter_name(kind, key), matter.message_id)]
    return {
        "rows": rows,
        "kind": kind,
        "key": key,
        "may_add": matter.is_open and viewer.may(ADD),
        "with_edition": with_edition,
        "is_drawn": bool(rows) or (matter.is_open and viewer.may(ADD)),
    }
