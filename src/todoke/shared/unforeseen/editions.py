"""The matter that this room knows by itself: a message that is out, named by the number of any of its editions."""

from django.urls import reverse

from todoke.base.clock import now
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Edition
from todoke.shared.messaging.queries import READ
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.unforeseen.registry import Matter


class EditionMatter:
    """`unforeseen.edition`: what is out already, shown by the ledger's own page of the message."""

    key = "unforeseen.edition"

    def find(self, viewer: Viewer, key: str) -> Matter | None:
        """The message of this edition; None for who may not read the ledger."""
        if not viewer.may(READ) or not key.isdecimal():
            return None
        edition = Edition.objects.filter(pk=int(key[:18])).select_related("message").first()
        if edition is None:
            return None
        latest = edition.message.editions.order_by("number").last() or edition
        return Matter(
            title=latest.frozen().title(),
            mode=Mode(edition.mode),
            lane=edition.message.lane,
            page=reverse("messaging:message", args=[edition.message.key]),
            is_open=latest.kind != EditionKind.CANCEL and latest.expires_at > now(),
            message_id=edition.message_id,
        )
