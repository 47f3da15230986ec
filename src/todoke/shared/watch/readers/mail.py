"""The mail, found again in a mailbox of the city that it was sent to like to all others."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.channels.mail import TITLE_MAX, MailChannel
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.channels.wording import fit_title
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Address, FrozenEdition
from todoke.shared.watch.readers.mailbox import ImapMailbox, Mailbox, SimulatedMailbox
from todoke.shared.watch.registry import Sighting

# The mailbox that the sample city and the simulators share; its domain is that of the city's mail.
SIMULATED_USER = "kakunin"


class MailReader:
    """Looks for the mail with this delivery's Message-ID and this edition's subject.

    `address` is the mailbox's own address: the destination with it is the one that can be looked for. An address that
    belongs to the simulator for good is looked for there, wherever the real mailbox is.
    """

    key = "watch.mail"
    channel = MailChannel.key
    name = _("メール")

    def __init__(self, address: str, mailbox: Mailbox | None, simulated: Mailbox) -> None:
        self.address = address.lower()
        self.mailbox = mailbox
        self.simulated = simulated

    def can_see(self, address: Address) -> bool:
        """Only what goes to our own mailbox."""
        return bare(address.address).lower() == self.address and self._mailbox_of(address) is not None

    def look(self, edition: FrozenEdition, address: Address) -> Sighting:
        """Look once. Raises TryLater or Never."""
        sender = channels.find(self.channel)
        mailbox = self._mailbox_of(address)
        if mailbox is None or not isinstance(sender, MailChannel):
            return Sighting(False, "確認用の受信箱が設定されていません。")
        subject = mailbox.subject_of(sender.number(edition.identifier, address))
        if subject is None:
            return Sighting(False, "確認用の受信箱に、このメールがまだありません。")
        if subject != fit_title(edition, address.language, TITLE_MAX).text:
            return Sighting(False, "確認用の受信箱に届いたメールの件名が、発信したものと違います。")
        return Sighting(True, "確認用の受信箱で、このメールを確認しました。")

    def _mailbox_of(self, address: Address) -> Mailbox | None:
        return self.simulated if is_simulated(address.address) else self.mailbox


def mail_reader() -> MailReader:
    """The reader of this city, as its settings have it: by IMAP, or in the simulators' mailbox."""
    simulated = SimulatedMailbox(settings.SIMULATOR_PORTS[1])
    if settings.READBACK_MAILBOX and not settings.SIMULATORS:
        mailbox = ImapMailbox.from_address(settings.READBACK_MAILBOX)
        return MailReader(mailbox.user, mailbox, simulated)
    domain = settings.MAIL_FROM.rpartition("@")[2]
    return MailReader(f"{SIMULATED_USER}@{domain}", simulated if settings.SIMULATORS else None, simulated)
