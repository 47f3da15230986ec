"""Mail to each subscriber: own To, own way out, own return path; everything else is written once for all.

A sheet holds what is the same in every copy of a language, ready as bytes: most headers, and the text in base64. Its
lines hold 57 bytes each, so a text that fills its last line can be followed by another that was encoded apart: the few
lines that are the reader's own. A copy costs some joins of bytes and no message object.
"""

import binascii
import hashlib
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.clock import in_japan
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import characters
from todoke.shared.messaging.channels.conversation import Mail
from todoke.shared.messaging.channels.mail import MAILBOX, TITLE_MAX
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.relays import Relays
from todoke.shared.messaging.channels.routes import bare, is_simulated, trouble_with_audience
from todoke.shared.messaging.channels.wording import fit_text, fit_title, in_each_language
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal, audiences
from todoke.shared.messaging.types import (
    Address,
    Copy,
    Fate,
    FrozenEdition,
    Parcel,
    Report,
    Result,
    WaysOut,
)

# What base64 puts on one line of 76 characters.
LINE_BYTES = 57
CARRY_SECONDS = 60.0
# For a relay that is only bound by the day.
PER_SECOND_MAX = 10_000.0
EXAMPLE = Copy(contact_id=0, address="reader@example.jp", language="ja", token="(個別の記号)")  # noqa: S106 - shown in the place of a real one


