"""Letters to one person about their own matter: written once, sent soon, forgotten when they have left."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.jobs import Lane, enqueue
from todoke.base.sealing import open_sealed, seal
from todoke.shared.messaging.models import Letter
from todoke.shared.messaging.rules import LADDER
from todoke.shared.messaging.types import LetterState, Text

SEALED_AS = b"messaging.letter"
LEASE_MARGIN = timedelta(seconds=10)
BATCH = 20

NO_ANSWER = _("時間内に応答がありませんでした。")
TIME_IS_UP = _("有効期限までに届けられませんでした。")


def post(text: Text, *, key: str, channel: str, expires_at: datetime, at: datetime) -> Letter:
    """Have a letter sent, with the surrounding transaction; the same `key` never makes a second one.

    `key` names the occasion (`subscriptions.request:17`) and holds no personal data. `channel` is a channel that takes
    letters, such as messaging.mail. The text is sealed until the letter has ended, and then wiped.
    """
    letter, _made = Letter.objects.get_or_create(
        key=key,
        defaults={
            "channel": channel,
            "sealed": seal(json.dumps(asdict(text)).encode(), context=SEALED_AS),
            "due_at": at,
            "expires_at": expires_at,
            "created_at": at,
        },
    )
    enqueue("messaging.dispatch", lane=Lane.NORMAL, once="messaging.dispatch-normal")
    return letter


@transaction.atomic
def claim(*, seconds: float, at: datetime) -> list[tuple[Letter, Text]]:
    """Take letters that are due, for so many seconds; those whose worker died are taken up again."""
    _give_back_lapsed(at)
    due = Letter.objects.select_for_update(skip_locked=True).filter(state=LetterState.PLANNED, due_at__lte=at)
    letters = list(due.order_by("due_at")[:BATCH])
    for letter in letters:
        letter.state = LetterState.LEASED
        letter.tries += 1
        letter.leased_until = at + timedelta(seconds=seconds) + LEASE_MARGIN
        letter.save(update_fields=["state", "tries", "leased_until"])
    return [(letter, Text(**json.loads(open_sealed(bytes(letter.sealed), context=SEALED_AS)))) for letter in letters]


def _give_back_lapsed(at: datetime) -> None:
    # A letter carries the same Message-ID at every try, so a repeat is recognised.
    Letter.objects.filter(state=LetterState.LEASED, leased_until__lt=at).update(
        state=LetterState.PLANNED, leased_until=None, due_at=at, says=str(NO_ANSWER)
    )
    Letter.objects.filter(state=LetterState.PLANNED, expires_at__lte=at).update(
        state=LetterState.EXPIRED, sealed=b"", settled_at=at, says=str(TIME_IS_UP)
    )


def settle(letter: Letter, state: LetterState, says: str, *, at: datetime) -> None:
    """Write down how a try ended; PLANNED means again, a rung later. An ended letter is wiped."""
    held = Letter.objects.filter(pk=letter.pk, state=LetterState.LEASED, tries=letter.tries)
    if state == LetterState.PLANNED:
        pause = timedelta(seconds=LADDER[min(letter.tries, len(LADDER) - 1)])
        held.update(state=state, leased_until=None, due_at=at + pause, says=says[:500])
        return
    held.update(state=state, leased_until=None, sealed=b"", settled_at=at, says=says[:500])


def forget(*, before: datetime) -> int:
    """Remove letters that ended before then; how many."""
    ended = Letter.objects.filter(settled_at__lt=before)
    return int(ended.delete()[0])
