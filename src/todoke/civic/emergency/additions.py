"""A draft as something to which a person may add a destination that nobody had thought of."""

from django.urls import reverse

from todoke.base.jobs.lanes import Lane
from todoke.civic.emergency.models import Draft
from todoke.civic.emergency.queries.drafts import drafts_for
from todoke.civic.emergency.rules.additions import DRAFT_MATTER
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.unforeseen.registry import Matter


class DraftMatter:
    """`emergency.draft`: what is being written, or waits for approval."""

    key = DRAFT_MATTER

    def find(self, viewer: Viewer, key: str) -> Matter | None:
        """The draft with this number as this viewer may see it."""
        draft = drafts_for(viewer).filter(pk=int(key[:18])).first() if key.isdecimal() else None
        return None if draft is None else _matter_of(draft)


def _matter_of(draft: Draft) -> Matter:
    return Matter(
        title=draft.title or draft.get_kind_display(),
        mode=Mode(draft.mode),
        lane=Lane.EMERGENCY,
        page=reverse("emergency:draft", args=[draft.pk]),
        # A cancellation goes to whoever was told, and to nobody else.
        # Nor does what is said for another city go where that city has not said.
        is_open=draft.is_live and draft.edition_kind != EditionKind.CANCEL and draft.incident.on_behalf_id is None,
        message_id=draft.message_id,
    )
