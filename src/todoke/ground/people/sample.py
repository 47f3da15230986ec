"""The accounts of the fictional city: random passwords and authenticator secrets, told to whoever starts it.

They are kept in TODOKE_VAR/sample-accounts.json, readable by the owner alone, and work in a sample city only
(signing_in.LoginNameBackend). In a real city this module tells nothing, whatever the file says.
"""

import json
import os
import secrets
from base64 import b32encode
from dataclasses import asdict, dataclass
from pathlib import Path

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from todoke.base.clock import now
from todoke.ground.people.models import Account
from todoke.ground.people.queries import is_sample_city
from todoke.ground.people.rules import totp_code

# No 0 and o, no 1, l and i: the password is read from a screen and typed.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class SampleAccount:
    """What somebody trying the fictional city needs to sign in as one of its staff."""

    login_name: str
    name: str
    password: str
    totp_secret: str


class NoSampleAccount(LookupError):
    """There is no sample account with this login name here: another city, or a typing error."""


def sample_accounts_file() -> Path:
    """Where the accounts are kept."""
    path: Path = settings.VAR / "sample-accounts.json"
    return path


def sample_accounts() -> list[SampleAccount]:
    """All accounts of the fictional city; none anywhere else."""
    return list(_kept().values()) if is_sample_city() else []


def sample_accounts_lines() -> list[str]:
    """What `todoke up` prints of them; nothing in a real city."""
    accounts = sample_accounts()
    if not accounts:
        return []
    return [
        "見本の市の職員（この市だけのアカウントです）:",
        *(f"  {account.login_name}  {account.password}  {account.name}" for account in accounts),
        f"  認証アプリの数字（模擬）: {settings.SITE_ADDRESS}/simulators/authenticator",
    ]


def code_of(login_name: str) -> str:
    """The six digits that this sample account's app would show now. Raises NoSampleAccount."""
    for account in sample_accounts():
        if account.login_name == login_name:
            return totp_code(account.totp_secret, now())
    raise NoSampleAccount(login_name)


def make_sample_accounts() -> int:
    """Give every sample account that has none yet a password and an authenticator; says how many.

    Runs inside the transaction that loads the city: the file is written once that has committed.
    """
    if not is_sample_city():
        return 0
    kept = _kept()
    new = [account for account in Account.objects.filter(is_sample=True) if account.login_name not in kept]
    for account in new:
        kept[account.login_name] = _made(account)
    if new:
        transaction.on_commit(lambda: _keep(kept))
    return len(new)


def _made(account: Account) -> SampleAccount:
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    secret = b32encode(secrets.token_bytes(20)).decode()
    account.set_password(password)
    account.save(update_fields=["password"])
    Authenticator.objects.update_or_create(
        user=account, type=Authenticator.Type.TOTP, defaults={"data": {"secret": get_adapter().encrypt(secret)}}
    )
    return SampleAccount(account.login_name, account.name, password, secret)


def _kept() -> dict[str, SampleAccount]:
    try:
        accounts = json.loads(sample_accounts_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {account["login_name"]: SampleAccount(**account) for account in accounts}


def _keep(accounts: dict[str, SampleAccount]) -> None:
    path = sample_accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump([asdict(account) for account in accounts.values()], file, ensure_ascii=False, indent=1)
    draft.replace(path)
