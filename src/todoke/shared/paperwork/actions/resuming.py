"""Coming back to a draft: a code that is printed in groups, and a second thing that only its owner knows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.calendar import UnreadableDate, read_date
from todoke.base.refusals import Refusal
from todoke.base.sealing import keyed_hash
from todoke.ground.audit.actions import record
from todoke.shared.paperwork.actions.responses import AlreadyHandedIn
from todoke.shared.paperwork.fields.reading import narrow
from todoke.shared.paperwork.models import Response, ResponseState, Secret
from todoke.shared.paperwork.rules import RESUME_LETTERS, in_groups, is_good_pin, new_code, read_code, shut_minutes

CODE, SECOND = "paperwork resume code", "paperwork second thing"


class CannotResume(Refusal):
    """The draft was not opened; the text is fit for the screen and never says which of the two was wrong."""

    says = _("番号か、もう一つの答えが違います。紙や画面のとおりに、もう一度入れてください。")


class ShutForNow(CannotResume):
    """Too many wrong tries; it opens by itself."""

    says = _("間違いが続いたため、しばらく開けません。%(minutes)s分ほど待ってから、もう一度入れてください。")

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__()
        self.until = until
        self.minutes = max(1, round((until - at).total_seconds() / 60))

    def __str__(self) -> str:
        return str(self.says) % {"minutes": self.minutes}


class WeakSecond(ValueError):
    """The second thing cannot be used: no date, or a number that anybody would try first."""

    says: str | Promise = _("生年月日として読めません。例：昭和30年4月1日")

    def __init__(self, kind: Secret) -> None:
        super().__init__()
        if kind == Secret.PIN:
            self.says = _("4文字から12文字までの、当てられにくい番号にしてください。1234や0000は使えません。")

    def __str__(self) -> str:
        return str(self.says)


@transaction.atomic
def give_code(response: Response, *, second_kind: Secret, second: str, at: datetime) -> str:
    """A new code for this draft, in groups, to be shown once; an earlier one ends. Only hashes are kept.

    `second`: a date of birth in any notation, or a number chosen by its owner. Raises WeakSecond, AlreadyHandedIn.
    """
    told = _normal(second_kind, second)
    if told is None:
        raise WeakSecond(second_kind)
    held = Response.objects.select_for_update().get(pk=response.pk)
    if held.state not in (ResponseState.DRAFT, ResponseState.SUBMITTED):
        raise AlreadyHandedIn
    code = new_code(RESUME_LETTERS)
    held.resume_hash = keyed_hash(code, purpose=CODE)
    held.second_kind, held.second_hash = second_kind, _hash(held, told)
    held.failed_tries, held.shut_until, held.touched_at = 0, None, at
    held.save(update_fields=["resume_hash", "second_kind", "second_hash", "failed_tries", "shut_until", "touched_at"])
    record("paperwork.code-given", on=held, by="resident")
    return in_groups(code)


def find_by_code(code: str, second: str, *, at: datetime) -> Response:
    """The draft of this code and second thing. Raises CannotResume, or ShutForNow after five wrong tries.

    The count of wrong tries is kept even though the caller is refused: so this is no part of another transaction.
    """
    response, trouble = _tried(code, second, at)
    if response is None:
        raise trouble
    return response


@transaction.atomic
def _tried(code: str, second: str, at: datetime) -> tuple[Response | None, CannotResume]:
    found = keyed_hash(read_code(code), purpose=CODE)
    held = Response.objects.select_for_update().filter(resume_hash=found).first()
    if held is None:
        return None, CannotResume()
    if held.shut_until and held.shut_until > at:
        return None, ShutForNow(held.shut_until, at)
    told = _normal(Secret(held.second_kind), second)
    if told is not None and bytes(held.second_hash or b"") == _hash(held, told):
        held.failed_tries, held.shut_until = 0, None
        held.save(update_fields=["failed_tries", "shut_until"])
        record("paperwork.resumed", on=held, by="resident")
        return held, CannotResume()
    held.failed_tries += 1
    if minutes := shut_minutes(held.failed_tries):
        held.shut_until = at + timedelta(minutes=minutes)
    held.save(update_fields=["failed_tries", "shut_until"])
    return None, CannotResume()


def _normal(kind: Secret, second: str) -> str | None:
    """The second thing in one form, however it is written; None where it is none."""
    if kind == Secret.BIRTH_DATE:
        try:
            day = read_date(second).date
        except UnreadableDate:
            return None
        return day.isoformat() if day else None
    pin = narrow(second).replace(" ", "").casefold()
    return pin if kind == Secret.PIN and is_good_pin(pin) else None


def _hash(response: Response, told: str) -> bytes:
    # Bound to its draft: equal birthdays do not show in the table.
    return keyed_hash(f"{response.key}:{told}", purpose=SECOND)
