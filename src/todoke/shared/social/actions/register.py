"""Opening, changing and closing an account of the register, each with its reason in the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.base.sealing import seal
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Post, Section
from todoke.ground.people.rules import Viewer
from todoke.shared.social.models import SocialAccount
from todoke.shared.social.queries import destinations_of

MANAGE = "social.manage"
SEAL_CONTEXT = b"social.account secret"
NAMED = (
    "service",
    "handle",
    "name",
    "purpose",
    "rule",
    "rule_address",
    "contact",
    "address",
    "secret_name",
    "is_listed",
)


class RegisterRefused(Refusal):
    """The register was not changed. The text is fit for the person at the screen."""

    says = _("台帳を変更できません。")


class MayNotManage(RegisterRefused):
    """The viewer has no right to."""

    says = _("アカウント台帳を変更する権限がありません。")


class StandsThere(RegisterRefused):
    """The same account stands in the register already."""

    says = _("このサービスの同じアカウントか宛先が、すでに台帳にあります。")


class IsClosed(RegisterRefused):
    """A closed account is history."""

    says = _("閉鎖したアカウントは変更できません。")


class IsInUse(RegisterRefused):
    """Destinations still lead to it."""

    says = _("配信先（%(names)s）がまだこのアカウントを使っています。配信先を外してから閉鎖してください。")

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)

    def __str__(self) -> str:
        return str(self.says) % {"names": "、".join(self.names)}


@dataclass(frozen=True)
class Card:
    """What the register says of an account. `secret` is a new secret to seal; empty leaves the one that is there."""

    service: str
    handle: str
    name: str
    section: Section
    purpose: str
    rule: str
    contact: str
    poster_sections: tuple[Section, ...]
    poster_posts: tuple[Post, ...] = ()
    rule_address: str = ""
    address: str = ""
    secret_name: str = ""
    secret: str = ""
    is_listed: bool = True


@transaction.atomic
def open_account(card: Card, *, key: str, on: date, by: Viewer, why: str) -> SocialAccount:
    """Put an account into the register. Raises a RegisterRefused."""
    _check(by)
    account = SocialAccount(key=key, opened_date=on)
    _write(account, card)
    record("social.account-opened", on=account, by=by, after=_shown(account), why=why)
    return account


@transaction.atomic
def change_account(pk: int, card: Card, *, by: Viewer, why: str) -> SocialAccount:
    """Change what the register says. A secret is only ever replaced. Raises a RegisterRefused."""
    _check(by)
    account = SocialAccount.objects.select_for_update().get(pk=pk)
    if not account.is_open:
        raise IsClosed
    before = _shown(account)
    _write(account, card)
    after = _shown(account)
    changed = sorted(name for name in after if before[name] != after[name])
    if card.secret:
        # That it was replaced, and not what by.
        before, after = {**before, "secret": ""}, {**after, "secret": "replaced"}
        changed.append("secret")
    record(
        "social.account-changed",
        on=account,
        by=by,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        why=why,
    )
    return account


@transaction.atomic
def close_account(pk: int, *, on: date, by: Viewer, why: str) -> SocialAccount:
    """Close an account: it stays in the register, its secret does not. Raises a RegisterRefused."""
    _check(by)
    account = SocialAccount.objects.select_for_update().get(pk=pk)
    if not account.is_open:
        raise IsClosed
    used = [place.name for place in destinations_of([account]).get(account.pk, []) if place.is_active]
    if used:
        raise IsInUse(used)
    account.closed_date, account.secret_name, account.sealed_secret = max(on, account.opened_date), "", None
    account.save(update_fields=["closed_date", "secret_name", "sealed_secret"])
    record("social.account-closed", on=account, by=by, after={"closed_date": account.closed_date}, why=why)
    return account


def _check(by: Viewer) -> None:
    if not by.may(MANAGE):
        raise MayNotManage


def _write(account: SocialAccount, card: Card) -> None:
    for name in NAMED:
        setattr(account, name, getattr(card, name))
    account.section = card.section
    if card.secret:
        account.sealed_secret, account.secret_name = seal(card.secret.encode(), context=SEAL_CONTEXT), ""
    elif card.secret_name:
        account.sealed_secret = None
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        raise StandsThere from error
    account.poster_sections.set(card.poster_sections)
    account.poster_posts.set(card.poster_posts)


def _shown(account: SocialAccount) -> dict[str, Any]:
    """What the record may hold: names and words, and of the secret only how it is kept."""
    return {
        **{name: getattr(account, name) for name in NAMED},
        "section": account.section.key,
        "poster_sections": sorted(account.poster_sections.values_list("key", flat=True)),
        "poster_posts": sorted(account.poster_posts.values_list("key", flat=True)),
        "secret_is": "sealed" if account.sealed_secret is not None else "named" if account.secret_name else "none",
    }
