"""Where sessions are kept: in Django's own table, with half of its questions."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.utils.crypto import get_random_string

from todoke.base.clock import now
from todoke.base.prepared import Prepared, insert

_LIVE = Prepared(lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at))


class SessionStore(db.SessionStore):
    """As Django's; the name is the one that SESSION_ENGINE asks for."""

    def _get_session_from_db(self) -> Session | None:
        found = _LIVE.first(self.session_key, now())
        if found is None:
            self._session_key = None
        return found

    def save(self, must_create: bool = False) -> None:
        """As Django's; a new session is one statement. Raises CreateError where `must_create` and it is there."""
        if not must_create:
            super().save()
            return
        told = self._get_session(no_load=True)  # type: ignore[attr-defined]
        try:
            insert(self.create_model_instance(told))
        except IntegrityError as error:
            raise CreateError from error

    def _get_new_session_key(self) -> str:
        # 165 bits of chance; `create` refuses a key that is there already, so nobody has to ask for it first.
        return get_random_string(32, VALID_KEY_CHARS)
