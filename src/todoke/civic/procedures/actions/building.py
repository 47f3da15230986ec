"""Acts on a draft in the builder: each is kept as a step, so that it can be undone and told to somebody else."""

from datetime import datetime
from json import loads

from django.db import transaction
from django.utils.translation import gettext as _

from todoke.civic.procedures.actions.drafting import save_draft
from todoke.civic.procedures.actions.refusals import EditedElsewhere, NothingToUndo
from todoke.civic.procedures.models import DraftStep, Procedure
from todoke.civic.procedures.queries.building import Draft
from todoke.ground.people.rules import Viewer
from todoke.shared.paperwork.document import canonical, sha256_of
from todoke.shared.paperwork.types import Json

STEPS_MAX = 200


@transaction.atomic
def keep(draft: Draft, document: Json, *, says: str, based_on: str, viewer: Viewer, at: datetime) -> DraftStep | None:
    """Keep this document as the draft's next step; None where it says what was there before.

    `based_on`: the hash of the draft that was on the screen. Raises EditedElsewhere, NotAllowed, BrokenProcedure.
    """
    if draft.sha256 != based_on:
        raise EditedElsewhere
    if sha256_of(canonical(document)) == draft.sha256:
        return None
    before = draft.procedure.steps.last() or _begun(draft, viewer=viewer, at=at)
    return _step(draft.procedure, document, says=says, before=before, based_on=based_on, viewer=viewer, at=at)


@transaction.atomic
def begin(document: Json, *, says: str, viewer: Viewer, at: datetime) -> Procedure:
    """A procedure that was not there. Raises BrokenProcedure, NotAllowed."""
    version = save_draft(document, viewer=viewer, at=at)
    _write(version.procedure, version.text, says=says, before=None, viewer=viewer, at=at)
    return version.procedure


@transaction.atomic
def undo(draft: Draft, *, based_on: str, viewer: Viewer, at: datetime) -> DraftStep:
    """The draft as it was before its latest act; undone again, as before the one before it.

    Raises NothingToUndo, EditedElsewhere, NotAllowed.
    """
    last = draft.procedure.steps.select_related("before").last()
    if draft.sha256 != based_on:
        raise EditedElsewhere
    if last is None or last.before is None:
        raise NothingToUndo
    says = _("取り消し：%(says)s") % {"says": last.says}
    return back_to(draft, last.before, says=says, based_on=based_on, viewer=viewer, at=at)


@transaction.atomic
def back_to(draft: Draft, step: DraftStep, *, says: str, based_on: str, viewer: Viewer, at: datetime) -> DraftStep:
    """The draft as it stood after this step. Raises EditedElsewhere, NotAllowed."""
    if draft.sha256 != based_on:
        raise EditedElsewhere
    document = read(step)
    return _step(draft.procedure, document, says=says, before=step.before, based_on=based_on, viewer=viewer, at=at)


def read(step: DraftStep) -> Json:
    """The document of a step."""
    return loads(step.text)


def _begun(draft: Draft, *, viewer: Viewer, at: datetime) -> DraftStep:
    return _write(draft.procedure, draft.text, says=_("直しはじめる前"), before=None, viewer=viewer, at=at)


def _step(
    procedure: Procedure,
    document: Json,
    *,
    says: str,
    before: DraftStep | None,
    based_on: str,
    viewer: Viewer,
    at: datetime,
) -> DraftStep:
    version = save_draft(document, viewer=viewer, at=at, based_on=based_on)
    return _write(procedure, version.text, says=says, before=before, viewer=viewer, at=at)


def _write(
    procedure: Procedure, text: str, *, says: str, before: DraftStep | None, viewer: Viewer, at: datetime
) -> DraftStep:
    assert viewer.account_id is not None, "save_draft has let staff in, who have an account"
    step = DraftStep.objects.create(
        procedure=procedure,
        text=text,
        sha256=sha256_of(text),
        says=says[:300],
        before=before,
        made_at=at,
        made_by_id=viewer.account_id,
        made_by_name=viewer.name,
    )
    kept = list(procedure.steps.order_by("-pk").values_list("pk", flat=True)[:STEPS_MAX])
    procedure.steps.exclude(pk__in=kept).delete()
    return step
