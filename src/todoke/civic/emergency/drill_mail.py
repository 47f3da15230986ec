"""The channel `emergency.drill-mail`: a drill's message at a participant's own address, with a link to say it came.

It takes drills alone: nothing in earnest is ever written for it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy

from todoke.civic.emergency.rules.participants import code_for
from todoke.shared.messaging.channels.mail import MailChannel
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel

KEY = "emergency.drill-mail"
ASKS = "これは訓練です。届いたら、次のページを開いて「受け取りました」を押してください。"


class DrillMailChannel(MailChannel):
    """The mail channel with a question below the text; servers, numbers and marks are its own."""

    key = KEY

    def __init__(self, *, link_to: Callable[[str], str], secret: str, **connected: Any) -> None:
        super().__init__(**connected)
        self.link_to = link_to
        self.secret = secret
        self.facts = replace(self.facts, name=gettext_lazy("訓練の参加者へのメール"), lanes=frozenset({"emergency"}))

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The mail as everybody gets it, and the question. Raises Never for anything but a drill."""
        if not edition.mode.is_drill:
            raise Never("訓練の参加者へのメールは、訓練のときだけ使えます。")
        usual = super().prepare(edition, address)
        link = self.link_to(self.code(edition, address))
        text = f"{usual.preview}\n\n{ASKS}\n{link}"
        mail = self._headed(edition, address, usual.title)
        mail.set_content(text.replace("\n", "\r\n") + "\r\n", charset="utf-8", cte="base64")
        # After the content: setting it clears every header of that family.
        mail["Content-Language"] = "ja"
        return replace(usual, body=mail.as_bytes(), preview=text)

    def code(self, edition: FrozenEdition, address: Address) -> str:
        """The code of this edition for this participant."""
        return code_for(delivery_key(edition.identifier, address.key), self.secret)
