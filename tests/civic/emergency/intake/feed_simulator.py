"""The weather service's feed server, played: conditions, gaps, repetitions, and everything that can go wrong."""

from collections import Counter
from collections.abc import Callable, Iterator

import httpx

HOST = "https://feeds.example"
FEED = f"{HOST}/developer/xml/feed/extra.xml"
LONG = f"{HOST}/developer/xml/feed/extra_l.xml"

Fault = Callable[[httpx.Request], httpx.Response]


class FeedServer:
    """Serves a short feed (the latest three entries), a long one, and the telegrams; `faults` come first, one a call.

    `asked` counts the requests by address; `answers` lists address and status of the pages served.
    """

    def __init__(self) -> None:
        self.telegrams: dict[str, tuple[str, bytes]] = {}
        self.short: list[str] = []
        self.faults: dict[str, list[Fault]] = {}
        self.asked: Counter[str] = Counter()
        self.answers: list[tuple[str, int]] = []
        self.link_host = HOST

    def publish(self, name: str, content: bytes, title: str = "気象警報・注意報（Ｒ０６）（大雨）") -> str:
        """Put a telegram on the server and at the top of both feeds; gives its address."""
        address = f"{self.link_host}/developer/xml/data/{name}"
        self.telegrams[address] = (title, content)
        self.short = [*self.short, address][-3:]
        return address

    def fail(self, address: str, *faults: Fault) -> None:
        """The next requests for this address end like this, in turn."""
        self.faults.setdefault(address, []).extend(faults)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        address = str(request.url)
        self.asked[address] += 1
        if self.faults.get(address):
            return self.faults[address].pop(0)(request)
        answer = self._page(request, address)
        self.answers.append((address, answer.status_code))
        return answer

    def _page(self, request: httpx.Request, address: str) -> httpx.Response:
        if address in (FEED, LONG):
            body = self._feed(self.short if address == FEED else list(self.telegrams))
            etag = f'"{hash(body)}"'
            if request.headers.get("if-none-match") == etag:
                return httpx.Response(304)
            headers = {"etag": etag, "last-modified": "Fri, 20 Nov 2026 00:00:00 GMT"}
            return httpx.Response(200, content=body, headers=headers)
        if address in self.telegrams:
            return httpx.Response(200, content=self.telegrams[address][1])
        return httpx.Response(404)

    def _feed(self, addresses: list[str]) -> bytes:
        entries = "".join(
            f"<entry><title>{self.telegrams[address][0]}</title><id>{address}</id>"
            f"<updated>2026-11-20T00:00:{number:02}Z</updated><author><name>見本地方気象台</name></author>"
            f'<link type="application/xml" href="{address}"/></entry>'
            for number, address in reversed(list(enumerate(addresses)))
        )
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


def status(code: int) -> Fault:
    return lambda request: httpx.Response(code)


def garbage(content: bytes = b"\x00<html>") -> Fault:
    return lambda request: httpx.Response(200, content=content)


def hang(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no byte in time", request=request)


def broken(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("TLS: certificate has expired", request=request)


def endless(request: httpx.Request) -> httpx.Response:
    def drip() -> Iterator[bytes]:
        while True:
            yield b" " * 100_000

    return httpx.Response(200, content=drip())
