"""An edition as one SMS: the short text of the house, and where to read on if there is room."""

from dataclasses import replace

from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.channels.wording import Fitted
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import FrozenEdition, Never, Register
from todoke.shared.sms.length import Length


def wording(edition: FrozenEdition, language: str, site: str, length: Length) -> Fitted:
    """The text within the room that the form gives. Raises Never where level, place and action do not fit."""
    link = f"\n{read_on_at(site, edition, language)}"
    try:
        made = in_register(
            edition, language, Register.POST, limit=length.room, measure=lambda text: length.weigh(text + link)
        )
    except Never:
        made = in_register(edition, language, Register.POST, limit=length.room, measure=length.weigh)
        return replace(made, left_out="、".join(filter(None, ("続きを読むアドレス", made.left_out))))
    return replace(made, text=made.text + link)


def told_length(text: str, length: Length) -> str:
    """The line for the approver below the text: how many parts, and what they cost."""
    parts = length.parts(text)
    cost = length.cost(parts)
    yen = f"、1人あたり約{cost:,.1f}円" if cost is not None else ""
    return f"（{parts}通分{yen}）"
