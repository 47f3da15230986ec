"""Mail over SMTP (RFC 5321): one plain text to one address, which may be a list.

Plain text alone, no HTML beside it: old telephones, screen readers and press desks read it without loss, filters trust
it, and there is one wording to approve instead of two that could differ.
"""

import re
import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from urllib.parse import quote

from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.ground.places.queries import the_city
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import characters
from todoke.shared.messaging.channels.connection import PROBE_SECONDS, READER, Deadline, connect, says_unreached
from todoke.shared.messaging.channels.mail_server import MailServer, greeted
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.channels.wording import fit_text, fit_title
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, Text, TryLater

TITLE_MAX = 100
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class MailChannel:
    """The channel `messaging.mail`. Without a `server` only simulators are served."""

    key = "messaging.mail"

    def __init__(
        self,
        *,
        server: MailServer | None,
        simulator: MailServer,
        sender: str,
        site: str,
        unsubscribe: str = "",
        relays: tuple[MailServer, ...] = (),
        timeout_seconds: float = 20,
    ) -> None:
        self.server = server
        self.simulator = simulator
        self.sender = sender
        self.site = site
        self.unsubscribe = unsubscribe
        # All servers that take mail of ours, also those that only the mass of it goes to: each is probed.
        self.relays = relays
        self.facts = ChannelFacts(
            name="メール",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.SAME_ROUTE,
            # Receiving servers and readers drop a second mail with the same number; the first is never lost for it.
            idempotency_key="Message-ID",
            quota=grounds.MAIL_QUOTA,
            legal_purpose=grounds.OFFICES,
            title_max=TITLE_MAX,
            timeout_seconds=timeout_seconds,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The mail, byte for byte the same at every call."""
        title = fit_title(edition, address.language, TITLE_MAX)
        text = fit_text(edition, address.language, self.site, None, characters)
        mail = self._headed(edition, address, title.text)
        # Base64 keeps Japanese whole on every relay, and no line can begin with a dot or be too long.
        mail.set_content(text.text.replace("\n", "\r\n") + "\r\n", charset="utf-8", cte="base64")
        # After the content: setting it clears every header of that family.
        mail["Content-Language"] = "ja" if address.language == "ja-easy" else address.language
        left_out = "、".join(filter(None, (title.left_out, text.left_out)))
        return Parcel(body=mail.as_bytes(), preview=text.text, title=title.text, left_out=left_out)

    def _headed(self, edition: FrozenEdition, address: Address, subject: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = MailAddress(edition.city, addr_spec=self.sender)
        mail["To"] = MailAddress(addr_spec=bare(address.address))
        mail["Subject"] = subject
        mail["Date"] = format_datetime(in_japan(edition.sent_at))
        mail["Message-ID"] = self.number(edition.identifier, address)
        earlier = [self.number(reference.identifier, address) for reference in edition.references]
        if earlier:
            mail["In-Reply-To"] = earlier[-1]
            mail["References"] = " ".join(earlier)
        # RFC 3834. The older Precedence header is no standard, and some servers hold such mail back.
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Todoke-Mode"] = edition.mode.value
        if self.unsubscribe:
            self._add_way_out(mail, address)
        return mail

    def _add_way_out(self, mail: EmailMessage, address: Address) -> None:
        # RFC 2369; one click only for https (RFC 8058). The list is named by our key for it, never by the address.
        if self.unsubscribe.startswith("mailto:"):
            mail["List-Unsubscribe"] = f"<{self.unsubscribe}?subject=unsubscribe%20{quote(address.key)}>"
            return
        mail["List-Unsubscribe"] = f"<{self.unsubscribe}?list={quote(address.key)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"

    def number(self, identifier: str, address: Address) -> str:
        """The Message-ID of an edition for this destination: the key of its delivery, at the sender's domain.

        The earlier editions' numbers follow from the same rule, so that readers see one thread.
        """
        return f"<{delivery_key(identifier, address.key)}@{self.sender.rpartition('@')[2]}>"

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - the key is the Message-ID, frozen in the parcel
        """Hand the mail to the server; its word of acceptance is the receipt."""
        server = self.simulator if is_simulated(address.address) else self.server
        if server is None:
            raise Never("メールサーバーが設定されていません。TODOKE_MAIL_SERVER を設定してから、送り直してください。")
        return _Submission(server, self.sender, self.facts.timeout_seconds).send(bare(address.address), parcel.body)

    def send_letter(self, text: Text, *, key: str, at: datetime) -> Receipt:
        """Hand one person's letter to the server. Its number follows from `key`, the same at every try."""
        if self.server is None:
            raise Never("メールサーバーが設定されていません。TODOKE_MAIL_SERVER を設定してから、送り直してください。")
        city = the_city()
        mail = EmailMessage(policy=SMTP)
        mail["From"] = MailAddress(city.name if city else "", addr_spec=self.sender)
        mail["To"] = MailAddress(addr_spec=bare(text.address))
        mail["Subject"] = text.title
        mail["Date"] = format_datetime(in_japan(at))
        mail["Message-ID"] = f"<{delivery_key(key, 'letter')}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text.body.replace("\n", "\r\n") + "\r\n", charset="utf-8", cte="base64")
        mail["Content-Language"] = "ja" if text.language == "ja-easy" else text.language
        return _Submission(self.server, self.sender, self.facts.timeout_seconds).send(
            bare(text.address), mail.as_bytes()
        )

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """A way for each server that takes our mail; where there is one, the way of the channel itself."""
        del addresses
        if len(self.relays) <= 1:
            return [Probe("", self.facts.name, partial(self._try, self.server))]
        return [Probe(relay.name, relay.name, partial(self._try, relay)) for relay in self.relays]

    def _try(self, server: MailServer | None) -> str:
        if server is None:
            raise Never("メールサーバーが設定されていません。TODOKE_MAIL_SERVER を設定してください。")
        seconds = min(self.facts.timeout_seconds, PROBE_SECONDS)
        # RFC 5321, 4.1.1.9: may be said at any time, and its word means nothing; our simulator knows us by it.
        first = f"NOOP {READER}" if server == self.simulator else ""
        return _Submission(server, self.sender, seconds, first=first).rehearse()

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a mail address, or None."""
        if len(bare(address)) > 254 or not MAILBOX.fullmatch(bare(address)):
            return _("メールアドレスとして読めません。半角で name@example.jp のように書いてください。")
        return None


class _Submission:
    """One conversation with a server, and how far it came."""

    def __init__(self, server: MailServer, sender: str, timeout_seconds: float, *, first: str = "") -> None:
        self.server = server
        self.first = first
        self.sender = sender
        self.deadline = Deadline(timeout_seconds)
        self.left = False

    def send(self, recipient: str, mail: bytes) -> Receipt:
        try:
            with self._conversation() as smtp:
                _expect(smtp.mail(self.sender, [f"size={len(mail)}"] if smtp.has_extn("size") else []))
                _expect(smtp.rcpt(recipient))
                _expect(smtp.docmd("DATA"), 354)
                smtp.send(mail.replace(b"\r\n.", b"\r\n..") + b".\r\n")
                # The final dot is out: from here on the server may have taken it, whatever we hear.
                self.left = True
                says = _expect(smtp.getreply())
                with suppress(OSError, smtplib.SMTPException):
                    smtp.quit()
                return Receipt(reference=says[:100], says=f"{self.server.host} が受け付けました")
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise self._later(error) from error

    def rehearse(self) -> str:
        """Everything up to the recipient, and no recipient: connect, TLS, sign in, MAIL FROM, take it back."""
        try:
            with self._conversation() as smtp:
                _expect_of_probe(smtp.mail(self.sender))
                _expect_of_probe(smtp.docmd("RSET"))
                with suppress(OSError, smtplib.SMTPException):
                    smtp.quit()
                return f"{self.server.host} が応答しました"
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise TryLater(_says(error, self.server.host, self.deadline)) from error

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        with (
            connect(self.server.host, self.server.port, self.deadline) as plain,
            self.deadline.cutting(plain),
        ):
            try:
                smtp = greeted(plain, self.server, self.sender.rpartition("@")[2], self.deadline, first=self.first)
            except smtplib.SMTPAuthenticationError as error:
                raise Never(
                    "メールサーバーが利用者名かパスワードを断りました。"
                    "TODOKE_MAIL_SERVER を直してから、送り直してください。"
                ) from error
            try:
                yield smtp
            finally:
                smtp.close()

    def _later(self, error: Exception) -> TryLater:
        if not self.left:
            return TryLater(_says(error, self.server.host, self.deadline))
        reason = "時間内に返事がありません" if self.deadline.has_passed else "返事が読み取れません"
        return TryLater(f"{self.server.host} に本文を送りましたが、{reason}。", may_have_left=True)


def _says(error: Exception, host: str, deadline: Deadline) -> str:
    if deadline.has_passed or not isinstance(error, smtplib.SMTPException):
        return says_unreached(error, host, deadline)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{host} は安全な通信（TLS）に対応していません。"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{host} が断りました（{error.smtp_code} {_words(error.smtp_error)}）。"
    return f"{host} との会話が途中で切れました（{type(error).__name__}）。"


def _expect(reply: tuple[int, bytes], wanted: int = 250) -> str:
    """The words of a good reply. Raises TryLater for 4xx, Never for 5xx (RFC 5321, 4.2.1), SMTPException otherwise."""
    code, words = reply
    # 251: “user not local; will forward” is as good as 250.
    if code == wanted or (wanted == 250 and code == 251):
        return _words(words)
    if 400 <= code <= 499:
        raise TryLater(f"メールサーバーが、いまは受け取れないと答えました（{code} {_words(words)}）。")
    if 500 <= code <= 599:
        raise Never(f"メールサーバーが受け取りを断りました（{code} {_words(words)}）。宛先を確かめてください。")
    raise smtplib.SMTPServerDisconnected(f"a reply that is none: {code}")


def _expect_of_probe(reply: tuple[int, bytes]) -> None:
    """Like `_expect`, in words that fit where there is no recipient."""
    code, words = reply
    if 500 <= code <= 599:
        raise Never(
            f"メールサーバーが差出人を断りました（{code} {_words(words)}）。TODOKE_MAIL_FROM を確かめてください。"
        )
    _expect(reply)


def _words(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
