"""The way back: from a door that asked for more, over signing in, to exactly where one was, with nothing lost.

It is kept in the session and named in the address by a random word. No address ever says where to go next, so nobody
can send a resident elsewhere with a link of ours. A form that was sent to the door is kept sealed and offered again.
"""

import base64
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from todoke.base.clock import now
from todoke.base.sealing import CannotOpen, open_sealed, seal
from todoke.ground.people.residents.session import level_in
from todoke.ground.people.rules import Level

WAYS = "people_ways"
SEALED_AS = b"people.kept-form"
WAYS_MAX = 8
# A form with long answers has some 20 kB; files are not kept.
FORM_BYTES_MAX = 300_000
CLAIMS = ("name", "address", "birthdate", "gender")


@dataclass(frozen=True)
class Way:
    """Where somebody wanted to go, and what the door there asks: level, its age, facts of a provider."""

    word: str
    path: str
    level: int = 1
    within_minutes: int | None = None
    claims: tuple[str, ...] = ()
    form: str = ""

    def is_open_to(self, session: SessionBase) -> bool:
        """Whether this session now has what the door asks."""
        return level_in(session, now(), self.within_minutes) >= self.level

    def fields(self) -> list[tuple[str, str]]:
        """The form that was sent to the door, to be sent again; empty where a page was only opened."""
        if not self.form:
            return []
        try:
            plain = open_sealed(base64.b64decode(self.form), context=SEALED_AS)
        except (CannotOpen, ValueError):
            return []
        return [(name, value) for name, value in json.loads(plain)]


def need_level(
    request: HttpRequest, level: Level, *, within_minutes: int | None = None, claims: Iterable[str] = ()
) -> HttpResponseRedirect | None:
    """What a view calls for a level that its record names: None when all is well, else the answer to give.

    `claims` are the facts (of CLAIMS) that the procedure needs from a provider. Example, in a view of a procedure:
    `if detour := need_level(request, procedure.level): return detour`.
    """
    viewer = getattr(request, "viewer", None)
    if level <= Level.NONE or (
        viewer is not None and viewer.is_resident and level_in(request.session, now(), within_minutes) >= level
    ):
        return None
    return send_to_sign_in(request, level, within_minutes=within_minutes, claims=claims)


def send_to_sign_in(
    request: HttpRequest, level: int, *, within_minutes: int | None = None, claims: Iterable[str] = ()
) -> HttpResponseRedirect:
    """To the choice of means, with the way back kept."""
    way = Way(
        word=secrets.token_urlsafe(9),
        path=request.get_full_path() if request.method in ("GET", "HEAD", "POST") else request.path,
        level=int(level),
        within_minutes=within_minutes,
        claims=tuple(claim for claim in CLAIMS if claim in set(claims)),
        form=_kept(request),
    )
    _store(request.session, way)
    return HttpResponseRedirect(f"{reverse('people:sign-in')}?{urlencode({'way': way.word})}")


def way_named(session: SessionBase, word: str) -> Way | None:
    """The way that this session keeps under this word."""
    kept = session.get(WAYS)
    found = kept.get(word) if isinstance(kept, dict) else None
    if not isinstance(found, dict):
        return None
    return Way(**{**found, "claims": tuple(found.get("claims", ()))})


def carry_over(session: SessionBase, way: Way | None) -> None:
    """Put the way into a session that was begun anew."""
    if way is not None:
        _store(session, way)


def done(session: SessionBase, way: Way) -> None:
    """Forget a way that was gone."""
    session[WAYS] = {word: each for word, each in session.get(WAYS, {}).items() if word != way.word}


def _store(session: SessionBase, way: Way) -> None:
    kept: dict[str, Any] = {**session.get(WAYS, {}), way.word: asdict(way)}
    session[WAYS] = dict(list(kept.items())[-WAYS_MAX:])


def _kept(request: HttpRequest) -> str:
    if request.method != "POST":
        return ""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
        if isinstance(value, str)
    ]
    plain = json.dumps(fields).encode()
    return base64.b64encode(seal(plain, context=SEALED_AS)).decode() if len(plain) <= FORM_BYTES_MAX else ""
