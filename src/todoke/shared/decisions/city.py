"""What decisions read from the city folder.

| file | what it holds |
| --- | --- |
| routes.toml | `[[routes]]` with a key and the parts of a route (`rules/routes.py` has the table) |
| deputies.csv | section, post, deputy_section, deputy_post, may_decide (1 or 0), order |

A route that the file no longer names takes no new papers; those under way keep theirs.
"""

from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.tables import Row, read_csv, read_toml
from todoke.ground.people.models import Post, Section
from todoke.ground.places.registry import LoadReport
from todoke.shared.decisions.actions.routes import publish
from todoke.shared.decisions.models import DeputyRule, Route
from todoke.shared.decisions.rules.routes import BadRoute

ROUTES, DEPUTIES = "routes.toml", "deputies.csv"
PARTS = ("key", "title", "title_en", "title_easy", "facts", "levels", "deciding", "readers", "may_decide_own_draft")

Keyed = TypeVar("Keyed", Section, Post)


class DecisionsPart:
    """Routes and deputies; none of the files need be there. After the sections and posts that they name."""

    key = "decisions.routes"
    order = 250
    files = (ROUTES, DEPUTIES)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the files say."""
        if (folder / ROUTES).exists():
            _load_routes(folder / ROUTES, report)
        if (folder / DEPUTIES).exists():
            _load_deputies(folder / DEPUTIES, report)


def _load_routes(path: Path, report: LoadReport) -> None:
    document = read_toml(path, report)
    if document is None:
        return
    document.refuse_unknown(document.values, ("routes",))
    seen = set()
    for number, table in enumerate(document.values.get("routes", [])):
        document.refuse_unknown(table, PARTS, "routes", number)
        key = document.text(table, "key", "routes", number)
        if not key or key in seen:
            document.fault("routes", number, "key", text=_("キーが空か、ほかと同じです。"))
            continue
        seen.add(key)
        try:
            publish(key, {name: value for name, value in table.items() if name != "key"}, by="city", at=now())
        except BadRoute as bad:
            for fault in bad.faults:
                document.fault("routes", number, text=f"{fault.path}: {fault.says}")
    for route in Route.objects.filter(is_active=True).exclude(key__in=seen):
        report.store(Route, key={"key": route.key}, values={"is_active": False})


def _load_deputies(path: Path, report: LoadReport) -> None:
    columns = ("section", "post", "deputy_section", "deputy_post", "may_decide", "order")
    kept = []
    for row in read_csv(path, report, columns=columns):
        section, post = _known(row, "section", Section), _known(row, "post", Post)
        by_section, by_post = _known(row, "deputy_section", Section), _known(row, "deputy_post", Post)
        order = row.whole("order")
        if not (section and post and by_section and by_post and order is not None):
            continue
        if (section, post) == (by_section, by_post):
            row.fault("deputy_post", _("自分の職は、自分の代決者になれません。"))
            continue
        values = {"deputy_section": by_section, "deputy_post": by_post, "may_decide": row.yes("may_decide")}
        stored = report.store(DeputyRule, key={"section": section, "post": post, "order": order}, values=values)
        kept.append(stored.pk)
    report.drop_missing(DeputyRule.objects.exclude(pk__in=kept), report.gone(DEPUTIES))


def _known(row: Row, column: str, model: type[Keyed]) -> Keyed | None:
    key = row.text(column)
    found = model._default_manager.filter(key=key).first() if key else None
    if key and found is None:
        row.fault(column, _("「%(key)s」というキーはありません。") % {"key": key})
    return found
