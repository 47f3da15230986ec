"""What the register reads from the city folder.

| file | columns |
| --- | --- |
| social_accounts.csv | key, service, handle, name, section, purpose, rule, contact, poster_sections, opened; optional: poster_posts, rule_address, address, secret_name, listed, closed |
| social_quotas.csv | account, window (quarter-hour, day, month, credits), limit, reserve (percent), source; optional: since (credits alone) |

An account that stands in the register already is left alone: it is kept on its pages from then on, with a reason for
every change. Quotas are what contracts say, so there the file wins, until staff set one on the account's page.
"""  # noqa: E501 - a table

import re
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from todoke.base.tables import Row, read_csv
from todoke.ground.people.models import Post, Section
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.shared.social.models import VARIABLE, Quota, SocialAccount
from todoke.shared.social.registry import services
from todoke.shared.social.types import Window

ACCOUNTS, QUOTAS = "social_accounts.csv", "social_quotas.csv"
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
COLUMNS = (
    "key",
    "service",
    "handle",
    "name",
    "section",
    "purpose",
    "rule",
    "contact",
    "poster_sections",
    "opened",
)
OPTIONAL = ("poster_posts", "rule_address", "address", "secret_name", "listed", "closed")
PERCENT_MAX = 99

Keyed = TypeVar("Keyed", Section, Post)


class RegisterPart:
    """The accounts and their quotas; neither file need be there."""

    key = "social.register"
    # After the destinations, which it names in no column but whose people have just been read.
    order = 310
    files = (ACCOUNTS, QUOTAS)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the files say; see the table above."""
        if (folder / ACCOUNTS).exists():
            for row in read_csv(folder / ACCOUNTS, report, columns=COLUMNS, optional=OPTIONAL):
                _account(row, report)
        if (folder / QUOTAS).exists():
            columns = ("account", "window", "limit", "reserve", "source")
            named = [
                _quota(row, report) for row in read_csv(folder / QUOTAS, report, columns=columns, optional=("since",))
            ]
            if not report.fault_count:
                gone = Quota.objects.filter(set_at=None).exclude(pk__in=[quota.pk for quota in named if quota])
                report.drop_missing(gone, report.gone(QUOTAS))


def _account(row: Row, report: LoadReport) -> None:
    before = report.fault_count
    key = row.text("key", longest=60)
    if key and not KEY.fullmatch(key):
        row.fault("key", _("キーは半角の小文字、数字、ハイフンで書いてください（例 bosai-x）。"))
    values = {
        "service": row.one_of("service", [service.key for service in services]),
        "handle": row.text("handle", longest=200),
        "name": row.text("name", longest=200),
        "section": _known(row, "section", Section),
        "purpose": row.text("purpose", longest=500),
        "rule": row.text("rule", longest=300),
        "rule_address": row.text("rule_address", blank=True, longest=300),
        "contact": row.text("contact", longest=200),
        "address": row.text("address", blank=True, longest=300),
        "secret_name": row.text("secret_name", blank=True, longest=100),
        "is_listed": row.one_of("listed", ("0", "1"), blank=True) != "0",
        "opened_date": _day(row, "opened"),
        "closed_date": _day(row, "closed", blank=True),
    }
    if values["secret_name"] and not re.fullmatch(VARIABLE, str(values["secret_name"])):
        row.fault("secret_name", _("鍵の名前は TODOKE_SOCIAL_SECRET_ で始めてください。鍵そのものは書けません。"))
    sections = _all_known(row, "poster_sections", Section)
    posts = _all_known(row, "poster_posts", Post)
    if not sections:
        row.fault("poster_sections", _("投稿できる課を、1つは書いてください。"))
    known = SocialAccount.objects.filter(key=key).exists()
    twin = SocialAccount.objects.filter(service=values["service"], handle=values["handle"]).exclude(key=key)
    if not known and twin.exists():
        row.fault("handle", _("このアカウントは、別のキーで台帳にあります。"))
    if report.fault_count > before:
        return
    if known:
        report.count(str(SocialAccount._meta.verbose_name), Outcome.UNCHANGED)
        return
    account = report.store(SocialAccount, key={"key": key}, values=values)
    account.poster_sections.set(sections)
    account.poster_posts.set(posts)


def _quota(row: Row, report: LoadReport) -> Quota | None:
    before = report.fault_count
    account = SocialAccount.objects.filter(key=row.text("account")).first()
    if account is None:
        row.fault("account", _("social_accounts.csvにないアカウントです。キーを確かめてください。"))
    window = row.one_of("window", Window.values)
    limit, reserve = row.whole("limit"), row.whole("reserve")
    if limit == 0:
        row.fault("limit", _("上限は1以上です。"))
    if reserve is not None and reserve > PERCENT_MAX:
        row.fault("reserve", _("残しておく割合は0から99までの％で書いてください。"))
    since = _day(row, "since", blank=True)
    if window == Window.CREDITS and since is None:
        row.fault("since", _("前払いには、最後に買い足した日が要ります（例 2026-11-01）。"))
    source = row.text("source", longest=300)
    if report.fault_count > before or account is None:
        return None
    kept = Quota.objects.filter(account=account, window=window).exclude(set_at=None).first()
    if kept is not None:
        report.count(str(Quota._meta.verbose_name), Outcome.UNCHANGED)
        return kept
    values = {"limit": limit, "reserve_percent": reserve, "since_date": since, "source": source}
    return report.store(Quota, key={"account": account, "window": window}, values=values)


def _known(row: Row, column: str, model: type[Keyed]) -> Keyed | None:
    key = row.text(column)
    found = model.objects.filter(key=key).first()
    if key and found is None:
        row.fault(column, _("「%(key)s」というキーはありません。") % {"key": key})
    return found


def _all_known(row: Row, column: str, model: type[Keyed]) -> list[Keyed]:
    keys = row.words(column)
    found = {each.key: each for each in model.objects.filter(key__in=keys)}
    for key in keys:
        if key not in found:
            row.fault(column, _("「%(key)s」というキーはありません。") % {"key": key})
    return list(found.values())


def _day(row: Row, column: str, *, blank: bool = False) -> date | None:
    text = row.text(column, blank=blank)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        row.fault(column, _("日付は 2026-04-01 の形で書いてください。"))
        return None
