"""What people reads from the city folder: sections, posts, roles and staff.

| file | columns or keys |
| --- | --- |
| sections.csv | key, name, reading, name_en, parent (a key, or empty) |
| posts.csv | key, name, rank (1 stands highest) |
| roles.toml | `[[roles]]` with key, name, permissions (a list of permission keys) |
| staff.csv | login_name, staff_number, name, reading, section, post, role, start_date |
| | optional: email, concurrent (1 for 兼務), end_date |

staff.csv has one row per posting: somebody with two posts stands there twice. A posting that the file no longer names
is left as it is: it is history, and ends with an end_date.
"""

import re
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from todoke.base.tables import Document, Row, read_csv, read_toml
from todoke.ground.people.models import Account, Post, Posting, Role, RolePermission, Section, Staff
from todoke.ground.people.registry import permissions
from todoke.ground.people.rules import LOGIN_NAME, normal_login_name
from todoke.ground.people.sample import make_sample_accounts
from todoke.ground.places.queries import the_city
from todoke.ground.places.registry import LoadReport

Keyed = TypeVar("Keyed", Section, Post, Role)

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class PeoplePart:
    """Sections, posts, roles, staff and their postings; none of the files need be there."""

    key = "people.staff"
    order = 200
    files = ("sections.csv", "posts.csv", "roles.toml", "staff.csv")

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the files say; see the table above."""
        if (folder / "sections.csv").exists():
            _load_sections(folder / "sections.csv", report)
        if (folder / "posts.csv").exists():
            _load_posts(folder / "posts.csv", report)
        if (folder / "roles.toml").exists():
            _load_roles(folder / "roles.toml", report)
        if (folder / "staff.csv").exists():
            _load_staff(folder / "staff.csv", report)
        if not report.fault_count:
            make_sample_accounts()


def _load_sections(path: Path, report: LoadReport) -> None:
    waiting = []
    seen: set[str] = set()
    stored: dict[str, Section] = {}
    for row in read_csv(path, report, columns=("key", "name", "reading", "name_en", "parent")):
        key = _key(row, seen)
        values = {column: row.text(column) for column in ("name", "reading", "name_en")}
        if key:
            waiting.append((row, key, values))
    # A section may stand above its parent in the file: whoever still waits for theirs takes another turn.
    while waiting:
        ready = [each for each in waiting if not each[0].text("parent", blank=True) or each[0].text("parent") in stored]
        if not ready:
            for row, _section_key, _values in waiting:
                row.fault(
                    "parent",
                    _("上位の課・係がこのファイルにないか、互いに上位になっています。キーを確かめてください。"),
                )
            return
        for row, key, values in ready:
            parent = stored.get(row.text("parent", blank=True))
            stored[key] = report.store(Section, key={"key": key}, values={**values, "parent": parent})
        waiting = [each for each in waiting if each not in ready]


def _load_posts(path: Path, report: LoadReport) -> None:
    seen: set[str] = set()
    for row in read_csv(path, report, columns=("key", "name", "rank")):
        key, name, rank = _key(row, seen), row.text("name"), row.whole("rank")
        if key and rank is not None:
            report.store(Post, key={"key": key}, values={"name": name, "rank": rank})


def _load_roles(path: Path, report: LoadReport) -> None:
    document = read_toml(path, report)
    if document is None:
        return
    document.refuse_unknown(document.values, ("roles",))
    roles = document.values.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, dict) for role in roles):
        document.fault("roles", text=_("役割は [[roles]] の見出しの下に1つずつ書いてください。"))
        return
    for number, table in enumerate(roles):
        document.refuse_unknown(table, ("key", "name", "permissions"), "roles", number)
        key, name = document.text(table, "key", "roles", number), document.text(table, "name", "roles", number)
        wanted = set(document.texts(table, "permissions", "roles", number))
        _warn_of_unknown(document, number, wanted, report)
        if not KEY.fullmatch(key):
            document.fault("roles", number, "key", text=_("キーは半角の英小文字・数字とハイフンで書いてください。"))
            continue
        role = report.store(Role, key={"key": key}, values={"name": name})
        _give(role, wanted, report)


def _warn_of_unknown(document: Document, number: int, wanted: set[str], report: LoadReport) -> None:
    for permission in sorted(wanted):
        if permission not in permissions:
            known = ", ".join(sorted(each.key for each in permissions))
            report.warn(
                document.place("roles", number, "permissions"),
                _("「%(permission)s」という権限はありません。ある権限: %(known)s。")
                % {"permission": permission, "known": known},
            )


def _give(role: Role, wanted: set[str], report: LoadReport) -> None:
    for permission in sorted(wanted):
        report.store(RolePermission, key={"role": role, "permission": permission}, values={})
    report.drop_missing(role.permissions.exclude(permission__in=wanted), report.gone("roles.toml"))


def _load_staff(path: Path, report: LoadReport) -> None:
    columns = ("login_name", "staff_number", "name", "reading", "section", "post", "role", "start_date")
    for row in read_csv(path, report, columns=columns, optional=("email", "concurrent", "end_date")):
        staff = _staff(row, report)
        section = _known(row, "section", Section)
        post = _known(row, "post", Post)
        role = _known(row, "role", Role)
        start, end = _day(row, "start_date"), _day(row, "end_date", blank=True)
        if start and end and end < start:
            row.fault("end_date", _("終わりの日が始まりの日より前です。"))
        elif staff and section and post and role and start:
            key = {"staff": staff, "section": section, "post": post, "start_date": start}
            values = {"role": role, "is_concurrent": row.yes("concurrent"), "end_date": end}
            try:
                with transaction.atomic():
                    report.store(Posting, key=key, values=values)
            except IntegrityError:
                row.fault(
                    "start_date",
                    _("同じ人・同じ課・同じ職の発令と期間が重なっています。前の発令に終わりの日を書いてください。"),
                )


def _staff(row: Row, report: LoadReport) -> Staff | None:
    login_name = normal_login_name(row.text("login_name"))
    number, name, reading = row.text("staff_number"), row.text("name"), row.text("reading")
    if login_name and not LOGIN_NAME.fullmatch(login_name):
        row.fault("login_name", _("半角の英小文字・数字と . _ @ + - で書いてください。先頭は英小文字か数字です。"))
        return None
    if not (login_name and number and name):
        return None
    taken = Staff.objects.filter(staff_number=number).exclude(account__login_name=login_name)
    if taken.exists():
        row.fault("staff_number", _("この職員番号は、ほかの人が使っています。"))
        return None
    city = the_city()
    account = report.store(
        Account,
        key={"login_name": login_name},
        values={"name": name, "email": row.text("email", blank=True)},
    )
    if not account.password:
        # Just made. It gets a password by a set-up link or, in the fictional city, from sample.py.
        account.set_unusable_password()
        account.is_sample = bool(city and city.sample)
        account.save(update_fields=["password", "is_sample"])
    return report.store(Staff, key={"account": account}, values={"staff_number": number, "reading": reading})


def _key(row: Row, seen: set[str]) -> str:
    key = row.text("key")
    if key and not KEY.fullmatch(key):
        row.fault("key", _("キーは半角の英小文字・数字とハイフンで書いてください。"))
        return ""
    if key in seen:
        row.fault("key", _("このキーはもう使われています。"))
        return ""
    seen.add(key)
    return key


def _known(row: Row, column: str, model: type[Keyed]) -> Keyed | None:
    key = row.text(column)
    found = model._default_manager.filter(key=key).first() if key else None
    if key and found is None:
        row.fault(column, _("「%(key)s」というキーはありません。") % {"key": key})
    return found


def _day(row: Row, column: str, *, blank: bool = False) -> date | None:
    text = row.text(column, blank=blank)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        row.fault(column, _("日付ではありません。2026-04-01 の形で書いてください。"))
        return None
