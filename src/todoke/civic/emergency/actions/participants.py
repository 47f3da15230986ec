"""Taking part in a drill, leaving it, and saying that a message arrived."""

import secrets
from datetime import datetime

from django.db import transaction

from todoke.civic.emergency.actions.refusals import (
    AlreadyTakingPart,
    BadEnd,
    BadNumber,
    DrillIsOver,
    NoAddressOfOnesOwn,
    NotAllowed,
    NothingToConfirm,
)
from todoke.civic.emergency.drill_mail import KEY as DRILL_MAIL
from todoke.civic.emergency.models import Drill, DrillParticipant, DrillReceipt
from todoke.civic.emergency.models.participant import Way
from todoke.civic.emergency.queries.participants import delivery_with
from todoke.civic.emergency.rules.participants import ADDRESS_KEPT, fits
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions.seen import confirm_seen
from todoke.shared.messaging.models import Delivery, Destination
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Reach

CHANNELS = {Way.MAIL: DRILL_MAIL, Way.TELEPHONE: "messaging.person"}
# What stands in the place of an address that is no longer needed: the ledger shows old deliveries with it.
ERASED = {Way.MAIL: "erased@example.invalid", Way.TELEPHONE: "000-0000-0000"}
BY_LINK, BY_PAGE = "訓練の参加者がメールのリンクで受信を知らせました。", "訓練の参加者が画面で受信を知らせました。"


@transaction.atomic
def take_part(
    drill_id: int, *, way: Way, telephone: str, purpose: str, ends_at: datetime, viewer: Viewer, at: datetime
) -> DrillParticipant:
    """Agree to get this drill's messages: by mail at the address of one's own account, or by telephone.

    Nobody can agree for another: the consent is the viewer's, and mail goes to no address that they type. Raises
    NotAllowed, DrillIsOver, BadEnd, NoAddressOfOnesOwn, BadNumber, AlreadyTakingPart.
    """
    if viewer.account_id is None or not viewer.is_staff:
        raise NotAllowed
    drill = Drill.objects.select_for_update().get(pk=drill_id)
    if drill.ended_at is not None:
        raise DrillIsOver
    if not fits(ends_at, at):
        raise BadEnd
    account = Account.objects.get(pk=viewer.account_id)
    address = _address(account, way, telephone)
    if drill.participants.filter(account=account, way=way, left_at=None).exists():
        raise AlreadyTakingPart
    destination = Destination.objects.create(
        key=f"drill-{secrets.token_hex(6)}",
        channel=CHANNELS[way],
        name=f"{account.name}（訓練に参加）",
        address=address,
        reach=Reach.STAFF,
        joins_drills=True,
        purpose=purpose.strip()[:500],
        expires_at=ends_at,
        added_by=account,
        created_at=at,
    )
    participant = DrillParticipant.objects.create(
        drill=drill,
        account=account,
        way=way,
        destination=destination,
        purpose=destination.purpose,
        agreed_at=at,
        ends_at=ends_at,
    )
    # The address stands in the destination alone.
    record(
        "emergency.drill-joined",
        on=participant,
        by=viewer,
        after={"drill": drill.name, "way": way, "ends_at": ends_at},
        why=destination.purpose,
    )
    return participant


def _address(account: Account, way: Way, telephone: str) -> str:
    if way is Way.MAIL:
        if not account.email:
            raise NoAddressOfOnesOwn
        return account.email
    number = telephone.strip()
    if trouble := channels[CHANNELS[way]].trouble_with(number):
        raise BadNumber(trouble)
    return number


@transaction.atomic
def leave(participant_id: int, *, viewer: Viewer, at: datetime) -> None:
    """Take one's own consent back: no further edition comes. Raises NotAllowed; leaving twice changes nothing."""
    participant = DrillParticipant.objects.select_for_update().filter(pk=participant_id).first()
    if participant is None or participant.account_id != viewer.account_id:
        raise NotAllowed
    if participant.left_at is not None:
        return
    participant.left_at = at
    participant.save(update_fields=["left_at"])
    Destination.objects.filter(pk=participant.destination_id).update(expires_at=at)
    record("emergency.drill-left", on=participant, by=viewer, after={"left_at": at})


@transaction.atomic
def confirm_by_link(code: str, *, secret: str, at: datetime) -> Delivery:
    """Whoever holds the link says that the message arrived; saying it twice changes nothing.

    Raises NothingToConfirm.
    """
    found = delivery_with(code, secret, at)
    if found is None:
        raise NothingToConfirm
    _keep(*found, by=DrillReceipt.By.LINK, at=at)
    return found[1]


@transaction.atomic
def confirm_on_page(delivery_id: int, *, viewer: Viewer, at: datetime) -> None:
    """A participant, signed in, says that their message arrived. Raises NothingToConfirm."""
    delivery = Delivery.objects.filter(pk=delivery_id, handed_over_at__isnull=False).first()
    participant = (
        DrillParticipant.objects.filter(destination=delivery.destination_id, account=viewer.account_id).first()
        if delivery
        else None
    )
    if delivery is None or participant is None:
        raise NothingToConfirm
    _keep(participant, delivery, by=DrillReceipt.By.PAGE, at=at)


def _keep(participant: DrillParticipant, delivery: Delivery, *, by: DrillReceipt.By, at: datetime) -> None:
    _receipt, is_new = DrillReceipt.objects.get_or_create(
        delivery=delivery, defaults={"participant": participant, "by": by, "at": at}
    )
    if is_new:
        record("emergency.drill-received", on=participant, by=participant.account, after={"delivery": delivery.pk})
        confirm_seen(delivery.pk, says=BY_LINK if by is DrillReceipt.By.LINK else BY_PAGE, at=at)


def erase_addresses(*, at: datetime) -> int:
    """Put nothing in the place of the participants' addresses, a week after their end; how many."""
    due = DrillParticipant.objects.filter(ends_at__lt=at - ADDRESS_KEPT, erased_at=None)
    return sum(_erase(pk, at) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _erase(pk: int, at: datetime) -> bool:
    participant = DrillParticipant.objects.select_for_update(skip_locked=True).filter(pk=pk, erased_at=None).first()
    if participant is None:
        return False
    participant.erased_at = at
    participant.save(update_fields=["erased_at"])
    Destination.objects.filter(pk=participant.destination_id).update(
        address=ERASED[Way(participant.way)], is_active=False
    )
    return True
