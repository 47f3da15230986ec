"""Adding a destination, checking it, letting it go along with an edition, ending it, keeping it for good."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.base.rounds.errands import Errand
from todoke.ground.audit.actions import Person, record
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.actions.joining import also_to
from todoke.shared.messaging.channels.routes import bare, trouble_with_reach
from todoke.shared.messaging.models import Destination, Message
from todoke.shared.messaging.registry import channels
from todoke.shared.unforeseen.models import STANDING, Addition, AdditionState
from todoke.shared.unforeseen.queries import ADD, CHECK, matter_for, ways_for
from todoke.shared.unforeseen.registry import Matter
from todoke.shared.unforeseen.rules import address_in, fits, is_played, reach_in

TIME_IS_UP = "期限が来たため"
BATCH = 200
END = Errand("unforeseen.end", _("期限が来た臨時の送り先を終える"), pause_minutes_max=1)


class AdditionRefused(Refusal):
    """It was not done. The text is fit for the screen; `field` names the entry it is about, or is empty."""

    says = _("この操作はできません。")


class NotAllowed(AdditionRefused):
    """The viewer lacks the right."""

    says = _("この操作をする権限がありません。")


class NothingToJoin(AdditionRefused):
    """The draft was dropped, the message cancelled or expired, or it is not to be seen."""

    says = _("このお知らせには、もう送り先を追加できません。取り消されたか、期限が過ぎています。")


class UnknownWay(AdditionRefused):
    """The channel is not offered for additions."""

    says = _("この送り方は選べません。一覧から選び直してください。")
    field = "way"


class BadAddress(AdditionRefused):
    """The channel cannot read the address; its own words say why."""

    field = "address"


class KnownAlready(AdditionRefused):
    """The same address is a destination already."""

    says = _("この宛先は、すでに「%(name)s」として登録されています。送り先の一覧で選んでください。")
    field = "address"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __str__(self) -> str:
        return str(self.says) % {"name": self.name}


class BadEnd(AdditionRefused):
    """An end that lies in the past, or further away than an addition may last."""

    says = _("期限は、いまより後、30日以内にしてください。")
    field = "ends_at"


class SamePerson(AdditionRefused):
    """Who added it cannot be the second pair of eyes."""

    says = _("自分が追加した送り先は、自分では確認できません。ほかの人に確認を頼んでください。")


class DecidedAlready(AdditionRefused):
    """Somebody was quicker, or its time is over."""

    says = _("この送り先の状態はすでに変わっています。画面を新しくして確かめてください。")


class ReasonMissing(AdditionRefused):
    """An act that needs a reason got none."""

    says = _("理由を書いてください。")
    field = "reason"


@dataclass(frozen=True)
class Entry:
    """What somebody typed: a name, the way and the address on it, why, until when, in which language."""

    name: str
    way: str
    address: str
    purpose: str
    ends_at: datetime
    language: str = "ja"


@transaction.atomic
def add(matter_name: str, entry: Entry, *, viewer: Viewer, at: datetime) -> Addition:
    """Add a destination to one matter, to be checked by somebody else before anything goes there.

    Raises NotAllowed, NothingToJoin, UnknownWay, BadAddress, KnownAlready, BadEnd. The record keeps the name, the way
    and the purpose; the address stands in the destination alone.
    """
    if not viewer.may(ADD):
        raise NotAllowed
    matter = matter_for(viewer, matter_name)
    if matter is None or not matter.is_open:
        raise NothingToJoin
    if not fits(entry.ends_at, at):
        raise BadEnd
    destination = Destination.objects.create(
        key=f"added-{secrets.token_hex(6)}",
        channel=entry.way,
        name=entry.name.strip()[:200],
        address=_good_address(matter, entry, at),
        reach=reach_in(matter.mode),
        language=entry.language,
        purpose=entry.purpose.strip()[:500],
        expires_at=entry.ends_at,
        added_by_id=viewer.account_id,
        created_at=at,
    )
    addition = Addition.objects.create(
        destination=destination,
        matter=matter_name,
        message_id=matter.message_id,
        added_by_id=viewer.account_id or 0,
        added_at=at,
    )
    record(
        "unforeseen.added",
        on=addition,
        by=viewer,
        after={
            "destination": destination.key,
            "name": destination.name,
            "channel": destination.channel,
            "expires_at": destination.expires_at,
        },
        why=destination.purpose,
    )
    return addition


def _good_address(matter: Matter, entry: Entry, at: datetime) -> str:
    way = next((way for way in ways_for(matter.mode) if way.key == entry.way), None)
    channel = channels.find(entry.way)
    if way is None or channel is None or matter.lane not in channel.facts.lanes:
        raise UnknownWay
    if not matter.mode.is_drill and is_played(entry.address):
        raise BadAddress(_("simulator: で始まる宛先は訓練用です。本番では誰にも届きません。"))
    address = address_in(matter.mode, entry.address)
    if way.begins and not bare(address).startswith(way.begins):
        raise BadAddress(way.hint)
    if trouble := channel.trouble_with(address) or trouble_with_reach(entry.way, address, reach_in(matter.mode)):
        raise BadAddress(trouble)
    lasting = Destination.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), is_active=True)
    known = lasting.filter(channel=entry.way, address=address).first()
    if known is not None and (known.expires_at is None or _stands_beside(known, matter)):
        raise KnownAlready(known.name)
    return address


def _stands_beside(known: Destination, matter: Matter) -> bool:
    """Whether a passing destination was added to this very message: to another one it may be added again."""
    if matter.message_id is None:
        return False
    return Addition.objects.filter(destination=known, message=matter.message_id, state__in=STANDING).exists()


@transaction.atomic
def check(addition_id: int, *, viewer: Viewer, at: datetime) -> Addition:
    """The second pair of eyes: the address is right. What is out already goes there at once.

    Raises NotAllowed, SamePerson, DecidedAlready, and the ledger's ReleaseRefused where the message is over.
    """
    if not viewer.may(CHECK):
        raise NotAllowed
    addition = _held(addition_id)
    if addition.added_by_id == viewer.account_id:
        raise SamePerson
    if addition.state != AdditionState.WAITING or _is_past(addition, at):
        raise DecidedAlready
    _mark_checked(addition, viewer.account_id, at)
    record("unforeseen.checked", on=addition, by=viewer, after={"destination": addition.destination.key})
    if addition.message_id is not None:
        also_to(addition.message_id, [addition.destination], by=viewer, at=at)
        addition.joined_at = at
        addition.save(update_fields=["joined_at"])
    return addition


@transaction.atomic
def refuse(addition_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Addition:
    """The second pair of eyes: this is not to be sent to. Needs a reason; who added it may take it back so, too."""
    addition = _held(addition_id)
    if not viewer.may(CHECK) and addition.added_by_id != viewer.account_id:
        raise NotAllowed
    if addition.state != AdditionState.WAITING:
        raise DecidedAlready
    _finish(addition, AdditionState.REFUSED, reason, by=viewer, at=at)
    return addition


@transaction.atomic
def end(addition_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Addition:
    """End an addition before its time. What it was told of is still corrected and lifted there."""
    if not viewer.may(ADD) and not viewer.may(CHECK):
        raise NotAllowed
    addition = _held(addition_id)
    if addition.state not in STANDING:
        raise DecidedAlready
    _finish(addition, AdditionState.ENDED, reason, by=viewer, at=at)
    return addition


@transaction.atomic
def end_about(origin: str, *, reason: str, by: Person | str, at: datetime) -> int:
    """End whatever still stands for messages about this record (`emergency.incident:12`), as when it is closed."""
    standing = list(_standing().filter(message__origin=origin))
    for addition in standing:
        _finish(addition, AdditionState.ENDED, reason, by=by, at=at)
    return len(standing)


@transaction.atomic
def end_what_is_over(*, at: datetime) -> int:
    """Write down what has come to its end by itself. Any number of processes may do it; the destination's own
    `expires_at` has kept everybody away from it since."""

    def end(addition: Addition) -> bool:
        _finish(addition, AdditionState.ENDED, TIME_IS_UP, by="unforeseen", at=at)
        return True

    return END.each(_standing().filter(destination__expires_at__lte=at), end, limit=BATCH)


@transaction.atomic
def take_along(matter_name: str, message_id: int | None, *, approver: Viewer, at: datetime) -> list[Addition]:
    """What stands beside an edition is checked with it, by its approver, who has seen it on the same page.

    What the approver added stays waiting, for a third person. Called before the release, in its transaction.
    """
    about = Q(matter=matter_name) if message_id is None else Q(matter=matter_name) | Q(message=message_id)
    waiting = list(
        _standing()
        .filter(about, state=AdditionState.WAITING, destination__expires_at__gt=at)
        .exclude(added_by=approver.account_id)
    )
    for addition in waiting:
        _mark_checked(addition, approver.account_id, at)
        record(
            "unforeseen.checked",
            on=addition,
            by=approver,
            after={"destination": addition.destination.key},
            why="版の承認と同時に確認",
        )
    return waiting


@transaction.atomic
def released(matter_name: str, message: Message, *, at: datetime) -> None:
    """A matter has become a message: what was added to it belongs to that message from now on."""
    Addition.objects.filter(matter=matter_name, message=None).update(message=message)
    Addition.objects.filter(message=message, state=AdditionState.CHECKED, joined_at=None).update(joined_at=at)


@transaction.atomic
def ask_for_good(addition_id: int, *, reason: str, viewer: Viewer, at: datetime) -> Addition:
    """Ask that an addition become a permanent destination. An act of its own, which somebody else has to agree to."""
    if not viewer.may(ADD):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    addition = _held(addition_id)
    if addition.state != AdditionState.CHECKED or _is_past(addition, at) or addition.asked_by_id is not None:
        raise DecidedAlready
    addition.asked_by_id = viewer.account_id
    addition.asked_at = at
    addition.asked_why = reason.strip()[:500]
    addition.save(update_fields=["asked_by", "asked_at", "asked_why"])
    record("unforeseen.asked-for-good", on=addition, by=viewer, why=addition.asked_why)
    return addition


@transaction.atomic
def keep_for_good(addition_id: int, *, viewer: Viewer, at: datetime) -> Addition:
    """Agree to that: the destination is permanent from now on, for every area, and every later message goes there."""
    if not viewer.may(CHECK):
        raise NotAllowed
    addition = _held(addition_id)
    if addition.state != AdditionState.CHECKED or addition.asked_by_id is None:
        raise DecidedAlready
    if addition.asked_by_id == viewer.account_id:
        raise SamePerson(_("自分が依頼した登録は、自分では承認できません。ほかの人に承認を頼んでください。"))
    before = addition.destination.expires_at
    addition.state = AdditionState.KEPT
    addition.kept_by_id = viewer.account_id
    addition.kept_at = at
    addition.save(update_fields=["state", "kept_by", "kept_at"])
    addition.destination.expires_at = None
    addition.destination.save(update_fields=["expires_at"])
    record(
        "unforeseen.kept-for-good",
        on=addition,
        by=viewer,
        before={"expires_at": before},
        after={"expires_at": None, "destination": addition.destination.key},
        why=addition.asked_why,
    )
    return addition


def _standing() -> QuerySet[Addition]:
    rows = Addition.objects.select_for_update(of=("self",)).select_related("destination")
    return rows.filter(state__in=STANDING).order_by("pk")


def _held(addition_id: int) -> Addition:
    return Addition.objects.select_for_update(of=("self",)).select_related("destination").get(pk=addition_id)


def _is_past(addition: Addition, at: datetime) -> bool:
    ends_at = addition.destination.expires_at
    return ends_at is not None and ends_at <= at


def _mark_checked(addition: Addition, account_id: int | None, at: datetime) -> None:
    addition.state = AdditionState.CHECKED
    addition.checked_by_id = account_id
    addition.checked_at = at
    addition.save(update_fields=["state", "checked_by", "checked_at"])
    addition.destination.checked_by_id = account_id
    addition.destination.save(update_fields=["checked_by"])


def _finish(addition: Addition, state: AdditionState, reason: str, *, by: Person | str, at: datetime) -> None:
    if not reason.strip():
        raise ReasonMissing
    addition.state = state
    addition.ended_at = at
    addition.end_reason = reason.strip()[:500]
    addition.save(update_fields=["state", "ended_at", "end_reason"])
    if not _is_past(addition, at):
        addition.destination.expires_at = at
        addition.destination.save(update_fields=["expires_at"])
    record(
        "unforeseen.ended",
        on=addition,
        by=by,
        after={"state": state, "destination": addition.destination.key},
        why=addition.end_reason,
    )
