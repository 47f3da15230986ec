"""A mailing's sums, ready to show: what became of how many, in words, numbers and one bar."""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from todoke.shared.messaging.models import Mailing
from todoke.shared.messaging.queries.mailings import counts_of
from todoke.shared.messaging.types import RecipientState

TONES = {
    RecipientState.PLANNED: "active",
    RecipientState.ACCEPTED: "good",
    RecipientState.REFUSED: "bad",
    RecipientState.BOUNCED: "bad",
    RecipientState.SKIPPED: "neutral",
    RecipientState.WITHDRAWN: "neutral",
    RecipientState.EXPIRED: "bad",
    RecipientState.UNKNOWN: "attention",
    RecipientState.DOUBTFUL: "active",
}


@dataclass(frozen=True)
class Line:
    """How many recipients stand so; `share` of all of them."""

    state: str | Promise
    tone: str
    number: str
    share: str


@dataclass(frozen=True)
class Sum:
    """A mailing for the screen: `settled` of `total` recipients have an end, and `total` grows while it is planned."""

    stage: str
    tone: str
    note: str
    settled: int
    total: int
    settled_words: str
    total_words: str
    lines: tuple[Line, ...]

    @property
    def bar_max(self) -> int:
        """A bar of nothing is full length and empty."""
        return max(self.total, 1)


def sum_of(mailing: Mailing) -> Sum:
    """The sums of a mailing; costs one query, over its bundles."""
    counts = {RecipientState(int(state)): number for state, number in counts_of(mailing).items() if number}
    total = sum(counts.values())
    settled = total - sum(counts.get(state, 0) for state in (RecipientState.PLANNED, RecipientState.DOUBTFUL))
    stage, tone = _stage(mailing)
    return Sum(
        stage=stage,
        tone=tone,
        note=mailing.stop_reason,
        settled=settled,
        total=total,
        settled_words=_number(settled),
        total_words=_number(total),
        lines=tuple(
            Line(state.label, TONES[state], _number(counts[state]), _share(counts[state], total))
            for state in RecipientState
            if state in counts
        ),
    )


def _stage(mailing: Mailing) -> tuple[str, str]:
    if mailing.stopped_at:
        return _("とりやめ"), "neutral"
    if mailing.ended_at:
        return _("配信を終えました"), "good"
    if mailing.planned_at is None:
        return _("宛先を書き出しています"), "active"
    return _("送信しています"), "active"


def _number(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def _share(number: int, total: int) -> str:
    share = 100 * number / total
    # One in a million is neither nobody nor everybody.
    if 0 < share < 0.1:
        return _("0.1％未満")
    if 99.9 < share < 100:
        return _("99.9％以上")
    return f"{share:.1f}％"