class Pace(Protocol):
    """How fast a route may carry, asked by its key (actions.pace)."""

    def take(self, key: str, wanted: int, *, per_second: float, per_day: int | None = None, lane: str) -> int: ...

    def free(self, key: str, *, per_second: float, per_day: int | None = None, lane: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every copy in one language has in common; `last_lines` are those of the reader, with `{change}` in them."""

    head: bytes
    body: bytes
    last_lines: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Stationery:
    """The sheets of an edition by language, and the numbers from which the copies' own headers are made."""

    identifier: str
    earlier: tuple[str, ...]
    sheets: Mapping[str, Sheet]
    ways_out: WaysOut


class MailEachChannel:
    """The channel `messaging.mail-each`. Without relays nothing leaves but to the simulator."""

    key = "messaging.mail-each"
    bundle_size = 200

    def __init__(
        self,
        *,
        servers: Sequence[MailServer],
        simulator: MailServer,
        sender: str,
        site: str,
        domain_rates: Mapping[str, float],
        pace: Pace,
        reply_seconds: float = 20,
    ) -> None:
        self.servers = tuple(servers)
        self.sender = sender
        self.site = site
        self.domain_rates = domain_rates
        self._pace = pace
        self._domain = sender.rpartition("@")[2]
        self._relays = Relays(servers, own_name=self._domain, reply_seconds=reply_seconds)
        self._simulator = Relays([simulator], own_name=self._domain, reply_seconds=reply_seconds)
        self.facts = ChannelFacts(
            name=gettext_lazy("メール（登録者）"),
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key="Message-ID",
            quota=grounds.MAIL_QUOTA,
            legal_purpose=grounds.SUBSCRIBERS,
            title_max=TITLE_MAX,
            timeout_seconds=CARRY_SECONDS + reply_seconds,
            concurrency=4,
        )

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a destination's address, which is the key of an audience, or None."""
        return trouble_with_audience(address)

    def trouble_with_contact(self, address: str) -> str | None:
        """What is wrong with somebody's mail address, or None."""
        normal = bare(self.normal(address))
        if len(normal) > 254 or not MAILBOX.fullmatch(normal):
            return _("メールアドレスとして読めません。半角で name@example.jp のように書いてください。")
        return None

    def normal(self, address: str) -> str:
        """Half-width, without blanks around it, in small letters: what is typed on a telephone varies in all three."""
        return unicodedata.normalize("NFKC", address).strip().lower()

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The copy of an imagined reader."""
        audience = audiences.find(address.address)
        ways_out = audience.ways_out() if audience else WaysOut(self.site, self.site)
        sheet = self._sheet(edition, address.language)
        mine = sheet.last_lines.format(change=ways_out.change.replace("{token}", EXAMPLE.token))
        return Parcel(body=sheet.head + b"\r\n" + sheet.body, preview=f"{sheet.text}\n\n{mine}", title=sheet.title)

    def stationery(self, edition: FrozenEdition, ways_out: WaysOut) -> Stationery:
        """The sheets of every language in which the edition is worded."""
        return Stationery(
            identifier=edition.identifier,
            earlier=tuple(reference.identifier for reference in edition.references),
            sheets=in_each_language(edition, lambda language: self._sheet(edition, language)),
            ways_out=ways_out,
        )

    def _sheet(self, edition: FrozenEdition, language: str) -> Sheet:
        title = fit_title(edition, language, TITLE_MAX).text
        text = fit_text(edition, language, self.site, None, characters).text
        mail = EmailMessage(policy=SMTP)
        mail["From"] = MailAddress(edition.city, addr_spec=self.sender)
        mail["Subject"] = title
        mail["Date"] = format_datetime(in_japan(edition.sent_at))
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Todoke-Mode"] = edition.mode.value
        mail["X-Todoke-Edition"] = edition.identifier
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail["MIME-Version"] = "1.0"
        mail["Content-Type"] = 'text/plain; charset="utf-8"'
        mail["Content-Transfer-Encoding"] = "base64"
        mail["Content-Language"] = "ja" if language == "ja-easy" else language
        flat = text.replace("\n", "\r\n").encode()
        # Blanks at the end of the text fill its last line of base64, so that the reader's own lines follow whole.
        flat += b" " * (-(len(flat) + 4) % LINE_BYTES) + b"\r\n\r\n"
        return Sheet(
            head=mail.as_bytes().rstrip(b"\r\n") + b"\r\n",
            body=_in_base64(flat),
            last_lines=phrases_in(language).way_out,
            text=text,
            title=title,
        )

    def is_free(self, lane: str) -> bool:
        """Whether a relay is awake whose rate lets something out now."""
        return any(
            not _is_paced(server) or self._pace.free(_route(server), **_terms(server), lane=lane)
            for server in self._relays.awake()
        )

    def carry(self, stationery: Stationery, copies: Sequence[Copy], report: Report, *, lane: str) -> None:
        """Write each copy and have the relays carry it; what a rate or the time does not let out is HELD."""
        until = time.monotonic() + CARRY_SECONDS

        def told(mail: Mail, fate: Fate, says: str) -> None:
            report([Result(mail.contact_id, fate, says)])

        simulated = [copy for copy in copies if is_simulated(copy.address)]
        real = [copy for copy in copies if not is_simulated(copy.address)]
        held = self._simulator.carry(self._mails(stationery, simulated), told, until=until) if simulated else []
        let_out, kept_back = self._let_out(real, lane)
        if let_out:
            held += self._relays.carry(
                self._mails(stationery, let_out),
                told,
                until=until,
                allow=lambda server, wanted: self._allowed(server, wanted, lane),
            )
        report([Result(mail.contact_id, Fate.HELD) for mail in held])
        report([Result(copy.contact_id, Fate.HELD) for copy in kept_back])

    def _let_out(self, copies: list[Copy], lane: str) -> tuple[list[Copy], list[Copy]]:
        """The copies that the rates of their readers' domains let out now, and the others."""
        if not self.domain_rates:
            return copies, []
        by_domain: dict[str, list[Copy]] = {}
        for copy in copies:
            by_domain.setdefault(copy.address.rpartition("@")[2], []).append(copy)
        let_out, kept_back = [], []
        for domain, those in by_domain.items():
            rate = self.domain_rates.get(domain)
            granted = len(those)
            if rate is not None:
                granted = self._pace.take(f"mail:{domain}", granted, per_second=rate, lane=lane)
            let_out += those[:granted]
            kept_back += those[granted:]
        return let_out, kept_back

    def _allowed(self, server: MailServer, wanted: int, lane: str) -> int:
        return self._pace.take(_route(server), wanted, **_terms(server), lane=lane) if _is_paced(server) else wanted

    def _mails(self, stationery: Stationery, copies: Sequence[Copy]) -> list[Mail]:
        return [self.mail(stationery, copy) for copy in copies]

    def mail(self, stationery: Stationery, copy: Copy) -> Mail:
        """One copy, byte for byte the same at every call; it ends with the line of the final dot."""
        sheet = stationery.sheets.get(copy.language) or stationery.sheets["ja"]
        recipient = bare(copy.address)
        token = copy.token
        mine = sheet.last_lines.format(change=stationery.ways_out.change.replace("{token}", token))
        headers = (
            f"To: {recipient}\r\n"
            f"Message-ID: {self.number(stationery.identifier, copy.contact_id)}\r\n"
            f"{self._thread(stationery, copy.contact_id)}"
            f"List-Unsubscribe: <{stationery.ways_out.end.replace('{token}', token)}>\r\n\r\n"
        )
        return Mail(
            contact_id=copy.contact_id,
            return_path=f"bounce+{token}@{self._domain}",
            recipient=recipient,
            content=b"".join(
                (
                    sheet.head,
                    headers.encode("ascii"),
                    sheet.body,
                    _in_base64(mine.replace("\n", "\r\n").encode() + b"\r\n"),
                    b".\r\n",
                )
            ),
        )

    def _thread(self, stationery: Stationery, contact_id: int) -> str:
        if not stationery.earlier:
            return ""
        numbers = [self.number(identifier, contact_id) for identifier in stationery.earlier]
        return f"In-Reply-To: {numbers[-1]}\r\nReferences: {' '.join(numbers[-5:])}\r\n"

    def number(self, identifier: str, contact_id: int) -> str:
        """The Message-ID of an edition for this contact, at every try the same."""
        named = f"{identifier}\x1f{contact_id}".encode()
        return f"<{hashlib.blake2b(named, digest_size=16).hexdigest()}@{self._domain}>"

    def close(self) -> None:
        """End the conversations that are kept open."""
        self._relays.close()
        self._simulator.close()


def _is_paced(server: MailServer) -> bool:
    return server.per_second is not None or server.per_day is not None


def _route(server: MailServer) -> str:
    return f"relay:{server.name}"


def _terms(server: MailServer) -> Any:
    return {"per_second": server.per_second or PER_SECOND_MAX, "per_day": server.per_day}


def _in_base64(text: bytes) -> bytes:
    return b"".join(
        binascii.b2a_base64(text[start : start + LINE_BYTES], newline=False) + b"\r\n"
        for start in range(0, len(text), LINE_BYTES)
    )
