"""Bringing what an office has in force up to date with its latest telegram."""

from datetime import timedelta
from typing import Any

from todoke.base import clock
from todoke.civic.emergency import telegrams
from todoke.civic.emergency.models import HazardState, HazardWarning, Telegram
from todoke.civic.emergency.queries.telegrams import reading_of
from todoke.civic.emergency.telegrams import AreaWarning, Family, Identity, order_of
from todoke.civic.emergency.telegrams.telegram import CANCELLED


def locked_state(reading: telegrams.Telegram, family: Family) -> HazardState | None:
    """The state that this telegram would replace, locked until the transaction ends; None where it is the first."""
    return HazardState.objects.select_for_update().filter(**_key(reading, family)).first()


def is_out_of_date(reading: telegrams.Telegram, state: HazardState | None) -> bool:
    """Whether a later telegram has been taken in already. An equally late one is not older: it replaces."""
    return state is not None and order_of(reading) < state.order


def replace_state(
    reading: telegrams.Telegram, family: Family, telegram: Telegram, state: HazardState | None
) -> list[AreaWarning]:
    """Put this telegram's full state in the place of the one before; gives the rows that stood there until now.

    To be called with the state locked, in the transaction that writes the telegram. A cancellation takes back what the
    event said; where the office's telegrams know no events, what the telegram before had said is in force again.
    """
    before = list(state.warnings.all()) if state else []
    cancelled = reading.info_type == CANCELLED
    rows = _rows_after_cancellation(reading, telegram) if cancelled else reading.areas
    expires_at = clock.now() + timedelta(hours=family.valid_hours)
    if reading.valid_until is not None:
        expires_at = min(expires_at, reading.valid_until)
    state, _ = HazardState.objects.update_or_create(
        **_key(reading, family),
        defaults={
            "telegram": telegram,
            "report_at": reading.report_at,
            "order": order_of(reading),
            "withdrawn": cancelled,
            "expires_at": expires_at,
        },
    )
    since = {(row.scheme, row.area_code, row.kind_code, row.name): row.since_at for row in before}
    state.warnings.all().delete()
    HazardWarning.objects.bulk_create(
        HazardWarning(
            state=state,
            mode=state.mode,
            family=state.family,
            office=state.office,
            phenomenon=row.phenomenon,
            scheme=row.scheme,
            area_code=row.code,
            area_name=row.name,
            kind_code=row.kind_code,
            name=row.kind,
            level=row.level,
            since_at=since.get((row.scheme, row.code, row.kind_code, row.kind), reading.report_at),
            report_at=reading.report_at,
            expires_at=expires_at,
            doubt=row.doubt,
            telegram=telegram,
        )
        for row in _each_once(rows, family)
    )
    return [AreaWarning(row.area_code, row.area_name, row.scheme, row.kind_code, row.name) for row in before]


def _key(reading: telegrams.Telegram, family: Family) -> dict[str, Any]:
    return {
        "mode": reading.mode,
        "family": family.key,
        "office": reading.publishing_office,
        "event_id": reading.event_id if family.identity is Identity.EVENT else "",
    }


def _rows_after_cancellation(reading: telegrams.Telegram, telegram: Telegram) -> tuple[AreaWarning, ...]:
    # Weather telegrams carry no EventID and say the whole state. To take one back is not to say that nothing is in
    # force: the state before it holds again, until the office sends the right one.
    if reading.event_id:
        return ()
    announced = (
        Telegram.objects.filter(
            standing=Telegram.Standing.INTERPRETED,
            mode=telegram.mode,
            family=telegram.family,
            office=telegram.office,
            report_at__lte=reading.report_at,
        )
        .exclude(info_type=CANCELLED)
        .order_by("-report_at", "-issued_at", "-pk")
    )
    before = announced[1:2]
    return reading_of(before[0]).areas if before else ()


def _each_once(rows: tuple[AreaWarning, ...], family: Family) -> list[AreaWarning]:
    # A telegram may name the same kind twice for one area: two craters of a volcano, two gauges of a river.
    once: dict[tuple[str, str, str, str], AreaWarning] = {}
    for row in rows:
        if row.in_force and family.counts(row.kind_code):
            once.setdefault((row.scheme, row.code, row.kind_code, row.kind), row)
    return list(once.values())
