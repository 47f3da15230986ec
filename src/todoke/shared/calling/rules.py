"""Pure decisions of a round: whose turn it is, whether the rule is met, when the named post is rung."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Rule(TextChoices):
    """When a tree counts as told."""

    ALL = "all", _("全員に伝わったら")
    ANY = "any", _("だれか1人に伝わったら")
    COUNT = "count", _("決めた人数に伝わったら")


class CallState(TextChoices):
    """Where one call stands."""

    OPEN = "open", _("電話する")
    TOLD = "told", _("伝えました")
    UNREACHED = "unreached", _("つながりませんでした")
    LAPSED = "lapsed", _("時間内に記録がありません")
    NEEDLESS = "needless", _("電話は要らなくなりました")


class RingState(TextChoices):
    """Where the machine stands with one person. `leaving`: it is being ordered, or nobody knows how that ended."""

    PLANNED = "planned", _("これから自動電話")
    LEAVING = "leaving", _("自動電話を依頼中")
    ORDERED = "ordered", _("自動電話中")
    CONFIRMED = "confirmed", _("自動電話で確認（1を押しました）")
    HEARD = "heard", _("自動電話に出ましたが、1を押していません")
    BUSY = "busy", _("自動電話は話し中")
    NO_ANSWER = "no-answer", _("自動電話に出ません")
    NO_NUMBER = "no-number", _("使われていない番号")
    FAILED = "failed", _("自動電話をかけられません")
    WITHDRAWN = "withdrawn", _("自動電話をとりやめ")


# While one of a round's rings stands so, the machine is at it, and nobody else need ring.
UNDER_WAY = (RingState.PLANNED, RingState.LEAVING, RingState.ORDERED)
HEARD_IT = (RingState.CONFIRMED, RingState.HEARD)
MAY_BE_HEARING_IT = (RingState.ORDERED, RingState.LEAVING)
WORTH_TRYING_AGAIN = (RingState.BUSY, RingState.NO_ANSWER)


@dataclass(frozen=True)
class Step:
    """What follows: whom to ring now, whether the rule is met, whether it cannot be met without a late answer."""

    ring: tuple[int, ...] = ()
    is_met: bool = False
    is_out_of_reach: bool = False


def lines_of(seats: Sequence[tuple[int, int | None]]) -> list[list[int]]:
    """The people of a tree as lines: each person with their deputies behind them, in the tree's order.

    `seats` are (number of the row, whom they stand in for) in that order; a deputy's deputy joins the same line.
    """
    lines: dict[int, list[int]] = {}
    head: dict[int, int] = {}
    for seat, stands_in_for in seats:
        own = head.get(stands_in_for, seat) if stands_in_for is not None else seat
        head[seat] = own
        lines.setdefault(own, []).append(seat)
    return list(lines.values())


def needed_of(rule: str, needed: int | None, lines: int) -> int:
    """How many lines have to be told."""
    if rule == Rule.ALL:
        return lines
    return 1 if rule == Rule.ANY else min(needed or 1, lines)


def next_step(needed: int, lines: Sequence[Sequence[int]], calls: Mapping[int, CallState]) -> Step:
    """What follows from who was rung and how that went. The same rows always give the same step.

    As many lines are rung at once as are still needed: one whose person does not answer goes on to the deputy, and when
    there is none left the next line begins. A line counts once, whoever of it was told.
    """
    told = sum(any(calls.get(seat) is CallState.TOLD for seat in line) for line in lines)
    if not lines or needed <= 0 or told >= needed:
        return Step(is_met=bool(lines) and told >= needed)
    ring: list[int] = []
    alive = 0
    for line in lines:
        if told + alive >= needed:
            break
        states = [calls.get(seat) for seat in line]
        if CallState.TOLD in states:
            continue
        if CallState.OPEN in states:
            alive += 1
            continue
        fresh = next((seat for seat in line if seat not in calls), None)
        if fresh is not None:
            ring.append(fresh)
            alive += 1
    return Step(ring=tuple(ring), is_out_of_reach=told + alive < needed)
