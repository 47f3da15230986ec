"""Taking in a telegram: the record, what it changes, and whether the desk has to prepare something."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from todoke.base import clock
from todoke.base.events import announce
from todoke.civic.emergency import telegrams
from todoke.civic.emergency.actions.hazards import is_out_of_date, locked_state, replace_state
from todoke.civic.emergency.events import TelegramTaken
from todoke.civic.emergency.models import HazardState, Telegram
from todoke.civic.emergency.queries.telegrams import codes_in_city
from todoke.civic.emergency.telegrams import AreaWarning, Family, Identity, NotATelegram
from todoke.civic.emergency.telegrams.schema import schema_in
from todoke.ground.audit.actions import record
from todoke.ground.files.actions import store

NAME_CHARACTERS_MAX = 255

# A clock may be wrong by minutes. A telegram from further ahead would shut out every true one that follows it.
AHEAD_MAX = timedelta(hours=1)

Standing, Preparation = Telegram.Standing, Telegram.Preparation


@dataclass(frozen=True)
class _Judgement:
    """What becomes of a telegram, and why where it changes nothing."""

    standing: Telegram.Standing
    reason: str = ""
    family: Family | None = None
    state: HazardState | None = None
    repeats: Telegram | None = None


def take_in(content: bytes, *, file_name: str, source: str) -> Telegram:
    """Keep these bytes, read them, and bring what is in force up to date: all of it or nothing, in one transaction.

    `source` is a Telegram.Source. The same bytes a second time give the first telegram and count as its copy. Nothing
    that can be kept is refused: what is no telegram is quarantined with the reason. Announces `TelegramTaken` after the
    commit. Raises OSError when the bytes cannot be written (disk full); try again later.
    """
    digest = hashlib.sha256(content).hexdigest()
    while True:
        first = _copy_of(digest)
        if first is not None:
            return first
        try:
            with transaction.atomic():
                return _take_in(content, digest, Path(file_name).name[:NAME_CHARACTERS_MAX], source)
        except IntegrityError as error:
            # Another process took in the same bytes, or the first telegram of the same state, in this very moment. The
            # next round finds them; any other violation is a fault of ours and is seen.
            if not any(name in str(error) for name in ("digest", "emergency_one_state_each")):
                raise


def mark_prepared(telegram_id: int) -> None:
    """Mark a telegram as dealt with by the desk: a draft was made, or nobody needs one any more."""
    Telegram.objects.filter(pk=telegram_id, preparation=Preparation.WAITING).update(preparation=Preparation.DONE)


def _copy_of(digest: str) -> Telegram | None:
    if not Telegram.objects.filter(digest=digest).update(copies=F("copies") + 1):
        return None
    return Telegram.objects.get(digest=digest)


def _take_in(content: bytes, digest: str, file_name: str, source: str) -> Telegram:
    received_at = clock.now()
    telegram = Telegram(
        digest=digest,
        document=store(content, name=file_name or digest[:12]),
        source=source,
        file_name=file_name,
        received_at=received_at,
        preparation=Preparation.NOT_NEEDED,
    )
    try:
        reading = telegrams.read(content, file_name, schema_in(settings.VAR / "jma-schema"))
    except NotATelegram as refusal:
        return _recorded(telegram, _Judgement(Standing.QUARANTINED, str(refusal)))
    ahead = reading.report_at - received_at
    if ahead > AHEAD_MAX:
        return _recorded(
            telegram,
            _Judgement(
                Standing.QUARANTINED,
                f"発表日時（{reading.report_time}）が受信より{ahead // timedelta(minutes=1)}分も先です。"
                "サーバーの時計か電文の日時が誤っています。",
            ),
        )
    _copy(reading, telegram)
    judgement = _judge(reading)
    _recorded(telegram, judgement)
    if judgement.standing == Standing.INTERPRETED and judgement.family is not None:
        _bring_up_to_date(reading, judgement.family, telegram, judgement.state)
    return telegram


def _judge(reading: telegrams.Telegram) -> _Judgement:
    first = Telegram.objects.filter(fingerprint=reading.fingerprint).order_by("pk").first()
    if first is not None:
        return _Judgement(Standing.DUPLICATE, "同じ内容の電文を先に受信しています。", repeats=first)
    family = telegrams.family_of(reading.title)
    if family is None or reading.reason is not None:
        return _Judgement(Standing.NOT_INTERPRETED, reading.reason or "")
    if family.identity is Identity.NEWS:
        return _Judgement(Standing.INTERPRETED, family=family)
    state = locked_state(reading, family)
    if is_out_of_date(reading, state):
        return _Judgement(
            Standing.OUT_OF_DATE, "同じ官署の、より新しい電文を先に受信しています。発表状況は変えていません。"
        )
    return _Judgement(Standing.INTERPRETED, " ".join(reading.doubts), family=family, state=state)


def _bring_up_to_date(
    reading: telegrams.Telegram, family: Family, telegram: Telegram, state: HazardState | None
) -> None:
    before: list[AreaWarning] = []
    if family.identity is not Identity.NEWS:
        before = replace_state(reading, family, telegram, state)
    # A transitional telegram is about this city only where it says something that no other family says.
    named = [row for row in reading.areas if not family.keeps or (row.kind_code and family.counts(row.kind_code))]
    if codes_in_city([*named, *before]):
        telegram.preparation = Preparation.WAITING
        telegram.save(update_fields=["preparation"])


def _copy(reading: telegrams.Telegram, telegram: Telegram) -> None:
    telegram.fingerprint = reading.fingerprint
    telegram.code = reading.code
    telegram.family = reading.family
    telegram.title = reading.title
    telegram.headline_title = reading.headline_title
    telegram.headline = reading.headline
    telegram.mode = reading.mode
    telegram.info_type = reading.info_type
    telegram.event_id = reading.event_id
    telegram.serial = reading.serial
    telegram.office = reading.publishing_office
    telegram.editorial_office = reading.editorial_office
    telegram.report_at = reading.report_at
    telegram.issued_at = reading.issued_at
    telegram.valid_until = reading.valid_until


def _recorded(telegram: Telegram, judgement: _Judgement) -> Telegram:
    telegram.standing = judgement.standing
    telegram.reason = judgement.reason
    telegram.repeats = judgement.repeats
    telegram.save(force_insert=True)
    record(
        "emergency.telegram-taken-in",
        on=telegram,
        by="intake",
        after={"standing": telegram.standing, "mode": telegram.mode, "code": telegram.code, "digest": telegram.digest},
    )
    announce(TelegramTaken(telegram.pk))
    return telegram
