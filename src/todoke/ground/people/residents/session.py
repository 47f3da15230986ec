"""The resident in a session: who it is and what they have shown, kept on the server.

Apart from Django's own sign-in, which is the staff's: nobody is both in one session.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest

from todoke.ground.people.models import Resident
from todoke.ground.people.residents.evidence import Shown, level_of, with_newest
from todoke.ground.people.rules import Level

RESIDENT = "people_resident"


def resident_in(session: Mapping[str, Any]) -> Resident | None:
    """The resident of this session; None where there is none, or where they have closed or ended it elsewhere."""
    kept = session.get(RESIDENT)
    if not isinstance(kept, dict):
        return None
    pk, generation = kept.get("id"), kept.get("generation")
    if not isinstance(pk, int) or not isinstance(generation, int):
        return None
    return Resident.objects.filter(pk=pk, generation=generation, closed_at__isnull=True).first()


def shown_in(session: Mapping[str, Any]) -> list[Shown]:
    """What was shown in this session."""
    kept = session.get(RESIDENT)
    if not isinstance(kept, dict):
        return []
    return [shown for each in kept.get("shown", ()) if (shown := Shown.from_json(each))]


def level_in(session: Mapping[str, Any], at: datetime, within_minutes: int | None = None) -> Level:
    """The level that this session has shown, or has shown within so many minutes."""
    return level_of(shown_in(session), at, within_minutes)


def enter(request: HttpRequest, resident: Resident, shown: Shown) -> None:
    """Let this resident into the session with what they have just shown.

    Another person's session ends first, with everything in it: a member of staff's, another resident's. The session
    gets a new key, so that one that somebody has planted beforehand is worth nothing (session fixation).
    """
    if request.user.is_authenticated:
        logout(request)
    kept = request.session.get(RESIDENT)
    known = shown_in(request.session)
    if kept and (kept.get("id") != resident.pk or kept.get("generation") != resident.generation):
        request.session.flush()
        known = []
    else:
        request.session.cycle_key()
    request.session[RESIDENT] = {
        "id": resident.pk,
        "generation": resident.generation,
        "shown": [each.as_json() for each in with_newest(known, shown)],
    }
    # Ends with the browser: many a resident sits at a computer of a library or a family.
    request.session.set_expiry(0)
    _look_again(request)


def leave(request: HttpRequest) -> None:
    """End the resident's session with everything in it."""
    request.session.flush()
    _look_again(request)


def keep_generation(request: HttpRequest, resident: Resident) -> None:
    """Go on in this session, alone, after the generation was raised."""
    kept = dict(request.session.get(RESIDENT) or {})
    if kept.get("id") == resident.pk:
        request.session[RESIDENT] = {**kept, "generation": resident.generation}


def forget_resident(request: HttpRequest, **kwargs: Any) -> None:
    """A member of staff signs in: the resident of this session goes (signal `user_logged_in`)."""
    del kwargs
    request.session.pop(RESIDENT, None)


def _look_again(request: HttpRequest) -> None:
    if renew := getattr(request, "renew_viewer", None):
        renew()
