"""A relay that does as the test says: answers by the script, pipelines or not, breaks off where it is told to."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

OK, GO_ON = "250 2.0.0 ok", "354 go on"


class Lines:
    """What a connection says, line by line; `ahead` counts the lines that came without having been waited for."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._heard = b""

    @property
    def ahead(self) -> int:
        return self._heard.count(b"\r\n")

    def readline(self) -> bytes:
        while b"\r\n" not in self._heard:
            more = self._connection.recv(65536)
            if not more:
                return b""
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\r\n")
        return line + b"\r\n"


class ScriptedRelay:
    """An SMTP server on a port of its own. `script(command, mail number)` gives a reply, or one of the words below.

    A command is its first four letters, `.` is the end of a content. `BREAK` closes the connection, `HANG` says nothing
    more, and any other text is said as it stands.
    """

    BREAK, HANG = "break", "hang"

    def __init__(self, script: Callable[[str, int], str | None] = lambda command, number: None, *, pipelining=True):
        self.script = script
        self.pipelining = pipelining
        self.taken: list[tuple[str, str, bytes]] = []
        self.conversations = 0
        self.most_at_once = 0
        self._mails = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_trouble):
        self.stop()

    def stop(self) -> None:
        # A closed listener still takes the call that a thread is waiting for; one that is shut down does not.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                connection.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _where = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        self.conversations += 1
        with suppress(OSError, ValueError), connection:
            heard = Lines(connection)
            connection.sendall(b"220 scripted relay\r\n")
            sender = recipient = ""
            while line := heard.readline():
                command = line[:4].decode().strip().upper()
                self.most_at_once = max(self.most_at_once, 1 + heard.ahead)
                if command == "MAIL":
                    self._mails += 1
                reply = self.script(command, self._mails)
                if reply is None:
                    reply = self._usual(command, sender, recipient)
                if command in ("MAIL", "RCPT") and reply.startswith("2"):
                    address = line.decode().partition("<")[2].partition(">")[0]
                    sender, recipient = (address, "") if command == "MAIL" else (sender, address)
                if command == "RSET":
                    sender = recipient = ""
                self._say(connection, reply)
                if reply.startswith("354"):
                    content = self._content(heard)
                    reply = self.script(".", self._mails) or (OK if recipient else "554 no valid recipients")
                    if reply.startswith("2") or reply in (self.BREAK, self.HANG) or not reply[:1].isdigit():
                        with self._lock:
                            self.taken.append((sender, recipient, content))
                    sender = recipient = ""
                    self._say(connection, reply)

    def _usual(self, command: str, sender: str, recipient: str) -> str:
        if command in ("EHLO", "HELO"):
            return "250-scripted\r\n250-PIPELINING\r\n250 STARTTLS" if self.pipelining else "250 scripted"
        if command == "STAR":
            return "220 go on"
        if command == "MAIL" and sender:
            return "503 nested MAIL"
        if command == "RCPT" and not sender:
            return "503 no sender"
        if command == "DATA":
            return GO_ON if recipient else "503 no recipient"
        return "221 bye" if command == "QUIT" else OK

    def _say(self, connection: socket.socket, reply: str) -> None:
        if reply == self.BREAK:
            connection.shutdown(socket.SHUT_RDWR)
            raise OSError("as the script says")
        if reply == self.HANG:
            time.sleep(30)
            raise OSError("as the script says")
        connection.sendall(reply.encode() + b"\r\n")

    @staticmethod
    def _content(heard: Lines) -> bytes:
        lines = []
        while (line := heard.readline()) != b".\r\n":
            if not line:
                raise OSError("the other side is gone in the midst of a mail")
            lines.append(line)
        return b"".join(lines)
