"""E-mail to FAX: many providers send what is attached to a mail to `number@their.domain`.

Nothing is known beyond the mail server's word: providers send their report hours later, each in a form of its own. So a
sheet by this way is accepted, never arrived, until the facility says so itself; and nothing makes a repeat safe.
"""

from dataclasses import dataclass
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from todoke.base.clock import in_japan
from todoke.shared.fax.gateways import CallReport, Order
from todoke.shared.fax.rules import Ending
from todoke.shared.messaging.channels.mail import MailChannel
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.types import Address, Parcel


@dataclass(frozen=True)
class FaxByMail:
    """A provider's address with `{number}` in it, and our own server that takes the mail."""

    template: str
    server: MailServer | None
    sender: str

    name = "メールFAX"
    repeatable = None

    def dial(self, order: Order, *, seconds: float) -> CallReport:
        """One mail with the sheet attached. Raises TryLater and Never as mail does."""
        to = self.template.format(number=order.number)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = MailAddress(order.edition.city, addr_spec=self.sender)
        mail["To"] = MailAddress(addr_spec=to)
        mail["Subject"] = order.edition.title()
        mail["Date"] = format_datetime(in_japan(order.edition.sent_at))
        mail["Message-ID"] = f"<{order.key}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Todoke-Mode"] = order.edition.mode.value
        mail.set_content(f"{order.edition.title()}\r\n", charset="utf-8", cte="base64")
        mail.add_attachment(order.pdf, maintype="application", subtype="pdf", filename="todoke.pdf")
        receipt = self._postman(seconds).send(
            Parcel(mail.as_bytes(), ""), order.edition, Address(order.key, order.name, to), key=order.key
        )
        return CallReport(Ending.ARRIVED, f"{receipt.says}（FAXとして届いたかは、この経路では分かりません）", 0, 0)

    def probe(self, *, seconds: float) -> str:
        """Our own mail server, up to the recipient."""
        return self._postman(seconds).probes(())[0].try_it()

    def _postman(self, seconds: float) -> MailChannel:
        nowhere = MailServer("127.0.0.1", 1)
        return MailChannel(
            server=self.server, simulator=nowhere, sender=self.sender, site="", timeout_seconds=min(seconds, 60)
        )
