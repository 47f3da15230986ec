"""What is due when a child has reached an age: approved once by two people, sent once for each month of birth."""

import logging
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import in_japan
from todoke.base.jobs import Lane
from todoke.base.refusals import Refusal
from todoke.base.rounds.errands import Errand
from todoke.base.sealing import keyed_hash
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account
from todoke.shared.messaging.actions.release import Order, ReleaseRefused, release
from todoke.shared.messaging.models import Destination, Message
from todoke.shared.messaging.registry import MessageKind
from todoke.shared.messaging.types import Content, EditionKind, Reach, Wording
from todoke.shared.subscriptions.audience import BIRTH_MONTH
from todoke.shared.subscriptions.audience import KEY as SUBSCRIBERS
from todoke.shared.subscriptions.models import Child, Milestone

log = logging.getLogger(__name__)

RELEASE = Errand("subscriptions.milestone", _("お子さんの節目のお知らせを送る"))
KIND = MessageKind("subscriptions.milestone", _("お子さんの節目のお知らせ"), Lane.BULK)
# Parents sleep, and the month has begun everywhere in the house.
FIRST_HOUR = 9
# What was not sent in this time would come too late to be of use.
LIVES = timedelta(days=14)
# Where one reads on: no public page shows what is due for one month of birth.
PAGE = "/subscriptions/"


class MilestoneRefused(Refusal):
    """The words were not proposed or approved. The text is fit for the person at the screen."""

    says = _("この節目のお知らせは、いまは承認できません。画面を新しくして確かめてください。")


class ApproverIsProposer(MilestoneRefused):
    """One person is not two."""

    says = _("承認を依頼した人は、自分で承認できません。ほかの職員に頼んでください。")


class WordsHaveChanged(MilestoneRefused):
    """The words are no longer those that the person has read."""

    says = _("文が変わりました。新しい文を読んでから、もう一度お試しください。")


@transaction.atomic
def propose(pk: int, *, digest: str, by: Account) -> None:
    """Stand behind these words as the first of two. Raises WordsHaveChanged."""
    milestone = _read_one(pk, digest)
    milestone.proposed_by, milestone.approved_by, milestone.approved_digest = by, None, ""
    milestone.save(update_fields=["proposed_by", "approved_by", "approved_digest"])
    record("subscriptions.milestone-proposed", on=milestone, by=by, after={"digest": digest})


@transaction.atomic
def approve(pk: int, *, digest: str, by: Account) -> None:
    """Stand behind these words as the second. Raises WordsHaveChanged, ApproverIsProposer, MilestoneRefused."""
    milestone = _read_one(pk, digest)
    if milestone.proposed_by is None or milestone.is_approved:
        raise MilestoneRefused
    if milestone.proposed_by == by:
        raise ApproverIsProposer
    milestone.approved_by, milestone.approved_digest = by, digest
    milestone.save(update_fields=["approved_by", "approved_digest"])
    record("subscriptions.milestone-approved", on=milestone, by=by, after={"digest": digest})


def _read_one(pk: int, digest: str) -> Milestone:
    milestone = Milestone.objects.select_for_update().get(pk=pk)
    if milestone.digest != digest:
        raise WordsHaveChanged
    return milestone


def release_due(*, at: datetime) -> int:
    """Send what is due this month and has not been sent; how many messages were released.

    May be called at any time, by several at once, and be killed anywhere: a message's origin names the milestone and
    the month of birth, and there is never a second one. A month without a child waits for nobody and is not sent.
    """
    here = in_japan(at)
    if here.hour < FIRST_HOUR:
        return 0
    approved = Milestone.objects.filter(is_active=True).exclude(approved_digest="")

    def release_one(milestone: Milestone) -> bool:
        born = _months_before(here.date(), milestone.months)
        return milestone.is_approved and _release_once(milestone, born, at)

    return RELEASE.each(approved, release_one, limit=None)


@transaction.atomic
def _release_once(milestone: Milestone, born: date, at: datetime) -> bool:
    month = born.isoformat()[:7]
    origin = f"subscriptions.milestone:{milestone.key}:{month}"
    with connection.cursor() as cursor:
        lock = int.from_bytes(keyed_hash(origin, purpose="subscriptions.milestone")[:8], signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    destinations = tuple(Destination.objects.filter(address=SUBSCRIBERS, reach=Reach.PUBLIC, is_active=True))
    is_meant = Child.objects.filter(birth_month=born).exists()
    if not destinations or not is_meant or Message.objects.filter(origin=origin).exists():
        return False
    content = Content(
        wordings=(
            Wording("ja", milestone.title, milestone.body, milestone.short),
            Wording("ja-easy", milestone.title_easy, milestone.body_easy, milestone.short_easy),
            Wording("en", milestone.title_en, milestone.body_en, milestone.short_en),
        ),
        facts={BIRTH_MONTH: month},
        page=PAGE,
    )
    assert milestone.proposed_by is not None
    order = Order(
        kind=EditionKind.FIRST,
        content=content,
        destinations=destinations,
        expires_at=at + LIVES,
        author=milestone.proposed_by,
        approver=milestone.approved_by,
        message_kind=KIND.key,
        origin=origin,
    )
    try:
        with transaction.atomic():
            release(order, at=at)
    except ReleaseRefused as refused:
        # A person must see to it (no city, a destination that was mended wrongly); next hour it is tried again.
        log.warning("milestone_refused", extra={"milestone": milestone.key, "trouble": type(refused).__name__})
        return False
    return True


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
