"""Staff and sessions for tests: accounts with a posting, signed in with password and second factor as allauth does."""

from collections.abc import Iterable
from datetime import date
from itertools import count
from time import time

from django.test import Client

from todoke.base.clock import now
from todoke.ground.people.models import Account, Post, Posting, Resident, Role, RolePermission, Section, Staff
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.residents.evidence import Shown
from todoke.ground.people.residents.session import RESIDENT
from todoke.ground.people.rules import Level

_numbers = count(1)


def make_resident(name: str = "市民 花子") -> Account:
    """An account without a posting."""
    return Account.objects.create(login_name=f"resident{next(_numbers)}", name=name)


def make_staff(
    permissions: Iterable[str] = (), *, section: str = "kiki", name: str = "職員 太郎", login_name: str = ""
) -> Account:
    """The account of a member of staff in this section whose role gives exactly these permissions."""
    number = next(_numbers)
    account = Account.objects.create(login_name=login_name or f"staff{number}", name=name)
    role = Role.objects.create(key=f"role{number}", name=f"役割{number}")
    RolePermission.objects.bulk_create(RolePermission(role=role, permission=key) for key in permissions)
    place, _ = Section.objects.get_or_create(
        key=section, defaults={"name": "危機管理課", "reading": "ききかんりか", "name_en": "Crisis Management"}
    )
    post, _ = Post.objects.get_or_create(key="shuji", defaults={"name": "主事", "rank": 90})
    staff = Staff.objects.create(account=account, staff_number=f"{number:05}", reading="しょくいん たろう")
    Posting.objects.create(staff=staff, section=place, post=post, role=role, start_date=date(2020, 4, 1))
    return account


def sign_in(client: Client, account: Account, *, second_factor: bool = True) -> Client:
    """Sign this account in without its password; its session says that a second factor was shown."""
    client.force_login(account)
    if second_factor:
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "id": 1, "at": time()}]
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()
    return client


def staff_client(*permissions: str, section: str = "kiki", name: str = "職員 太郎") -> Client:
    """A browser in which a member of staff with exactly these permissions has signed in."""
    return sign_in(Client(), make_staff(permissions, section=section, name=name))


def show(
    client: Client, resident: Resident, level: Level = Level.CONTACT, *, minutes_ago: float = 0, means: str = ""
) -> Client:
    """Let this resident have shown so much in this browser's session, so long ago."""
    session = client.session
    shown = Shown(means or f"tests.{level.name.lower()}", level, now().timestamp() - minutes_ago * 60)
    earlier = session.get(RESIDENT, {}).get("shown", [])
    session[RESIDENT] = {
        "id": resident.pk,
        "generation": resident.generation,
        "shown": [*earlier, shown.as_json()],
    }
    session.save()
    if not client.cookies.get("sessionid"):
        client.cookies["sessionid"] = session.session_key
    return client


def resident_client(level: Level = Level.CONTACT, resident: Resident | None = None) -> Client:
    """A browser in which a resident has just shown this level."""
    return show(Client(), resident or new_resident(now()), level)
