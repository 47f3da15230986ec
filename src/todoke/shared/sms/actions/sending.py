"""Messages on their way out. Each step is one short transaction; while a provider is asked, none is open."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from todoke.base.sealing import open_sealed, seal
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import Address, FrozenEdition
from todoke.shared.sms.gateway import Fate, Word
from todoke.shared.sms.models import Text, TextState

CONTEXT = b"sms.text"
STATES = {
    Fate.ACCEPTED: TextState.ACCEPTED,
    Fate.KNOWN: TextState.ACCEPTED,
    Fate.LATER: TextState.PLANNED,
    Fate.REFUSED: TextState.REFUSED,
}


@transaction.atomic
def texts_for(edition: FrozenEdition, address: Address, numbers: Sequence[str], *, parts: int) -> list[Text]:
    """The messages of this delivery, one for each number, written down on its first try.

    Empty where the ledger knows no such delivery.
    """
    delivery = Delivery.objects.filter(edition__identifier=edition.identifier, destination__key=address.key).first()
    if delivery is None:
        return []
    found = list(Text.objects.filter(delivery=delivery))
    if not found:
        # Sealed for these numbers, on this try: who changes the destination's numbers later changes no message.
        Text.objects.bulk_create(
            (
                Text(delivery=delivery, place=place, number=seal(number.encode(), context=CONTEXT), parts=parts)
                for place, number in enumerate(numbers, start=1)
            ),
            ignore_conflicts=True,
        )
        found = list(Text.objects.filter(delivery=delivery))
    return found


def number_of(text: Text) -> str:
    """The number that this message goes to. Raises CannotOpen."""
    return open_sealed(bytes(text.number), context=CONTEXT).decode()


def outstanding(texts: Sequence[Text], *, repeatable: bool) -> list[Text]:
    """Which of them are to leave now.

    What is not known is repeated where the provider knows our key. Where it does not, and where a number was refused,
    only a person has this sent again: then nothing else is left to be sent.
    """
    certain = {TextState.PLANNED, *([TextState.LEAVING] if repeatable else [])}
    for states in (certain, {TextState.LEAVING}, {TextState.REFUSED}):
        if found := [text for text in texts if text.state in states]:
            return found
    return []


@transaction.atomic
def leaving(texts: Sequence[Text], *, at: datetime) -> None:
    """Write down that these are about to leave: whatever happens from here on, somebody may have got them."""
    Text.objects.filter(pk__in=[text.pk for text in texts]).exclude(state=TextState.ARRIVED).update(
        state=TextState.LEAVING, left_at=at, told_at=None
    )


@transaction.atomic
def stayed(texts: Sequence[Text], *, says: str) -> None:
    """The provider certainly took none of these."""
    Text.objects.filter(pk__in=[text.pk for text in texts], state=TextState.LEAVING).update(
        state=TextState.PLANNED, says=says[:300]
    )


@transaction.atomic
def settle(texts: Sequence[Text], words: Mapping[int, Word], *, at: datetime) -> None:
    """Write down the provider's word on each; who has none stays in doubt. A receipt that was quicker stands."""
    for text in texts:
        if (word := words.get(text.place)) is not None:
            Text.objects.filter(pk=text.pk, state=TextState.LEAVING).update(
                state=STATES[word.fate], reference=word.reference, says=word.says[:300], settled_at=at
            )


def mark_told(texts: Sequence[Text], *, at: datetime) -> None:
    """The ledger knows of these refusals already: the delivery itself fails by them."""
    Text.objects.filter(pk__in=[text.pk for text in texts], state=TextState.REFUSED).update(told_at=at)
