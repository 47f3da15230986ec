"""Who somebody is on a given day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import get_language

from todoke.ground.people.models import Account, Posting, RolePermission, Section, Staff
from todoke.ground.people.rules import ANONYMOUS, Viewer
from todoke.ground.places.queries import the_city


def viewer_for(account: Account | AnonymousUser | Any, on: date) -> Viewer:
    """The viewer behind this account with the postings in force on that day; two queries at most.

    A closed account and an anonymous visitor may nothing. A member of staff without a posting in force is no staff that
    day, which is how somebody on leave, or retired, loses their rights by the date alone.
    """
    if not isinstance(account, Account) or not account.is_active:
        return ANONYMOUS
    postings = list(
        Posting.objects.filter(staff__account=account, start_date__lte=on)
        .filter(Q(end_date__isnull=True) | Q(end_date__gte=on))
        .values_list("staff_id", "section__key", "role_id")
    )
    permissions: dict[int, set[str]] = {}
    for role_id, permission in RolePermission.objects.filter(role__in={role for _, _, role in postings}).values_list(
        "role_id", "permission"
    ):
        permissions.setdefault(role_id, set()).add(permission)
    return Viewer(
        account_id=account.pk,
        name=account.name,
        staff_id=postings[0][0] if postings else None,
        section_keys=frozenset(section for _, section, _ in postings),
        grants=frozenset(
            (permission, section) for _, section, role in postings for permission in permissions.get(role, ())
        ),
    )


def is_member_of_staff(account: Any) -> bool:
    """Whether this account belongs to a member of staff, in office or not: they keep the stricter way of signing in."""
    return Staff.objects.filter(account_id=account.pk).exists()


def has_second_factor(account: Any) -> bool:
    """Whether this account has set up an authenticator app or a passkey; recovery codes alone do not count."""
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user_id=account.pk, type__in=factors).exists())


def is_sample_city() -> bool:
    """Whether this house serves the fictional city, with simulators: only there do sample accounts exist."""
    city = the_city()
    return bool(settings.SIMULATORS and city and city.sample)


def section_names(keys: Iterable[str]) -> dict[str, str]:
    """What these sections are called, in the active language; a section that is no more is left out."""
    in_english = get_language() == "en"
    found = Section.objects.filter(key__in=set(keys)).values_list("key", "name", "name_en")
    return {key: (english if in_english else "") or name for key, name, english in found}


def sections_that_grant_roles(on: date) -> list[Section]:
    """The sections in which somebody may change roles on that day: whom to ask for a right."""
    return list(
        Section.objects.filter(
            Q(postings__end_date__isnull=True) | Q(postings__end_date__gte=on),
            postings__start_date__lte=on,
            postings__role__permissions__permission="people.manage",
        )
        .distinct()
        .order_by("key")
    )
