"""HylaFAX's client-server protocol, as far as one sheet needs it.

Source: hfaxd(8C) and the behaviour of HylaFAX 6.0.7 (Debian 3:6.0.7-5), with whose hfaxd and faxq this was tried. It is
FTP (RFC 959) with jobs: a document is stored, a job refers to it, is submitted, and moves from `sendq` to `doneq`.

Each job is one call (MAXDIALS 1): when to dial again is our ladder's business: a newer edition may come between. Our
key stands in JOBINFO, so a repeat after an unclear ending finds the job of the first try and dials nobody twice.
"""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from todoke.shared.fax.gateways import CallReport, Order
from todoke.shared.fax.rules import Ending, ending_of
from todoke.shared.messaging.channels.connection import Deadline, connect, says_unreached
from todoke.shared.messaging.types import Never, TryLater

PORT = 4559
POLL_SECONDS = 1.0
# What is left of a call's time for taking a job back that did not end.
TAKING_BACK_SECONDS = 5.0
# Number, state, our key, pages, what was said; the last may hold anything but a line break.
JOB_FORMAT = "%j|%a|%J|%P|%s"
LINE_BYTES_MAX = 8192
LISTING_BYTES_MAX = 4_000_000
_FILE = re.compile(r"FILE:\s*(\S+)")
_JOB = re.compile(r"jobid:\s*(\d+)")
_PASSIVE = re.compile(r"\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)")


class ProtocolTrouble(Exception):
    """The server answered what the protocol does not provide for."""


@dataclass(frozen=True)
class Job:
    """One job as a listing shows it. `state` is HylaFAX's letter: D done, F failed; the others are under way."""

    number: str
    state: str
    key: str
    pages_sent: int
    pages: int
    says: str


@dataclass(frozen=True)
class HylaFax:
    """A HylaFAX server. `prefix` is dialled first, for an outside line. `poll_seconds` is how often it is asked."""

    host: str
    port: int = PORT
    user: str = "todoke"
    password: str = ""
    prefix: str = ""
    poll_seconds: float = POLL_SECONDS

    name = "HylaFAX"
    repeatable = "JOBINFO（HylaFAX）"

    @classmethod
    def from_address(cls, address: str) -> Self:
        """Read `hylafax://user:password@host:4559?prefix=0,`. Raises ValueError."""
        parts = urlsplit(address)
        if parts.scheme != "hylafax" or not parts.hostname:
            raise ValueError("it does not begin with hylafax:// and a host")
        terms = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        if set(terms) - {"prefix"} or not re.fullmatch(r"[0-9,*#]*", terms.get("prefix", "")):
            raise ValueError("after the “?” only prefix= is known, of digits and , * #")
        return cls(
            host=parts.hostname,
            port=parts.port or PORT,
            user=unquote(parts.username or "todoke"),
            password=unquote(parts.password or ""),
            prefix=terms.get("prefix", ""),
        )

    def dial(self, order: Order, *, seconds: float) -> CallReport:
        """One call, or the ending of the call that was made with this key before."""
        deadline = Deadline(seconds)
        submitted = False
        try:
            with self._conversation(deadline) as talk:
                job = self._earlier(talk, order.key)
                if job is None:
                    number = talk.submit(order.pdf, self.prefix + order.number, order.key)
                    submitted = True
                elif job.state == "D":
                    return _report(job)
                else:
                    submitted, number = True, job.number
                return _report(self._ending(talk, number, deadline))
        except (OSError, ProtocolTrouble, ValueError) as error:
            says = _says(error, self.host, deadline)
            if submitted:
                return CallReport(Ending.UNCLEAR, says)
            raise TryLater(says) from error

    def probe(self, *, seconds: float) -> str:
        """Sign in and leave: nothing is dialled."""
        deadline = Deadline(seconds)
        try:
            with self._conversation(deadline) as talk:
                talk.say("TYPE I", 200)
        except (OSError, ProtocolTrouble, ValueError) as error:
            raise TryLater(_says(error, self.host, deadline)) from error
        return f"{self.host} が応答しました"

    def _earlier(self, talk: "Talk", key: str) -> Job | None:
        """The job with our key that is under way or has arrived; those that failed count as calls that were made."""
        jobs = [job for queue in ("sendq", "doneq") for job in talk.jobs(queue) if job.key == key]
        return next((job for job in jobs if job.state != "F"), None)

    def _ending(self, talk: "Talk", number: str, deadline: Deadline) -> Job:
        """Wait until the job is in `doneq`; one that takes too long is taken back, and what is true then counts."""
        talk.say(f"JOB {number}", 200)
        while deadline.remaining() > TAKING_BACK_SECONDS:
            if talk.is_over() and (done := talk.find("doneq", number)):
                return done
            time.sleep(min(self.poll_seconds, max(deadline.remaining() - TAKING_BACK_SECONDS, 0.01)))
        talk.take_back(number)
        while True:
            if done := talk.find("doneq", number):
                return done
            if deadline.remaining() < 0.5:
                raise ProtocolTrouble("the job could not be taken back")
            time.sleep(0.2)

    @contextmanager
    def _conversation(self, deadline: Deadline) -> Iterator["Talk"]:
        with connect(self.host, self.port, deadline) as control, deadline.cutting(control):
            talk = Talk(control, self.host, deadline)
            talk.sign_in(self.user, self.password)
            yield talk
            talk.leave()


