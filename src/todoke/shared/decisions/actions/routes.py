"""Publishing a route: a new version that never changes, once everything about it has been checked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import Person, record
from todoke.ground.people.models import Post, Section
from todoke.shared.decisions.models import Route, RouteVersion
from todoke.shared.decisions.queries import newest_route
from todoke.shared.decisions.rules.routes import OWN, PARENT, BadRoute, RouteFault, RoutePlan, read_route, sha256_of


@transaction.atomic
def publish(key: str, document: Mapping[str, Any], *, by: Person | str, at: datetime) -> RouteVersion:
    """Publish a route; the same document as the newest version's is that version. Papers under way keep theirs.

    Raises BadRoute with every fault: in the document, and where it names a section or post that is not there.
    """
    faults = missing_places(read_route(document))
    if faults:
        raise BadRoute(faults)
    sha256 = sha256_of(document)
    route, _made = Route.objects.select_for_update().get_or_create(key=key)
    newest = newest_route(key) or route.versions.first()
    if not route.is_active:
        route.is_active = True
        route.save(update_fields=["is_active"])
    if newest is not None and newest.sha256 == sha256:
        return newest
    version = RouteVersion.objects.create(
        route=route,
        number=newest.number + 1 if newest else 1,
        document=document,
        sha256=sha256,
        published_at=at,
    )
    record(
        "decisions.route-published",
        on=("decisions.route", key),
        by=by,
        after={"version": version.number, "sha256": sha256},
    )
    return version


def missing_places(plan: RoutePlan) -> list[RouteFault]:
    """The sections and posts that a route names and the organisation does not have."""
    sections = set(Section.objects.values_list("key", flat=True)) | {OWN, PARENT}
    posts = set(Post.objects.values_list("key", flat=True))
    faults = []
    for section, post in plan.seats():
        if section not in sections:
            faults.append(RouteFault("levels", _("「%(key)s」という課はありません。") % {"key": section}))
        if post not in posts:
            faults.append(RouteFault("levels", _("「%(key)s」という職はありません。") % {"key": post}))
    return faults
