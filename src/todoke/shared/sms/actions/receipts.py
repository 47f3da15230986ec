"""The provider's word on what became of a message, and asking a person where it is bad or does not come."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from todoke.shared.messaging.actions import seen
from todoke.shared.messaging.http_forms.numbers import masked
from todoke.shared.messaging.models import Delivery
from todoke.shared.sms.actions.sending import number_of
from todoke.shared.sms.gateway import Arrival
from todoke.shared.sms.models import Text, TextState

BATCH = 100
SETTLED = (TextState.REFUSED, TextState.ARRIVED, TextState.MISSED)
ARRIVED = "事業者から、携帯電話に届いたと知らせがありました。"
# How long a message is asked after at most, and how often: so many times in all, every so many seconds.
ASKED_FOR = timedelta(hours=24)
STEPS = ((5, 3), (15, 10), (30, 60), (200, 600))


@transaction.atomic
def note(text_id: int, arrival: Arrival, *, says: str, at: datetime) -> Text | None:
    """The provider says what became of a message. Said twice it changes nothing; what arrived stays arrived.

    None where there is no such message.
    """
    text = Text.objects.select_for_update().filter(pk=text_id).first()
    if text is None or text.left_at is None or arrival is Arrival.UNDER_WAY:
        return text
    state = TextState.ARRIVED if arrival is Arrival.ARRIVED else TextState.MISSED
    if text.state in (TextState.ARRIVED, state):
        return text
    text.state, text.says, text.settled_at, text.told_at = state, says[:300], at, None
    text.save(update_fields=["state", "says", "settled_at", "told_at"])
    return text


def tell_the_ledger(*, at: datetime) -> int:
    """Tell the ledger what is new, delivery by delivery; how many it took. One under way is told again later."""
    fresh = Text.objects.filter(state__in=SETTLED, told_at=None).order_by("delivery")
    deliveries = list(fresh.values_list("delivery", flat=True).distinct()[:BATCH])
    return sum(_tell(delivery, at) for delivery in deliveries)


@transaction.atomic
def _tell(delivery_id: int, at: datetime) -> bool:
    texts = list(Text.objects.select_for_update().filter(delivery=delivery_id))
    bad = [text for text in texts if text.state in (TextState.REFUSED, TextState.MISSED) and text.told_at is None]
    if bad:
        numbers = "、".join(masked(number_of(text)) for text in bad)
        says = f"SMSが届かなかった番号があります（{numbers}）。電話など、ほかの手段で伝えてください。"
        if not seen.report_unseen(delivery_id, says=says, at=at):
            return False
        _mark(bad, at)
        return True
    if any(text.state != TextState.ARRIVED for text in texts):
        return False
    if not seen.confirm_seen(delivery_id, says=ARRIVED, at=at):
        return False
    _mark(texts, at)
    return True


def _mark(texts: list[Text], at: datetime) -> None:
    Text.objects.filter(pk__in=[text.pk for text in texts]).update(told_at=at)


@transaction.atomic
def chase(*, at: datetime, after: timedelta) -> int:
    """Put every delivery among the follow-ups of which for so long nothing was heard; how many.

    Only the newest edition is asked about, and none that has expired.
    """
    newer = Delivery.objects.filter(
        message=OuterRef("delivery__message"),
        destination=OuterRef("delivery__destination"),
        number__gt=OuterRef("delivery__number"),
    )
    waiting = Text.objects.select_for_update(of=("self",), skip_locked=True).filter(
        ~Exists(newer),
        state=TextState.ACCEPTED,
        left_at__lte=at - after,
        chased_at=None,
        delivery__expires_at__gt=at,
    )
    silent: dict[int, list[Text]] = {}
    for text in waiting.order_by("left_at")[:BATCH]:
        silent.setdefault(text.delivery_id, []).append(text)
    minutes = int(after.total_seconds() // 60)
    chased = 0
    for delivery, texts in silent.items():
        numbers = "、".join(masked(number_of(text)) for text in texts)
        says = (
            f"SMSは受け付けられましたが、{minutes}分たっても届いたと分かりません（{numbers}）。電話で確かめてください。"
        )
        if seen.report_unseen(delivery, says=says, at=at):
            Text.objects.filter(pk__in=[text.pk for text in texts]).update(chased_at=at)
            chased += 1
    return chased


@transaction.atomic
def take_to_ask(*, at: datetime, limit: int) -> list[Text]:
    """The messages whose provider is to be asked now, marked as asked; nobody else gets the same ones."""
    due, asked = Q(asked_at=None), 0
    for times, seconds in STEPS:
        due |= Q(asked_times__gte=asked, asked_times__lt=times, asked_at__lte=at - timedelta(seconds=seconds))
        asked = times
    found = list(
        Text.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("delivery__destination")
        .filter(due, state=TextState.ACCEPTED, left_at__gt=at - ASKED_FOR)
        .exclude(reference="")
        .order_by("asked_at", "pk")[:limit]
    )
    Text.objects.filter(pk__in=[text.pk for text in found]).update(asked_at=at, asked_times=F("asked_times") + 1)
    return found
