"""The staff's list: what went out by SMS, number by number, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Delivery
from todoke.shared.sms.models import Text

READ = "messaging.read"
DELIVERIES_MAX = 50


@dataclass(frozen=True)
class Sent:
    """One delivery and its messages, in the order of its numbers."""

    delivery: Delivery
    texts: Sequence[Text]

    @property
    def parts(self) -> int:
        """What is paid for: the parts of every message that the provider took."""
        return sum(text.parts for text in self.texts if text.state in ("accepted", "arrived", "missed", "leaving"))


def sent_for(viewer: Viewer) -> list[Sent]:
    """The latest deliveries by SMS that this viewer may see."""
    if not viewer.may(READ):
        return []
    latest = list(Text.objects.order_by("-delivery").values_list("delivery", flat=True).distinct()[:DELIVERIES_MAX])
    found: dict[int, list[Text]] = {pk: [] for pk in latest}
    texts = Text.objects.filter(delivery__in=latest).select_related(
        "delivery__destination", "delivery__edition__message"
    )
    for text in texts.order_by("delivery", "place"):
        found[text.delivery_id].append(text)
    return [Sent(texts[0].delivery, texts) for texts in found.values()]
