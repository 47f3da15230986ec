"""What the simulated networks answer: the parts of their interfaces that we use, with their own words and limits.

Sources: docs.x.com (create and delete posts, counting characters, rate limits), docs.joinmastodon.org (statuses,
instance), developers.facebook.com (pages, error codes), all read in November 2026.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature

from todoke.shared.messaging.simulators.reply import Reply
from todoke.shared.social.channels import facebook, mastodon, x
from todoke.shared.social.simulators.timeline import Post, Timeline

# The four words that the simulated X knows; whoever signs with others is refused.
WORDS = {name: f"simulated-{name}" for name in x.OAUTH1}
TOKEN = "simulator"  # noqa: S105 - what the simulators take, and nobody else
NOT_FOUND = Reply(404, {"error": "Record not found"})


class XSimulator:
    """X: `POST /2/tweets`, `DELETE /2/tweets/:id`, `GET /2/users/me`; the same text twice is refused."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, url: str) -> Reply:
        """Take one call; `url` is the address as the caller signed it."""
        if path == "/2/openapi.json":
            return Reply(200, {"openapi": "3.0.0"})
        if not _knows(headers.get("authorization", ""), method, url):
            return Reply(401, {"title": "Unauthorized", "status": 401, "detail": "Unauthorized"})
        if (method, path) == ("GET", "/2/users/me"):
            return Reply(200, {"data": {"id": "1", "name": "simulator", "username": "simulator"}})
        if (method, path) == ("POST", "/2/tweets"):
            return self._post(body)
        found = re.fullmatch(r"/2/tweets/(\d+)", path)
        if method == "DELETE" and found:
            gone = self.timeline.delete(found[1])
            return Reply(200, {"data": {"deleted": True}}) if gone else _x_trouble(404, "Not Found", "no such post")
        return _x_trouble(404, "Not Found", path)

    def _post(self, body: bytes) -> Reply:
        request = _object(body)
        text, reply = request.get("text"), request.get("reply") or {}
        if not isinstance(text, str) or not text or not isinstance(reply, dict):
            return _x_trouble(400, "Invalid Request", "One or more parameters to your request was invalid.")
        if x.weight(text) > x.WEIGHT_MAX:
            return _x_trouble(403, "Forbidden", "Your Tweet text is too long. You are not permitted to do this.")
        answered = str(reply.get("in_reply_to_tweet_id", ""))
        if answered and not self.timeline.find(answered):
            return _x_trouble(403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible.")

        def keep() -> Post | None:
            return None if self.timeline.says("x", text) else self.timeline.add("x", text, reply_to=answered)

        post = self.timeline.once(keep)
        if post is None:
            detail = "You are not allowed to create a Tweet with duplicate content."
            return _x_trouble(403, "Forbidden", detail)
        return Reply(201, {"data": {"id": post.number, "text": text}})


class MastodonSimulator:
    """A Mastodon server: statuses are posted, edited, deleted; a repeated Idempotency-Key gets the first status."""

    def __init__(self, timeline: Timeline, *, characters_max: int = mastodon.CHARACTERS_MAX) -> None:
        self.timeline = timeline
        self.characters_max = characters_max

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, url: str) -> Reply:  # noqa: ARG002, PLR0911 - one line an address
        """Take one call."""
        if path in ("/api/v1/instance", "/api/v2/instance"):
            limits = {"statuses": {"max_characters": self.characters_max, "characters_reserved_per_url": 23}}
            return Reply(200, {"domain": "simulator", "version": "4.4.0", "configuration": limits})
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"error": "The access token is invalid"})
        if path == "/api/v1/accounts/verify_credentials":
            return Reply(200, {"id": "1", "username": "simulator", "acct": "simulator"})
        if (method, path) == ("POST", "/api/v1/statuses"):
            return self._post(_fields(headers, body), headers.get("idempotency-key", ""))
        found = re.fullmatch(r"/api/v1/statuses/(\d+)", path)
        if not found:
            return NOT_FOUND
        if method == "PUT":
            text = str(_fields(headers, body).get("status", ""))
            if trouble := self._trouble(text):
                return trouble
            return _status(self.timeline.edit(found[1], text))
        return _status(self.timeline.delete(found[1]) if method == "DELETE" else self.timeline.find(found[1]))

    def _post(self, request: Mapping[str, Any], key: str) -> Reply:
        text, answered = str(request.get("status", "")), str(request.get("in_reply_to_id") or "")
        if trouble := self._trouble(text):
            return trouble
        if answered and not self.timeline.find(answered):
            return NOT_FOUND

        def keep() -> Post | None:
            known = self.timeline.with_key(key)
            return known or self.timeline.add(
                "mastodon",
                text,
                key=key,
                reply_to=answered,
                visibility=str(request.get("visibility") or ""),
                language=str(request.get("language") or ""),
            )

        return _status(self.timeline.once(keep))

    def _trouble(self, text: str) -> Reply | None:
        if not text.strip():
            return Reply(422, {"error": "Validation failed: Text can't be blank"})
        if mastodon.length(text) > self.characters_max:
            says = f"Validation failed: Text character limit of {self.characters_max} exceeded"
            return Reply(422, {"error": says})
        return None


