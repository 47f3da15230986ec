"""Keys for partners' systems: given for one layout, for some time; ended at once. The secret is shown once."""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from todoke.base.clock import in_japan
from todoke.base.sealing import keyed_hash
from todoke.civic.procedures.actions.exporting import export
from todoke.civic.procedures.actions.refusals import NotAllowed, ProcedureRefused
from todoke.civic.procedures.models import ExportLayout, InterfaceKey, ProcedureVersion
from todoke.civic.procedures.rules import EXPORT
from todoke.ground.audit.actions import record
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer

PURPOSE = "procedures.views.interface-key"
DAYS_MAX = 400


class KeyGivenAlready(ProcedureRefused):
    """This system has a key of this layout."""

    says = gettext_lazy("このシステムには、もう鍵を渡しています。作り直すときは、先に今の鍵を止めてください。")


@transaction.atomic
def give_key(
    layout: ExportLayout, name: str, *, ends_on: date, viewer: Viewer, at: datetime
) -> tuple[InterfaceKey, str]:
    """A key by which the system `name` reads this layout, and its secret.

    It reads what the giver may read on the day of the reading: once they have moved away, it opens nothing. Raises
    NotAllowed, ValueError for its days, and KeyGivenAlready while that system has one: a form that is sent twice makes
    no second key that nobody knows of.
    """
    if not _may(layout, viewer):
        raise NotAllowed
    layout = ExportLayout.objects.select_for_update().get(pk=layout.pk)
    today = in_japan(at).date()
    if any(key.is_in_force(today) for key in layout.keys.filter(name=name.strip()[:100])):
        raise KeyGivenAlready
    if not name.strip() or not 0 <= (ends_on - today).days <= DAYS_MAX:
        raise ValueError(f"a key has a name and ends within {DAYS_MAX} days")
    secret = secrets.token_urlsafe(32)
    key = InterfaceKey.objects.create(
        layout=layout,
        name=name.strip()[:100],
        secret_hash=keyed_hash(secret, purpose=PURPOSE),
        ends_on=ends_on,
        given_at=at,
        given_by_id=viewer.account_id or 0,
    )
    record("procedures.key-given", on=key, by=viewer, after={"layout": layout.pk, "ends_on": ends_on})
    return key, secret


@transaction.atomic
def end_key(key: InterfaceKey, *, viewer: Viewer, at: datetime) -> None:
    """It opens nothing from now on. A second time changes nothing. Raises NotAllowed."""
    held = InterfaceKey.objects.select_for_update().get(pk=key.pk)
    if not _may(held.layout, viewer):
        raise NotAllowed
    if held.ended_at is None:
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        record("procedures.key-ended", on=held, by=viewer)


def key_of(secret: str, *, at: datetime) -> InterfaceKey | None:
    """The key with this secret, while it is in force; that somebody came with it is kept."""
    hashed = keyed_hash(secret[:100], purpose=PURPOSE)
    found = InterfaceKey.objects.select_related("layout__procedure", "given_by").filter(secret_hash=hashed).first()
    if found is None or not found.is_in_force(in_japan(at).date()):
        return None
    InterfaceKey.objects.filter(pk=found.pk).update(used_at=at)
    return found


def export_by(key: InterfaceKey, *, start: date, end: date, why: str, at: datetime) -> list[list[str]]:
    """The same export as on the page, by a key; the record says which system read. Raises what `export` raises."""
    giver = viewer_for(key.given_by, in_japan(at).date())
    return export(key.layout, start=start, end=end, viewer=giver, at=at, why=f"{key.name}：{why}")


def _may(layout: ExportLayout, viewer: Viewer) -> bool:
    version = ProcedureVersion.objects.filter(
        procedure=layout.procedure_id, state=ProcedureVersion.State.PUBLISHED
    ).select_related("section")
    offered = version.first()
    return offered is not None and viewer.may(EXPORT, offered.section.key)
