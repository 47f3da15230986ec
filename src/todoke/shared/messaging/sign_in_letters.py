"""The mails by which residents sign in go out as letters."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from todoke.ground.people.registry import Letter
from todoke.shared.messaging.actions import letters
from todoke.shared.messaging.types import Text

MAIL = "messaging.mail"


class MailCarrier:
    """Posts the letters of the people room into the ledger of letters."""

    key = MAIL

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with this address, or None."""
        try:
            validate_email(address)
        except ValidationError:
            return _("メールアドレスの形ではありません。例：hanako@example.jp")
        return None

    def carry(self, letter: Letter, *, at: datetime) -> None:
        """Post it, with the surrounding transaction."""
        text = Text(letter.address, letter.language, letter.title, letter.body)
        letters.post(text, key=letter.key, channel=MAIL, expires_at=letter.expires_at, at=at)
