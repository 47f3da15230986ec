"""取消の一覧: what this city has taken back, signed, in its public folder and as a file."""

import logging
from pathlib import Path
from typing import Any

from django.conf import settings

from todoke.base.clock import now
from todoke.ground.places.queries import the_city
from todoke.shared.delegation.keyring import newest_keys
from todoke.shared.delegation.models import Grant, GrantState
from todoke.shared.delegation.sealed_file import Kind, sign_file
from todoke.shared.delegation.trouble import NoKeys
from todoke.shared.messaging.public_files import bring_about, locked

log = logging.getLogger(__name__)
NAME = "revoked.json"


def delegation_root() -> Path:
    """The public folder of this room: the list of revocations, and the pages on which we speak for others."""
    return Path(settings.PUBLIC_ROOT) / "on-behalf"


def revocations_file() -> bytes:
    """The signed list; nothing on it that is a secret. Raises NoKeys."""
    city = the_city()
    if city is None:
        raise NoKeys
    taken_back = Grant.objects.filter(state=GrantState.REVOKED).order_by("ended_at", "pk")
    body: dict[str, Any] = {
        "code": city.code,
        "city": city.name,
        "made_at": now().isoformat(),
        "revoked": [
            {"key": str(key), "revoked_at": ended_at.isoformat()}
            for key, ended_at in taken_back.values_list("key", "ended_at")
            if ended_at is not None
        ],
    }
    return sign_file(Kind.REVOCATIONS, body, keys=newest_keys())


def write_revocations() -> None:
    """Bring the list in the public folder to what the rows say. A full disk is no reason to undo a revocation."""
    root = delegation_root()
    try:
        with locked(root):
            bring_about(root, {NAME: revocations_file()})
    except OSError:
        log.exception("delegation.revocations-not-written")
