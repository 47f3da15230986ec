"""A mirror in S3-compatible storage (PutObject, HeadObject, GetObject, DeleteObject; addresses in path style)."""

import hashlib

from todoke.base.clock import now
from todoke.shared.messaging.channels.connection import Answer
from todoke.shared.mirrors.carriers.sigv4 import signed
from todoke.shared.mirrors.carriers.web import CACHE_CONTROL, ask, refuse
from todoke.shared.mirrors.rules import Place, web_name


class S3Carrier:
    """Puts objects below a bucket and a prefix. Whether the public may read the bucket is the partner's to set."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def put(self, name: str, content: bytes, media_type: str) -> None:
        """Store the object; storage shows it whole or not at all."""
        answer = self._ask("PUT", name, {"Content-Type": media_type, "Cache-Control": CACHE_CONTROL}, content)
        if answer.status != 200:
            refuse(answer, self.place.address, "書き込み")

    def holds(self, name: str, content: bytes) -> bool:
        """Ask for its mark, which is the MD5 of what was put whole; where it is something else, for the bytes."""
        answer = self._ask("HEAD", name)
        if answer.status == 404:
            return False
        if answer.status != 200:
            refuse(answer, self.place.address, "確認")
        # No secret hangs on it: it is how the storage itself names what it holds.
        mark = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if answer.headers.get("etag", "").strip('"') == mark:
            return True
        # With encryption by the partner's own key the mark is no MD5 at all.
        answer = self._ask("GET", name, bytes_max=len(content) + 1)
        return answer.status == 200 and answer.body == content

    def remove(self, name: str) -> None:
        """Delete the object; one that is not there counts as deleted."""
        answer = self._ask("DELETE", name)
        if answer.status not in (200, 204, 404):
            refuse(answer, self.place.address, "削除")

    def _ask(
        self, method: str, name: str, headers: dict[str, str] | None = None, body: bytes = b"", *, bytes_max: int = 0
    ) -> Answer:
        address = self.place.address + web_name(name)
        told = signed(
            method,
            address,
            headers or {},
            body,
            user=self.place.user,
            secret=self.place.secret,
            region=self.place.region,
            at=now(),
        )
        return ask(method, address, told, body if method == "PUT" else None, bytes_max=bytes_max)
