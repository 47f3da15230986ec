"""Releasing an edition: the one way in which anything comes to be sent."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base import events
from todoke.base.jobs import Lane, enqueue
from todoke.base.refusals import Refusal
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account
from todoke.ground.places.queries import the_city
from todoke.shared.messaging.events import EditionReleased
from todoke.shared.messaging.guarding import OnBehalf, Wanted, guards
from todoke.shared.messaging.models import Delivery, Destination, Edition, FrozenArtefact, Mailing, Message
from todoke.shared.messaging.queries import takes_lane
from todoke.shared.messaging.registry import Passage, artefacts, gates, kinds
from todoke.shared.messaging.types import Content, DeliveryState, EditionKind, Mode

NOTHING_LEFT = _("何も送られていなかったため、知らせる必要はありません。")
# OASIS CAP 1.2, section 3.2.2, responseType: the danger is over.
ALL_CLEAR = "AllClear"
SUPERSEDED = _("新しい版が出たため、送信をとりやめました。")


class ReleaseRefused(Refusal):
    """The edition was not released. The text is fit for the person at the screen."""

    says = _("この内容では発信できません。")


class AlreadyCancelled(ReleaseRefused):
    """The message was cancelled: what comes next is a new message."""

    says = _("このお知らせはすでに取り消されています。新しいお知らせとして作り直してください。")


class OvertakenByAnother(ReleaseRefused):
    """Somebody released another edition of this message since the writer looked."""

    says = _("ほかの人が先に新しい版を発信しました。最新の版を確かめてから、もう一度お試しください。")


class NobodyToReach(ReleaseRefused):
    """No destination takes a message of this mode."""

    says = _("送り先がひとつもありません。送り先の設定を確かめてください。")


class TooLate(ReleaseRefused):
    """Its time is already over: restored from an old backup, or left lying."""

    says = _("有効期限を過ぎているため、発信できません。期限を改めてください。")


class NoCity(ReleaseRefused):
    """No city has been loaded, so nobody would be speaking."""

    says = _("市の設定がまだ読み込まれていません。情報システム担当に連絡してください。")


class WrongPlace(ReleaseRefused):
    """A destination that this mode may not reach: a drill to the public, or an alert in earnest to a simulator."""

    says = _("訓練・試験と本番の送り先が混ざっています。")

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.names = tuple(names)


class WrongLane(ReleaseRefused):
    """A destination whose channel does not take such messages: an ordinary notice among the alerts, or an alert there
    where notices stand."""

    says = _("この種類のお知らせを受け取らない送り先が含まれています（%(names)s）。送り先から外してください。")

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.names = tuple(names)

    def __str__(self) -> str:
        return str(self.says) % {"names": "、".join(self.names)}


class NotTheirPlace(ReleaseRefused):
    """A destination at which neither the writer nor the approver may speak, such as another section's account."""

    def __init__(self, objections: Iterable[str]) -> None:
        super().__init__()
        self.objections = tuple(objections)

    def __str__(self) -> str:
        return "".join(self.objections)


@dataclass(frozen=True)
class Order:
    """What to release, with the audience already resolved.

    `message` is None for a first edition, and then `message_kind`, `mode` and `origin` make the message. `after_number`
    is the edition that the writer saw last; another one in between refuses the order. A cancellation goes to every
    destination that an earlier edition may have reached, whatever `destinations` says. `on_behalf` names the city for
    which we speak, where it is not ours; a guard knows whether we may.
    """

    kind: EditionKind
    content: Content
    destinations: tuple[Destination, ...]
    expires_at: datetime
    author: Account
    approver: Account | None
    break_glass: bool = False
    note: str = ""
    message: Message | None = None
    after_number: int = 0
    message_kind: str = ""
    mode: Mode = Mode.ACTUAL
    origin: str = ""
    on_behalf: OnBehalf | None = None


@transaction.atomic
def release(order: Order, *, at: datetime) -> Edition:
    """Freeze an edition, plan its deliveries, withdraw what earlier editions have not yet sent, and wake the lane.

    Raises a ReleaseRefused; the database refuses what slips past (two people, one cancellation, drills inside).
    Nothing leaves the house before the surrounding transaction commits.
    """
    message = _message_of(order)
    if order.expires_at <= at:
        raise TooLate
    strangers = [place.name for place in order.destinations if not place.takes(Mode(message.mode))]
    if strangers:
        raise WrongPlace(strangers)
    out_of_lane = [place.name for place in order.destinations if not takes_lane(place, message.lane)]
    if out_of_lane:
        raise WrongLane(out_of_lane)
    ask_the_gates(order, lane=message.lane, mode=Mode(message.mode), at=at)
    wanted = Wanted(
        content=order.content,
        expires_at=order.expires_at,
        on_behalf=order.on_behalf,
        destination_ids=frozenset(place.pk for place in order.destinations),
        is_first=order.message is None,
    )
    for guard in guards:
        guard.before_release(message, wanted, at=at)

    edition = _freeze(order, message, at)
    _plan(order, edition, at)

    record(
        "messaging.edition-released",
        on=edition,
        by=order.approver or order.author,
        after={"identifier": edition.identifier, "kind": edition.kind, "mode": edition.mode, "number": edition.number},
        why=order.note,
    )
    events.announce(EditionReleased(edition_id=edition.pk, origin=message.origin))
    enqueue("messaging.dispatch", lane=Lane(message.lane), once=f"messaging.dispatch-{message.lane}")
    return edition


