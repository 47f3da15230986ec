"""Correspondence between a resident and the office about a case."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from todoke.base.events import announce
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.recording import Actor, actor_of, lock_case, locked, write
from todoke.shared.casework.actions.refusals import LetterIsEmpty, NotAllowed
from todoke.shared.casework.events import MessageWritten
from todoke.shared.casework.models import Case, Letter
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
    return post_letter(case, body, is_from_resident=By.STAFF not in roles, by=actor_of(viewer), once=once, at=at)


def post_letter(case: Case, body: str, *, is_from_resident: bool, by: Actor, once: UUID, at: datetime) -> Letter:
    """Put a letter into a locked case, for whoever has been let in already. Raises LetterIsEmpty."""
    known = case.letters.filter(once=once).first()
    if known is not None:
        return known
    body = body.strip()
    if not 1 <= len(body) <= LETTERS_MAX:
        raise LetterIsEmpty
    event = write(case, What.MESSAGE, {"from_resident": is_from_resident}, by=by, at=at)
    letter = Letter.objects.create(
        case=case,
        is_from_resident=is_from_resident,
        author_id=by.account_id,
        seq=event.seq,
        written_at=at,
        body=hide(case, body),
        once=once,
    )
    announce(MessageWritten(case.pk, letter.pk, is_from_resident))
    return letter


@transaction.atomic
def write_from_house(case_id: int, body: str, *, by: str, once: UUID, at: datetime) -> Letter | None:
    """Have the house itself write to the resident about a case: `by` names the machine part. None where this letter,
    by its `once`, was written before. Raises NoSuchCase, LetterIsEmpty.
    """
    case = lock_case(case_id)
    if case.letters.filter(once=once).exists():
        return None
    return post_letter(case, body, is_from_resident=False, by=Actor(by), once=once, at=at)
