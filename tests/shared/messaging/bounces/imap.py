"""An IMAP server for tests: real sockets, real lines, as much of RFC 3501 as a reader of bounces meets, and faults.

It knows CAPABILITY, LOGIN, CREATE, SELECT, UID SEARCH / FETCH (partial) / STORE / COPY, EXPUNGE, NOOP, LOGOUT; anything
else is BAD. Numbers are given as servers do: UIDs stay, sequence numbers move up when something is expunged.
"""

import contextlib
import re
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass, field


@dataclass
class Mail:
    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Folders:
    """What the server keeps; `faults` are the names of what goes wrong."""

    user: str = "bounce@city.example.jp"
    password: str = 'sec"ret\\1'
    folders: dict[str, list[Mail]] = field(default_factory=lambda: {"INBOX": []})
    faults: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    next_uid: int = 4711

    def put(self, raw: bytes, folder: str = "INBOX") -> Mail:
        mail = Mail(self.next_uid, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        self.next_uid += 1
        self.folders[folder].append(mail)
        return mail


class _Conversation(socketserver.StreamRequestHandler):
    folders: Folders
    context: ssl.SSLContext | None = None

    def setup(self) -> None:
        if self.context:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def handle(self) -> None:
        self.folder = ""
        if "silent" in self.folders.faults:
            self.rfile.read(1)
            return
        self.say("+OK this is POP" if "garbage" in self.folders.faults else "* OK IMAP4rev1 ready")
        while line := self.rfile.readline():
            tag, _space, rest = line.decode().strip().partition(" ")
            words = rest.split(" ")
            verb = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
            self.folders.seen.append(verb)
            if f"drop at {verb}" in self.folders.faults:
                return
            if f"no {verb}" in self.folders.faults:
                self.say(f"{tag} NO refused")
                continue
            answer = getattr(self, "do_" + verb.replace(" ", "_").lower(), None)
            self.say(f"{tag} {answer(rest) if answer else 'BAD unknown command'}")
            if verb == "LOGOUT":
                return

    def say(self, line: str | bytes) -> None:
        self.wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    @property
    def mails(self) -> list[Mail]:
        return self.folders.folders[self.folder]

    def do_capability(self, rest: str) -> str:
        self.say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def do_noop(self, rest: str) -> str:
        return "OK done"

    def do_login(self, rest: str) -> str:
        user, password = (unquote(word) for word in re.findall(r'"(?:[^"\\]|\\.)*"', rest))
        good = (user, password) == (self.folders.user, self.folders.password)
        return "OK logged in" if good else "NO [AUTHENTICATIONFAILED] wrong"

    def do_create(self, rest: str) -> str:
        self.folders.folders.setdefault(unquote(rest.split(" ", 1)[1]), [])
        return "OK created"

    def do_select(self, rest: str) -> str:
        name = unquote(rest.split(" ", 1)[1])
        if name not in self.folders.folders:
            return "NO no such mailbox"
        self.folder = name
        self.say(r"* FLAGS (\Answered \Flagged \Deleted \Seen)")
        self.say(f"* {len(self.mails)} EXISTS")
        return "OK [READ-WRITE] selected"

    def do_uid_search(self, rest: str) -> str:
        sequence, *criteria = rest.split(" ")[2:]
        first, last = (int(number) for number in sequence.split(":"))
        if last > len(self.mails):
            return "BAD invalid messageset"
        unwanted = {{"UNDELETED": "\\Deleted", "UNFLAGGED": "\\Flagged"}[word] for word in criteria}
        found = [str(mail.uid) for mail in self.mails[first - 1 : last] if not mail.flags & unwanted]
        self.say("* SEARCH " + " ".join(found) if found else "* SEARCH")
        return "OK done"

    def do_uid_fetch(self, rest: str) -> str:
        uid, start, length = re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<(\d+)\.(\d+)>\)", rest).groups()
        for number, mail in enumerate(self.mails, 1):
            if mail.uid == int(uid):
                part = mail.raw[int(start) : int(start) + int(length)]
                self.say(f"* {number} FETCH (UID {uid} BODY[]<{start}> {{{len(part)}}}")
                if "half a mail" in self.folders.faults:
                    self.wfile.write(part[: len(part) // 2])
                    self.request.shutdown(socket.SHUT_RDWR)
                    return "OK"
                self.wfile.write(part)
                self.say(")")
        return "OK done"

    def do_uid_store(self, rest: str) -> str:
        uid, flag = re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \((\S+)\)", rest).groups()
        for mail in self.mails:
            if mail.uid == int(uid):
                mail.flags.add(flag)
        return "OK done"

    def do_uid_copy(self, rest: str) -> str:
        uid, name = re.fullmatch(r'UID COPY (\d+) "(.*)"', rest).groups()
        if name not in self.folders.folders:
            return "NO [TRYCREATE] no such mailbox"
        self.folders.put(next(mail.raw for mail in self.mails if mail.uid == int(uid)), name)
        return "OK done"

    def do_expunge(self, rest: str) -> str:
        for number in range(len(self.mails), 0, -1):
            if "\\Deleted" in self.mails[number - 1].flags:
                del self.mails[number - 1]
                self.say(f"* {number} EXPUNGE")
        return "OK done"

    def do_logout(self, rest: str) -> str:
        self.say("* BYE")
        return "OK done"


def unquote(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word.strip('"')) if word.startswith('"') else word


class ImapServer:
    """The server on 127.0.0.1, in threads, while the `with` block runs."""

    def __init__(self, folders: Folders, context: ssl.SSLContext | None = None) -> None:
        handler = type("Handler", (_Conversation,), {"folders": folders, "context": context})
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        # What a client cut off is the client's affair.
        self._server.handle_error = lambda *_: None
        self.port = self._server.server_address[1]

    def __enter__(self) -> "ImapServer":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