def ask_the_gates(order: Order, *, lane: str, mode: Mode, at: datetime) -> None:
    """Ask every gate whether these people may speak at these destinations. Raises NotTheirPlace.

    Who approves something for a later hour asks beforehand, so that it is not refused when nobody is there.
    """
    passage = Passage(
        destinations=tuple(place.pk for place in order.destinations),
        accounts=tuple(account.pk for account in (order.author, order.approver) if account is not None),
        lane=lane,
        kind=EditionKind(order.kind),
        mode=mode,
        level=order.content.level,
        break_glass=order.break_glass,
        at=at,
    )
    if objections := [said for gate in gates for said in gate.objections(passage)]:
        raise NotTheirPlace(objections)


def _message_of(order: Order) -> Message:
    if order.message is None:
        kind = kinds[order.message_kind]
        return Message.objects.create(kind=kind.key, mode=order.mode, lane=kind.lane, origin=order.origin)
    # From here on nobody else releases an edition of this message.
    message = Message.objects.select_for_update().get(pk=order.message.pk)
    latest = message.editions.order_by("number").last()
    if latest is None or latest.number != order.after_number:
        raise OvertakenByAnother
    if latest.kind == EditionKind.CANCEL:
        raise AlreadyCancelled
    return message


def _freeze(order: Order, message: Message, at: datetime) -> Edition:
    city = the_city()
    if city is None:
        raise NoCity
    number = order.after_number + 1
    edition = Edition.objects.create(
        message=message,
        number=number,
        kind=order.kind,
        mode=message.mode,
        identifier=f"todoke.{city.code}.{message.key.hex}.{number}",
        sender=city.cap_sender or f"todoke.{city.code}",
        city=order.on_behalf.city if order.on_behalf else city.name,
        content=_with_topics(order.content, message).as_json(),
        references=[
            {"identifier": identifier, "sent_at": sent_at.isoformat()}
            for identifier, sent_at in message.editions.order_by("number").values_list("identifier", "sent_at")
        ],
        note=order.note,
        # CAP gives `sent` in whole seconds; what is frozen must be what is sent.
        sent_at=at.replace(microsecond=0),
        released_at=at,
        expires_at=order.expires_at,
        author=order.author,
        approver=order.approver,
        break_glass=order.break_glass,
    )
    frozen = edition.frozen()
    for artefact in artefacts:
        content = artefact.render(frozen)
        FrozenArtefact.objects.create(
            edition=edition,
            name=artefact.name,
            media_type=artefact.media_type,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
    return edition


def _with_topics(content: Content, message: Message) -> Content:
    """The content with the topics of its kind, where the writer chose none."""
    kind = kinds.find(message.kind)
    return content if content.topics or kind is None else replace(content, topics=kind.topics)


def _plan(order: Order, edition: Edition, at: datetime) -> None:
    """Compare what each destination should now know with what it may have been told, and plan the difference."""
    earlier = list(
        Delivery.objects.select_for_update().filter(message=edition.message).exclude(edition=edition).order_by("id")
    )
    for delivery in earlier:
        if delivery.state in (DeliveryState.PLANNED, DeliveryState.LEASED):
            withdraw(delivery, str(SUPERSEDED), at)
    # Of a mailing that has begun, what has not left stays here.
    Mailing.objects.filter(delivery__in=earlier, ended_at=None, stopped_at=None).update(
        stopped_at=at, stop_reason=str(SUPERSEDED)
    )

    # What was handed over may have been read, whatever became of it since.
    told = {delivery.destination_id for delivery in earlier if delivery.handed_over_at is not None}
    known = {delivery.destination_id for delivery in earlier}
    cancels = order.kind == EditionKind.CANCEL
    wanted = known if cancels else _without_those_over(order, {place.pk for place in order.destinations} | told, at)
    if not wanted:
        raise NobodyToReach

    needless = wanted - told if cancels else set()
    Delivery.objects.bulk_create(
        Delivery(
            edition=edition,
            destination_id=place,
            due_at=at,
            state=DeliveryState.WITHDRAWN if place in needless else DeliveryState.PLANNED,
            reason=str(NOTHING_LEFT) if place in needless else "",
            settled_at=at if place in needless else None,
        )
        for place in sorted(wanted)
    )


def _without_those_over(order: Order, wanted: set[int], at: datetime) -> set[int]:
    """Without those whom a person added for a while that is over: they get no further news.

    What corrects, takes back or lifts what they were told does reach them.
    """
    if order.kind != EditionKind.UPDATE or order.content.cap.response_type == ALL_CLEAR:
        return wanted
    over = Destination.objects.filter(pk__in=wanted, added_by__isnull=False, expires_at__lte=at)
    return wanted - set(over.values_list("pk", flat=True))


def withdraw(delivery: Delivery, reason: str, at: datetime) -> None:
    """Take a delivery back that has not left. The caller holds its row."""
    delivery.state = DeliveryState.WITHDRAWN
    delivery.reason = reason
    delivery.lease = None
    delivery.leased_until = None
    delivery.settled_at = at
    delivery.save(update_fields=["state", "reason", "lease", "leased_until", "settled_at"])
