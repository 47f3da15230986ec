"""Who may post: asked before a release whether its writer or its approver stands in the register for each account.

Sendai has put its accounts (44) under a 要綱 and a ガイドライン since 2012: each has a section that answers for it,
and people who may post. So an account speaks only on the word of one of its own people, as writer or as approver: a
section that wants to say something on another's account asks that section, and there somebody approves it. An account
that stands nowhere in the register, or was closed, speaks for nobody.

What lives depend on is never held up by this: an order of evacuation speaks for the 災害対策本部, which directs every
section (災害対策基本法 23条の2), and at three in the morning the officer on duty may sit in any of them. The same holds
of what corrects or cancels, and where the glass was broken. In a drill nothing reaches an account.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.ground.people.models import Posting
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import Passage
from todoke.shared.messaging.types import Mode, Reach
from todoke.shared.social.models import SocialAccount
from todoke.shared.social.queries import account_behind, service_name
from todoke.shared.social.registry import services
from todoke.shared.social.rules import Weight, weight


class PosterGate:
    """The register's word at a release."""

    key = "social.posters"

    def objections(self, passage: Passage) -> Sequence[str]:
        """A sentence for each account on which neither of these people may post."""
        if passage.mode is not Mode.ACTUAL or passage.break_glass:
            return ()
        if weight(passage.kind, passage.lane, passage.level) is Weight.VITAL:
            return ()
        channels = [service.channel for service in services if service.channel]
        places = Destination.objects.filter(pk__in=passage.destinations, channel__in=channels)
        said = (_objection(place, passage) for place in places.exclude(reach=Reach.SIMULATOR).order_by("key"))
        return [objection for objection in said if objection]


def may_post(account: SocialAccount, people: Iterable[int], on: date) -> bool:
    """Whether one of these people (numbers of accounts) holds a post in a section that may post there, on this day."""
    in_office = Posting.objects.filter(
        Q(end_date=None) | Q(end_date__gte=on), staff__account__in=list(people), start_date__lte=on
    )
    fitting = in_office.filter(section__in=account.poster_sections.all())
    if account.poster_posts.exists():
        fitting = fitting.filter(post__in=account.poster_posts.all())
    return fitting.exists()


def _objection(place: Destination, passage: Passage) -> str:
    account = account_behind(place.channel, bare(place.address))
    if account is None or not account.is_open:
        return _(
            "送り先「%(place)s」のアカウントは台帳にないか、閉鎖されています。送り先から外すか、アカウント台帳に登録してください。"
        ) % {"place": place.name}
    if may_post(account, passage.accounts, in_japan(passage.at).date()):
        return ""
    names = {
        "name": account.name,
        "service": service_name(account.service),
        "handle": account.handle,
        "sections": "、".join(section.name for section in account.poster_sections.order_by("name")),
        "posts": "、".join(post.name for post in account.poster_posts.order_by("rank")),
    }
    if names["posts"]:
        return (
            _(
                "「%(name)s」（%(service)s %(handle)s）に投稿できるのは、%(sections)sの%(posts)sだけです。その課の人に承認を頼むか、この送り先を外してください。"  # noqa: E501 - one sentence of the catalogue
            )
            % names
        )
    return (
        _(
            "「%(name)s」（%(service)s %(handle)s）に投稿できるのは、%(sections)sの人だけです。その課の人に承認を頼むか、この送り先を外してください。"  # noqa: E501 - one sentence of the catalogue
        )
        % names
    )
