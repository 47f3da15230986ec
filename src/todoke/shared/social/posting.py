"""One edition as a post: the house's short text, then when and by whom, then where to read on."""

from todoke.base.clock import in_japan
from todoke.shared.messaging.channels.clusters import Measure
from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.channels.wording import Fitted
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import FrozenEdition, Register


def make_post(edition: FrozenEdition, language: str, site: str, limit: int, measure: Measure) -> Fitted:
    """The post within `limit`, as `measure` counts whole texts. Raises `Never` where what must be said does not fit."""
    at = in_japan(edition.sent_at)
    # The instant also keeps two editions apart that say the same: X refuses a text that it has already.
    stamp = f"{at.month}/{at.day} {at.hour}:{at.minute:02} {edition.city}"
    return in_register(
        edition,
        language,
        Register.POST,
        limit=limit,
        measure=measure,
        behind=f"\n{stamp}\n{read_on_at(site, edition, language)}",
    )
