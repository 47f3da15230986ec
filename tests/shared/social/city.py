"""A city with a section, an account on X, and a destination that leads to it."""

from datetime import date
from typing import Any

from todoke.ground.people.models import Section
from todoke.shared.messaging.models import Destination
from todoke.shared.social.models import Quota, SocialAccount
from todoke.shared.social.types import Window


def make_section(key: str = "koho") -> Section:
    section, _made = Section.objects.get_or_create(
        key=key, defaults={"name": "広報課", "reading": "こうほうか", "name_en": "Public Relations"}
    )
    return section


def make_account(key: str = "bosai-x", **changed: Any) -> SocialAccount:
    facts: dict[str, Any] = {
        "service": "social.x",
        "handle": "@aoba_bosai",
        "name": "青葉市 防災",
        "section": make_section(),
        "purpose": "避難の情報",
        "rule": "要綱第3条",
        "contact": "防災課 000-000-0000",
        "address": "@aoba_bosai",
        "secret_name": "TODOKE_SOCIAL_SECRET_X",
        "opened_date": date(2013, 4, 1),
    }
    account = SocialAccount.objects.create(key=key, **{**facts, **changed})
    account.poster_sections.set([account.section])
    return account


def make_quota(account: SocialAccount, window: Window = Window.DAY, **changed: Any) -> Quota:
    facts: dict[str, Any] = {"limit": 50, "reserve_percent": 40, "source": "契約"}
    return Quota.objects.create(account=account, window=window, **{**facts, **changed})


def make_place(key: str = "x", **changed: Any) -> Destination:
    facts: dict[str, Any] = {"channel": "social.x", "name": "防災X", "address": "@aoba_bosai"}
    return Destination.objects.create(key=key, **{**facts, **changed})
