"""Time stamps (RFC 3161): the client, and a simulated authority."""

import asyncio
from functools import lru_cache

import httpx
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from todoke.shared.documents.signing.keys import as_asn1, make_time_stamper

QUERY = "application/timestamp-query"
REPLY = "application/timestamp-reply"
LIMIT_SECONDS = 10.0
REPLY_BYTES_MAX = 100_000


class Authority(TimeStamper):
    """An authority behind an address (RFC 3161, 3.4: over HTTP)."""

    def __init__(self, address: str, *, transport: httpx.BaseTransport | None = None) -> None:
        super().__init__()
        self.address = address
        self._transport = transport

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """What the authority answers. Raises TimestampRequestError where it does not, or not in this form."""
        return await asyncio.to_thread(self._ask, req.dump())

    def _ask(self, query: bytes) -> tsp.TimeStampResp:
        try:
            with httpx.Client(timeout=LIMIT_SECONDS, transport=self._transport) as client:
                answer = client.post(self.address, content=query, headers={"Content-Type": QUERY, "Accept": REPLY})
        except httpx.HTTPError as error:
            raise TimestampRequestError(f"the time-stamping authority cannot be reached: {error}") from error
        kind = answer.headers.get("Content-Type", "").split(";")[0].strip()
        if answer.status_code != 200 or kind != REPLY or len(answer.content) > REPLY_BYTES_MAX:
            raise TimestampRequestError(
                f"the time-stamping authority answered {answer.status_code} with {kind or 'no type'}"
            )
        try:
            reply: tsp.TimeStampResp = tsp.TimeStampResp.load(answer.content, strict=True)
            reply.native  # noqa: B018 - reads all of it: a reply that cannot be understood raises here
        except (ValueError, TypeError) as error:
            raise TimestampRequestError("the time-stamping authority's answer cannot be read") from error
        return reply


@lru_cache(maxsize=1)
def _simulated() -> DummyTimeStamper:
    key, certificate = make_time_stamper()
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(as_asn1(certificate), asn1_keys.PrivateKeyInfo.load(raw))


def simulated_reply(query: bytes) -> bytes:
    """What a simulated authority answers to this query. Raises ValueError for what is no query."""
    request = tsp.TimeStampReq.load(query, strict=True)
    request.native  # noqa: B018 - as above
    reply: bytes = _simulated().request_tsa_response(request).dump()
    return reply
