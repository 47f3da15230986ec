"""The simulated mail server: takes every mail for everybody, and sends none on."""

import asyncio
import base64
import logging
import threading
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, Envelope, Session

from todoke.shared.messaging.channels.connection import READER
from todoke.shared.messaging.simulators.arrivals import Postbox
from todoke.shared.messaging.simulators.faults import Fault, FaultBook, FaultKind
from todoke.shared.messaging.simulators.returned import is_returned, send_back

# A fatal TLS alert (handshake_failure, RFC 8446, 6), as a server sends it that cannot agree on anything.
TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
HANG_SECONDS_MAX = 120

# It tells every command of every conversation, addresses too.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class MailServerSimulator:
    """An SMTP server on 127.0.0.1, in a thread of its own. `port` is known once it has started; what it sends back lies
    in the folder `returned`."""

    def __init__(self, postbox: Postbox, faults: FaultBook, *, returned: Path, port: int = 0) -> None:
        self.postbox = postbox
        self.returned = returned
        self.faults = faults
        self.port = port
        self._conversations: set[_Conversation] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated-smtp", daemon=True)

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=10)
        except BaseException:
            self._end_loop()
            raise
        self.port = self._server.sockets[0].getsockname()[1]

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._converse, "127.0.0.1", self.port)

    def _converse(self) -> "_Conversation":
        return _Conversation(_Letterbox(self.postbox, self.returned), self.faults, self._loop, self._conversations)

    def stop(self) -> None:
        """Stop listening and break off what is still going on."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._end_loop()

    async def _close(self) -> None:
        self._server.close()
        for conversation in list(self._conversations):
            conversation.break_off()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        while self._conversations:
            await asyncio.sleep(0)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()


class _Conversation(SMTP):
    """One connection; its fault is drawn when it begins."""

    def __init__(
        self,
        letterbox: "_Letterbox",
        faults: FaultBook,
        loop: asyncio.AbstractEventLoop,
        conversations: set["_Conversation"],
    ) -> None:
        super().__init__(letterbox, hostname="simulator.invalid", ident="Todoke simulator", loop=loop)
        self._faults = faults
        self._conversations = conversations
        self.fault: Fault | None = None
        self.is_probe = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._conversations.discard(self)

    def suffers(self, kind: FaultKind) -> bool:
        return self.fault is not None and self.fault.kind is kind

    async def _handle_client(self) -> None:
        self.fault = self._faults.take("mail")
        await super()._handle_client()

    def is_recognised_as_probe(self) -> None:
        """No mail will come: the fault is met, but kept for the mail that it was ordered for."""
        if self.fault is not None and not self.is_probe:
            self._faults.give_back("mail", self.fault)
        self.is_probe = True

    async def push(self, status: AnyStr) -> None:
        # From the answer to EHLO on: before that, a probe has said that it is one.
        if self.suffers(FaultKind.DRIP) and self._writer is not None and self.session and self.session.host_name:
            for byte in (status.encode() if isinstance(status, str) else status) + b"\r\n":
                self._writer.write(bytes([byte]))
                await self._writer.drain()
                await asyncio.sleep(1)
            return
        await super().push(status)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: ARG002, N802 - the library's name
        await self.push("220 Ready to start TLS")
        self.break_off(TLS_ALERT)

    def break_off(self, parting: bytes = b"") -> None:
        """Say something that is no SMTP, or nothing, and close."""
        if self.transport is not None:
            if parting:
                self.transport.write(parting)  # type: ignore[attr-defined]
            self.transport.close()


class _Letterbox:
    """The hooks by which the library asks what to answer."""

    def __init__(self, postbox: Postbox, returned: Path) -> None:
        self.postbox = postbox
        self.returned = returned

    async def handle_NOOP(self, server: _Conversation, session: Session, envelope: Envelope, arg: str) -> str:  # noqa: ARG002, N802 - the library's name
        if arg == READER:
            server.is_recognised_as_probe()
        return "250 OK"

    async def handle_EHLO(  # noqa: N802 - the library's name
        self,
        server: _Conversation,
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        if server.suffers(FaultKind.DROP):
            server.break_off()
        return [*responses[:-1], "250-STARTTLS", responses[-1]] if server.suffers(FaultKind.TLS) else responses

    async def handle_MAIL(  # noqa: N802 - the library's name
        self,
        server: _Conversation,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if server.suffers(FaultKind.TLS):
            server.break_off(TLS_ALERT)
        # A probe comes no further than this, so here it meets what a mail would meet at its end.
        if server.is_probe and (refusal := await _met_at_the_end(server)):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: _Conversation,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if server.suffers(FaultKind.ANSWER) and server.fault and server.fault.at_recipient:
            return f"{server.fault.status} simulated refusal of the recipient"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: _Conversation, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - the library's name
        if refusal := await _met_before_taking(server):
            return refusal
        number = self._keep(envelope)
        if server.fault and server.fault.kind is FaultKind.RETURN:
            self._send_back(envelope, server.fault)
        _met_after_taking(server)
        if server.fault and server.fault.kind is FaultKind.TAKE_AND_ANSWER:
            return f"{server.fault.status} simulated answer"
        return f"250 OK simulated mail {number}"

    def _send_back(self, envelope: Envelope, fault: Fault) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        # RFC 5321, 6.1: to an empty return path nothing is ever sent back.
        sender = (envelope.mail_from or "").strip("<>")
        for recipient in envelope.rcpt_tos if sender else ():
            if is_returned(recipient, fault.share):
                send_back(self.returned, raw, to=sender, recipient=recipient, status=fault.status)

    def _keep(self, envelope: Envelope) -> int:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(raw, policy=default)
        content: dict[str, Any] = {
            "from": envelope.mail_from,
            "to": list(envelope.rcpt_tos),
            "raw": base64.b64encode(raw).decode(),
        }
        # The same number to another reader is another mail, as for two lists that share a member.
        key = f"{mail.get('Message-ID', '')} {' '.join(envelope.rcpt_tos)}"
        return self.postbox.put(
            key, raw, mode=str(mail.get("X-Todoke-Mode", "")), title=str(mail.get("Subject", "")), content=content
        ).number


async def _met_at_the_end(server: _Conversation) -> str:
    refusal = await _met_before_taking(server)
    _met_after_taking(server)
    return refusal


async def _met_before_taking(server: _Conversation) -> str:
    fault = server.fault
    if fault and fault.kind is FaultKind.HANG:
        await asyncio.sleep(HANG_SECONDS_MAX)
        server.break_off()
    if fault and fault.kind is FaultKind.ANSWER:
        return f"{fault.status} simulated answer"
    if fault and fault.kind is FaultKind.DELAY:
        await asyncio.sleep(fault.seconds)
    return ""


def _met_after_taking(server: _Conversation) -> None:
    if server.suffers(FaultKind.SWALLOW):
        server.break_off()
    if server.suffers(FaultKind.GARBAGE):
        server.break_off(b"%%% this is no reply %%%\r\n")
