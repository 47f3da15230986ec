"""Taking an answer, once for each invitation, and mixing it among the others."""

import json
import random
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from todoke.base.clock import in_japan
from todoke.civic.voices.models import Invitation, Mode, NamedAnswer, Survey, UnlinkableAnswer
from todoke.civic.voices.queries.surveys import context_of, form_of, hash_of, is_asked
from todoke.civic.voices.refusals import InvitationUsed, NotAsked, NotComplete
from todoke.civic.voices.rules.tables import Answer
from todoke.shared.paperwork.queries import usual_circumstances
from todoke.shared.paperwork.sheet import Sheet
from todoke.shared.paperwork.standing import standing_of

# So many others are put in again beside a new answer: it is one of fifty-one that bear the mark of the transaction.
OTHERS = 50


@transaction.atomic
def answer(survey: Survey, sheet: Sheet, *, token: str = "", at: datetime) -> None:
    """Keep what was answered, judged anew on this day; nothing comes back, so that nobody holds a key to it.

    `token` is that of the invitation. Raises NotAsked, InvitationUsed, NotComplete; then nothing is kept and the
    invitation is still good.
    """
    # Against the end of the survey at the same moment: whoever closes it holds the row.
    held = Survey.objects.select_for_update(of=("self",), no_key=True).get(pk=survey.pk)
    today = in_japan(at).date()
    if not is_asked(held, today):
        raise NotAsked
    document, logic = form_of(survey)
    standing = standing_of(document, logic, sheet, usual_circumstances(today))
    if not standing.is_complete:
        raise NotComplete
    invitation = _use(survey, token, at) if survey.mode == Mode.INVITED or token else None
    told = Answer(frozenset(question.key for question in standing.questions), standing.values)
    plain = json.dumps(told.as_json(), ensure_ascii=False, sort_keys=True).encode()
    sealed = survey.custody.seal(plain, context=context_of(survey))
    if survey.is_unlinkable:
        _put_in(survey, [sealed], UnlinkableAnswer.objects.filter(survey=survey).order_by("?")[:OTHERS])
    else:
        NamedAnswer.objects.create(survey=survey, invitation=invitation, answered_on=today, sealed=sealed)


def _use(survey: Survey, token: str, at: datetime) -> Invitation:
    # One statement asks and marks: of two browsers with the same link, one finds nothing left to mark.
    mine = Invitation.objects.filter(survey=survey, token_hash=hash_of(token))
    if not mine.filter(used_on__isnull=True).update(used_on=in_japan(at).date()):
        raise InvitationUsed
    return mine.get()


def mix_all(survey: Survey) -> None:
    """Put all unlinkable answers in again, in random order and under new numbers. Within a transaction."""
    _put_in(survey, [], UnlinkableAnswer.objects.filter(survey=survey))


def _put_in(survey: Survey, new: list[bytes], others: Iterable[UnlinkableAnswer]) -> None:
    taken = list(others)
    UnlinkableAnswer.objects.filter(pk__in=[row.pk for row in taken]).delete()
    sealed = [*new, *(bytes(row.sealed) for row in taken)]
    random.SystemRandom().shuffle(sealed)
    UnlinkableAnswer.objects.bulk_create(
        [UnlinkableAnswer(id=uuid.uuid4(), survey=survey, sealed=each) for each in sealed], batch_size=500
    )