class Talk:
    """One conversation with hfaxd."""

    def __init__(self, control: socket.socket, host: str, deadline: Deadline) -> None:
        self.host = host
        self.deadline = deadline
        self._control = control
        self._replies = control.makefile("rb")

    def sign_in(self, user: str, password: str) -> None:
        """Be greeted, and say who we are. Raises Never where we are not let in."""
        self._expect(220)
        code, words = self._ask(f"USER {user}")
        if code == 331:
            code, words = self._ask(f"PASS {password}")
        if code != 230:
            raise Never(
                f"FAXサーバーが利用者名かパスワードを断りました（{code} {words}）。TODOKE_FAX を確かめてください。"
            )

    def submit(self, pdf: bytes, digits: str, key: str) -> str:
        """Store the document and submit a job of one call; its number."""
        self.say("TYPE I", 200)
        # Tells the server what the document is; older servers find it out by themselves and do not know the word.
        self._ask("FORM PDF")
        document = self._store(pdf)
        words = self.say("JNEW", 200)
        found = _JOB.search(words)
        if not found:
            raise ProtocolTrouble(f"JNEW: {words}")
        for parameter in (
            'FROMUSER "todoke"',
            f'DIALSTRING "{digits}"',
            f'EXTERNAL "{digits}"',
            f'JOBINFO "{key}"',
            "MAXDIALS 1",
            "MAXTRIES 1",
            # Days, hours, minutes: what has not gone out by then must not go out at all.
            "LASTTIME 000010",
            'NOTIFY "none"',
            # A4 in fine resolution (196 lines an inch): letters of 12 points stay readable.
            "PAGEWIDTH 209",
            "PAGELENGTH 296",
            "VRES 196",
        ):
            self.say(f"JPARM {parameter}", 213)
        self.say(f"JPARM DOCUMENT {document}", 200)
        self.say("JSUBM", 200)
        return found[1]

    def jobs(self, queue: str) -> list[Job]:
        """The jobs of a queue."""
        self.say(f'JOBFMT "{JOB_FORMAT}"', 200)
        with self._data_connection() as (port, begin):
            begin(f"LIST {queue}")
            with connect(self.host, port, self.deadline) as data, self.deadline.cutting(data):
                self._expect(150)
                listing = _read_all(data)
        self._expect(226)
        return [job for line in listing.decode("utf-8", "replace").splitlines() if (job := _job_of(line))]

    def find(self, queue: str, number: str) -> Job | None:
        """The job with this number, if it is there."""
        return next((job for job in self.jobs(queue) if job.number == number), None)

    def is_over(self) -> bool:
        """Whether the current job has ended: the server then says so, or no longer finds it among those under way."""
        code, words = self._ask("JPARM STATE")
        return code != 213 or words in ("DONE", "FAILED")

    def take_back(self, number: str) -> None:
        """Have a job killed; one that has ended meanwhile is no longer there to kill, which is as good."""
        self._ask(f"JOB {number}")
        self._ask("JKILL")

    def leave(self) -> None:
        """Say good-bye; the server closes."""
        self._control.sendall(b"QUIT\r\n")

    def say(self, command: str, wanted: int) -> str:
        """A command whose answer must be this one; its words. Raises ProtocolTrouble."""
        code, words = self._ask(command)
        if code != wanted:
            raise ProtocolTrouble(f"{command.split(maxsplit=1)[0]}: {code} {words}")
        return words

    def _store(self, content: bytes) -> str:
        with self._data_connection() as (port, begin):
            begin("STOT")
            with connect(self.host, port, self.deadline) as data, self.deadline.cutting(data):
                words = self._expect(150)
                data.sendall(content)
        self._expect(226)
        found = _FILE.search(words)
        if not found:
            raise ProtocolTrouble(f"STOT: {words}")
        return found[1]

    @contextmanager
    def _data_connection(self) -> Iterator[tuple[int, "Begin"]]:
        words = self.say("PASV", 227)
        found = _PASSIVE.search(words)
        if not found:
            raise ProtocolTrouble(f"PASV: {words}")
        # The port alone is taken: the address may be one behind a router, or lead somewhere else on purpose.
        yield int(found[5]) * 256 + int(found[6]), Begin(self._control)

    def _ask(self, command: str) -> tuple[int, str]:
        if "\r" in command or "\n" in command:
            raise ProtocolTrouble("a command holds a line break")
        self._control.sendall(f"{command}\r\n".encode())
        return self._reply()

    def _expect(self, wanted: int) -> str:
        code, words = self._reply()
        if code != wanted:
            raise ProtocolTrouble(f"{code} {words}")
        return words

    def _reply(self) -> tuple[int, str]:
        # A reply of several lines ends with its code and a blank (RFC 959, 4.2).
        while True:
            line = self._replies.readline(LINE_BYTES_MAX).decode("utf-8", "replace").rstrip("\r\n")
            if not line:
                raise ProtocolTrouble("the server hung up")
            if line[:3].isdigit() and line[3:4] in ("", " "):
                return int(line[:3]), line[4:].strip()


