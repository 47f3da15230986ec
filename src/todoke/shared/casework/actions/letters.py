"""Correspondence between a resident and the office about a case."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from todoke.base.events import announce
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.recording import actor_of, locked, write
from todoke.shared.casework.actions.refusals import LetterIsEmpty, NotAllowed
from todoke.shared.casework.events import MessageWritten
from todoke.shared.casework.models import Letter
from todoke.shared.casework.private import hide
from todoke.shared.casework.queries.cases import roles_of
from todoke.shared.casework.rules.document import By
from todoke.shared.casework.rules.history import What

LETTERS_MAX = 4000


@transaction.atomic
def write_letter(key: UUID | str, body: str, *, viewer: Viewer, once: UUID, at: datetime) -> Letter:
    """Write about a case to the other side. `once` comes from the page: the same letter sent twice is one.

    Also after the end of a case: somebody may ask what was meant. Raises NoSuchCase, NotAllowed, LetterIsEmpty.
    """
    case = locked(viewer, key)
    roles = roles_of(viewer, case)
    if not roles:
        raise NotAllowed
    known = case.letters.filter(once=once).first()
    if known is not None:
        return known
    body = body.strip()
    if not 1 <= len(body) <= LETTERS_MAX:
        raise LetterIsEmpty
    is_from_resident = By.STAFF not in roles
    event = write(case, What.MESSAGE, {"from_resident": is_from_resident}, by=actor_of(viewer), at=at)
    letter = Letter.objects.create(
        case=case,
        is_from_resident=is_from_resident,
        author_id=viewer.account_id,
        seq=event.seq,
        written_at=at,
        body=hide(case, body),
        once=once,
    )
    announce(MessageWritten(case.pk, letter.pk, is_from_resident))
    return letter
