"""From when to when a procedure takes filings, how many, and whether the catalogue lists it.

This is no part of its document and of no version: it holds at once, whatever is being written or published.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.actions.refusals import NotAllowed, ProcedureRefused
from todoke.civic.procedures.models import Procedure
from todoke.civic.procedures.rules import BUILD
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.actions.forms import schedule


class ClosesTooEarly(ProcedureRefused):
    """It would close before it opens."""

    says = _("受付の終わりは、始まりより後にしてください。")


class OfferedElsewhere(ProcedureRefused):
    """Somebody else has changed it since the page was fetched."""

    says = _("ほかの人が、受付の期間を先に変えました。いまの内容を確かめて、もう一度保存してください。")


@dataclass(frozen=True)
class Offer:
    """When it opens and closes (None: no bound), how many filings it takes (None: any number), whether it is listed."""

    opens_at: datetime | None
    closes_at: datetime | None
    responses_max: int | None
    is_listed: bool

    @classmethod
    def of(cls, procedure: Procedure) -> Self:
        """As it is now."""
        form = procedure.form
        return cls(form.opens_at, form.closes_at, form.responses_max, procedure.is_listed)


@transaction.atomic
def offer(procedure: Procedure, told: Offer, *, instead_of: Offer, viewer: Viewer, at: datetime) -> bool:
    """Offer it so from now on; whether anything is different from before.

    `instead_of`: as it was on the screen. Raises NotAllowed, ClosesTooEarly, OfferedElsewhere.
    """
    held = Procedure.objects.select_for_update(of=("self",)).select_related("form").get(pk=procedure.pk)
    newest = held.versions.select_related("section").order_by("number").last()
    if newest is None or not viewer.may(BUILD, newest.section.key):
        raise NotAllowed
    if told.opens_at and told.closes_at and told.opens_at >= told.closes_at:
        raise ClosesTooEarly
    before = Offer.of(held)
    if before != instead_of:
        raise OfferedElsewhere
    if told.is_listed != before.is_listed:
        held.is_listed = told.is_listed
        held.save(update_fields=["is_listed"])
        listed = {"is_listed": told.is_listed, "at": at}
        record("procedures.listed", on=held, by=viewer, before={"is_listed": before.is_listed}, after=listed)
    if (told.opens_at, told.closes_at, told.responses_max) != (before.opens_at, before.closes_at, before.responses_max):
        schedule(
            held.form,
            opens_at=told.opens_at,
            closes_at=told.closes_at,
            responses_max=told.responses_max,
            by=viewer,
        )
    return told != before
