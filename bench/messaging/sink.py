"""Where all mails of the measurement go: Postfix's smtp-sink where it is installed, else a small one of our own."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

BACKLOG = 1000


@dataclass(frozen=True)
class Sink:
    """A running sink on 127.0.0.1."""

    name: str
    port: int


@contextmanager
def running_sink() -> Iterator[Sink]:
    """A sink for a while; it ends with the measurement."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    postfix = shutil.which("smtp-sink")
    words = [sys.executable, "-m", "bench.messaging.sink", str(port)]
    if postfix:
        # It refuses to run as root.
        account = ["-u", "nobody"] if os.geteuid() == 0 else []
        words = [postfix, *account, "-c", f"127.0.0.1:{port}", str(BACKLOG)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(port)
        yield Sink("smtp-sink" if postfix else "own sink (Postfix is not installed)", port)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_until_it_listens(port: int) -> None:
    for _each in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the sink does not listen")


class Conversation(asyncio.Protocol):
    """Says yes to everything and keeps nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.heard = b""
        self.in_content = False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.heard += data
        answers = []
        while True:
            if self.in_content:
                end = self.heard.find(b"\r\n.\r\n")
                if end < 0:
                    break
                self.heard, self.in_content = self.heard[end + 5 :], False
                answers.append(b"250 ok\r\n")
                continue
            line, found, rest = self.heard.partition(b"\r\n")
            if not found:
                break
            self.heard = rest
            command = line[:4].upper()
            self.in_content = command == b"DATA"
            answers.append(ANSWERS.get(command, b"250 ok\r\n"))
        self.transport.write(b"".join(answers))


ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


async def listen(port: int) -> None:
    """Serve until ended."""
    server = await asyncio.get_running_loop().create_server(Conversation, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(listen(int(sys.argv[1])))