class FacebookSimulator:
    """A Facebook page: `POST /{page}/feed`, `POST /{post}`, `DELETE /{post}`; the same text twice is refused (506)."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, url: str) -> Reply:  # noqa: ARG002 - one contract
        """Take one call."""
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return _facebook_trouble(190, "Invalid OAuth access token.")
        if method == "GET" and path.partition("?")[0] == "/me":
            return Reply(200, {"id": "100000000000001"})
        text = str(_fields(headers, body).get("message", ""))
        if method == "POST" and (found := re.fullmatch(r"/(\d+)/feed", path)):
            return self._post(found[1], text)
        found = re.fullmatch(r"/(?:\d+_)?(\d+)", path)
        if not found or method not in ("POST", "DELETE"):
            return _facebook_trouble(facebook.GONE, "Unsupported request")
        changed = self.timeline.edit(found[1], text) if method == "POST" else self.timeline.delete(found[1])
        if changed is None:
            return _facebook_trouble(facebook.GONE, "Object does not exist")
        return Reply(200, {"success": True})

    def _post(self, page: str, text: str) -> Reply:
        if not text or len(text) > facebook.CHARACTERS_MAX:
            return _facebook_trouble(facebook.GONE, "Invalid parameter: message")

        def keep() -> Post | None:
            return None if self.timeline.says(page, text) else self.timeline.add(page, text)

        post = self.timeline.once(keep)
        if post is None:
            return _facebook_trouble(facebook.DUPLICATE, "Duplicate status message")
        return Reply(200, {"id": f"{page}_{post.number}"})


class AppriseSimulator:
    """Whatever apprise sends: its own JSON to a plain web server (https://github.com/caronc/apprise/wiki)."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, url: str) -> Reply:  # noqa: ARG002 - one contract
        """Keep the message."""
        message = _object(body).get("message")
        if method != "POST" or not isinstance(message, str):
            return Reply(400, {"error": "no message of apprise"})
        self.timeline.add(path.strip("/") or "apprise", message)
        return Reply(200, {"status": "ok"})


def _knows(authorization: str, method: str, url: str) -> bool:
    """Whether the caller is ours: by the token, or by a signature of OAuth 1.0a that holds."""
    if not authorization.startswith("OAuth "):
        return authorization == f"Bearer {TOKEN}"
    given = signature.collect_parameters(headers={"Authorization": authorization}, exclude_oauth_signature=False)
    named = dict(given)
    if named.get("oauth_consumer_key") != WORDS["consumer_key"] or named.get("oauth_token") != WORDS["token"]:
        return False
    request = Request(url, http_method=method, headers={"Authorization": authorization})
    request.params = [(name, value) for name, value in given if name != "oauth_signature"]
    request.signature = named.get("oauth_signature", "")
    return bool(signature.verify_hmac_sha1(request, WORDS["consumer_secret"], WORDS["token_secret"]))


def _x_trouble(status: int, title: str, detail: str) -> Reply:
    return Reply(status, {"title": title, "status": status, "detail": detail, "type": "about:blank"})


def _facebook_trouble(code: int, message: str) -> Reply:
    return Reply(400, {"error": {"message": message, "type": "OAuthException", "code": code}})


def _status(post: Post | None) -> Reply:
    if post is None:
        return NOT_FOUND
    return Reply(
        200,
        {
            "id": post.number,
            "created_at": post.posted_at,
            "edited_at": post.edited_at or None,
            "in_reply_to_id": post.reply_to or None,
            "visibility": post.visibility,
            "language": post.language or None,
            "content": post.text,
            "url": f"http://simulator.invalid/@simulator/{post.number}",
        },
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _fields(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """A form or JSON: these interfaces take both."""
    if "json" in headers.get("content-type", ""):
        return _object(body)
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