@dataclass(frozen=True)
class Begin:
    """Begins a transfer; its answer comes once the data connection is made."""

    control: socket.socket

    def __call__(self, command: str) -> None:
        self.control.sendall(f"{command}\r\n".encode())


def _read_all(data: socket.socket) -> bytes:
    found = b""
    while chunk := data.recv(65536):
        found += chunk
        if len(found) > LISTING_BYTES_MAX:
            raise ProtocolTrouble("the listing has no end")
    return found


def _job_of(line: str) -> Job | None:
    parts = line.split("|", 4)
    if len(parts) != 5 or not parts[0].strip().isdigit():
        return None
    sent, _colon, pages = parts[3].partition(":")
    return Job(parts[0].strip(), parts[1].strip(), parts[2].strip(), _number(sent), _number(pages), parts[4].strip())


def _number(text: str) -> int:
    return int(text) if text.strip().isdigit() else 0


def _report(job: Job) -> CallReport:
    if job.state == "D":
        says = f"{job.pages_sent or 1}ページを送りました（ジョブ {job.number}）"
        return CallReport(Ending.ARRIVED, says, job.pages_sent or 1, job.pages or 1, job.number)
    if "aborted by request" in job.says.lower() or "killed" in job.says.lower():
        says = f"時間内に終わらなかったため、取りやめました（{job.pages_sent}ページまで、ジョブ {job.number}）。"
        return CallReport(Ending.BROKEN, says, job.pages_sent, job.pages, job.number)
    ending = ending_of(job.says)
    says = f"{ending.label}（{job.says or '理由なし'}、{job.pages_sent}ページまで、ジョブ {job.number}）。"
    return CallReport(ending, says, job.pages_sent, job.pages, job.number)


def _says(error: Exception, host: str, deadline: Deadline) -> str:
    if isinstance(error, ProtocolTrouble) and not deadline.has_passed:
        return f"FAXサーバー {host} の返事が読み取れません（{error}）。"
    return says_unreached(error, host, deadline)
