"""A mirror that takes files by HTTP PUT (RFC 9110, 9.3.4), with folders made by MKCOL where it is WebDAV (RFC 4918)."""

import base64
from urllib.parse import urlsplit

from todoke.shared.messaging.channels.connection import Answer
from todoke.shared.mirrors.carriers.web import CACHE_CONTROL, ask, refuse
from todoke.shared.mirrors.rules import Place, web_name


class PutCarrier:
    """Puts files below an address, with a bearer token (a user alone) or with basic authentication (user, password)."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def put(self, name: str, content: bytes, media_type: str) -> None:
        """Put the file; where its folder is missing, make the folders and put it again."""
        headers = {"Content-Type": media_type, "Cache-Control": CACHE_CONTROL}
        answer = self._ask("PUT", name, headers, content)
        # RFC 4918, 9.7.1: a PUT into a collection that is not there is a conflict; some say “not found”.
        if answer.status in (404, 409) and "/" in name:
            self._make_folders(name)
            answer = self._ask("PUT", name, headers, content)
        if not 200 <= answer.status <= 299:
            refuse(answer, self.place.address, "書き込み")

    def holds(self, name: str, content: bytes) -> bool:
        """Read it back where it was put."""
        answer = self._ask("GET", name, {"Cache-Control": "no-cache"}, bytes_max=len(content) + 1)
        if answer.status in (404, 410):
            return False
        if answer.status != 200:
            refuse(answer, self.place.address, "確認")
        return answer.body == content

    def remove(self, name: str) -> None:
        """Delete the file; one that is not there counts as deleted."""
        answer = self._ask("DELETE", name)
        if not 200 <= answer.status <= 299 and answer.status not in (404, 410):
            refuse(answer, self.place.address, "削除")

    def _make_folders(self, name: str) -> None:
        steps = name.split("/")[:-1]
        for count in range(1, len(steps) + 1):
            # 405: it is there already (RFC 4918, 9.3.1). Any other refusal shows at the PUT that follows.
            self._ask("MKCOL", "/".join(steps[:count]) + "/")

    def _ask(
        self,
        method: str,
        name: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        *,
        bytes_max: int = 0,
    ) -> Answer:
        address = self.place.address + web_name(name)
        told = {"Host": urlsplit(address).netloc, **self._proof(), **(headers or {})}
        return ask(method, address, told, body, bytes_max=bytes_max)

    def _proof(self) -> dict[str, str]:
        user, secret = self.place.user, self.place.secret
        if user and secret:
            return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}
        return {"Authorization": f"Bearer {user}"} if user else {}
