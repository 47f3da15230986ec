"""The lines and what happens on them: jobs wait for a modem, dial, and arrive or not."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from todoke.shared.fax.simulator.faults import FaultBook, FaxFault
from todoke.shared.fax.simulator.tray import Tray

# Seconds on a real line: ringing twice and the machines' greeting, then about 22 s for a page of text at 9,600 bit/s.
# An estimate; see docs/channels/fax.md.
GREETING_SECONDS = 18.0
PAGE_SECONDS = 22.0
BUSY_SECONDS = 8.0
RINGING_SECONDS = 45.0

# As HylaFAX 6.0.7 says them.
SAID = {
    FaxFault.BUSY: "Busy signal detected",
    FaxFault.NO_ANSWER: "No answer from remote",
    FaxFault.OUT_OF_PAPER: "RSPREC error/got DCN",
    FaxFault.HALF_A_PAGE: "No response to MPS or EOP repeated 3 times",
}
_COUNT = re.compile(rb"/Count (\d+)")


@dataclass
class SimulatedJob:
    """One job: as long as it is under way it stands in `sendq`, afterwards in `doneq`. T suspended, W waiting for a
    modem, R running, D done, F failed."""

    number: int
    parameters: dict[str, str] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    state: str = "T"
    says: str = ""
    pages: int = 0
    pages_sent: int = 0
    killed: threading.Event = field(default_factory=threading.Event)

    @property
    def is_over(self) -> bool:
        return self.state in ("D", "F")


class Exchange:
    """So many modems, and the jobs that wait for them. `speed` is how many times faster than a real line all goes."""

    def __init__(self, tray: Tray, faults: FaultBook, *, modems: int = 8, speed: float = 1.0) -> None:
        self.tray = tray
        self.faults = faults
        self.speed = speed
        self.jobs: dict[int, SimulatedJob] = {}
        self.documents: dict[str, bytes] = {}
        self.busiest = 0
        self._in_use = 0
        self._lock = threading.Lock()
        self._modems = threading.Semaphore(modems)

    def store(self, content: bytes, suffix: str = "pdf") -> str:
        """Keep a document; its name."""
        with self._lock:
            name = f"/tmp/doc{len(self.documents) + 1}.{suffix}"  # noqa: S108 - a name as hfaxd gives it, no file
            self.documents[name] = content
            return name

    def new_job(self) -> SimulatedJob:
        """A job that nobody has submitted yet."""
        with self._lock:
            job = SimulatedJob(len(self.jobs) + 1)
            self.jobs[job.number] = job
            return job

    def submit(self, job: SimulatedJob) -> None:
        """Have it sent as soon as a modem is free."""
        job.state = "W"
        threading.Thread(target=self._carry, args=(job,), name=f"fax job {job.number}", daemon=True).start()

    def kill(self, job: SimulatedJob) -> None:
        """Take a job back."""
        job.killed.set()
        deadline = time.monotonic() + 2
        while not job.is_over and time.monotonic() < deadline:
            time.sleep(0.01)

    def queue(self, name: str) -> list[SimulatedJob]:
        """The jobs that stand in `sendq` or `doneq`."""
        with self._lock:
            return [job for job in self.jobs.values() if job.is_over == (name == "doneq")]

    def _carry(self, job: SimulatedJob) -> None:
        while not self._modems.acquire(timeout=0.02):
            if job.killed.is_set():
                self._end(job, "F", "Job aborted by request")
                return
        try:
            with self._lock:
                self._in_use += 1
                self.busiest = max(self.busiest, self._in_use)
            job.state = "R"
            self._dial(job)
        finally:
            with self._lock:
                self._in_use -= 1
            self._modems.release()

    def _dial(self, job: SimulatedJob) -> None:
        number = job.parameters.get("DIALSTRING", "")
        pdf = b"".join(self.documents.get(name, b"") for name in job.documents)
        found = _COUNT.search(pdf)
        job.pages = int(found[1]) if found else 1
        fault = self.faults.take(number)
        steps: dict[FaxFault | None, Callable[[], tuple[str, str]]] = {
            None: lambda: self._arrive(job, number, pdf),
            FaxFault.BUSY: lambda: self._fail(job, FaxFault.BUSY, BUSY_SECONDS),
            FaxFault.NO_ANSWER: lambda: self._fail(job, FaxFault.NO_ANSWER, RINGING_SECONDS),
            FaxFault.OUT_OF_PAPER: lambda: self._fail(job, FaxFault.OUT_OF_PAPER, GREETING_SECONDS),
            FaxFault.HALF_A_PAGE: lambda: self._half(job, number, pdf),
            FaxFault.HANG: lambda: self._hang(job),
        }
        state, says = steps[fault]()
        if job.killed.is_set() and state != "D":
            state, says = "F", "Job aborted by request"
        self._end(job, state, says)

    def _arrive(self, job: SimulatedJob, number: str, pdf: bytes) -> tuple[str, str]:
        if self._passes(job, GREETING_SECONDS + PAGE_SECONDS * job.pages):
            self.tray.put(number, pdf, key=_key(job), pages=job.pages, is_half=False)
            job.pages_sent = job.pages
            return "D", ""
        return "F", ""

    def _fail(self, job: SimulatedJob, fault: FaxFault, seconds: float) -> tuple[str, str]:
        self._passes(job, seconds)
        return "F", SAID[fault]

    def _half(self, job: SimulatedJob, number: str, pdf: bytes) -> tuple[str, str]:
        if self._passes(job, GREETING_SECONDS + PAGE_SECONDS / 2):
            self.tray.put(number, pdf, key=f"{_key(job)} half {job.number}", pages=0, is_half=True)
        return "F", SAID[FaxFault.HALF_A_PAGE]

    def _hang(self, job: SimulatedJob) -> tuple[str, str]:
        job.killed.wait(3600)
        return "F", ""

    def _passes(self, job: SimulatedJob, seconds: float) -> bool:
        """Let the line's time pass; False when the job was taken back meanwhile."""
        return not job.killed.wait(seconds / self.speed)

    def _end(self, job: SimulatedJob, state: str, says: str) -> None:
        with self._lock:
            job.says, job.state = says, state
            for name in job.documents:
                self.documents[name] = b""


def _key(job: SimulatedJob) -> str:
    return job.parameters.get("JOBINFO") or f"job {job.number}"
