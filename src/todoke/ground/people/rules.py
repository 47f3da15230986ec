"""Who is looking, and what they may: values in hand, no database."""

import base64
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

TOTP_SECONDS = 30

# The same as the constraint `account_login_name_is_folded`.
LOGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]*")


def normal_login_name(typed: str) -> str:
    """The login name as it is stored: full-width letters narrowed, capitals folded, no space around it."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


class Level(IntEnum):
    """How sure the city is, in this session, who a resident is; a procedure names the least it needs.

    After the ladder of 行政手続におけるオンラインによる本人確認の手法に関するガイドライン (各府省情報化統括責任者
    連絡会議決定, 2019), which asks for less where less is at stake.
    """

    NONE = 0
    CONTACT = 1
    ACCOUNT = 2
    COUNTER = 3
    CARD = 4
    SIGNED = 5


@dataclass(frozen=True)
class Viewer:
    """Somebody at the door, with everything needed to say what they may: the postings of one day, read once.

    `grants` pairs a permission with the section in which it is held. A resident has `resident_id` and the `level` that
    they have shown in this session; nobody is staff and resident in one session.
    """

    account_id: int | None
    name: str
    staff_id: int | None
    section_keys: frozenset[str]
    grants: frozenset[tuple[str, str]]
    resident_id: int | None = None
    level: Level = Level.NONE

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    @property
    def is_resident(self) -> bool:
        """Whether they have signed in as a resident."""
        return self.resident_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether they are a member of staff with a posting in force."""
        return self.staff_id is not None

    def may(self, permission: str, section: str | None = None) -> bool:
        """Whether they hold this permission: in this section, or with None in any."""
        if section is None:
            return any(held == permission for held, _ in self.grants)
        return (permission, section) in self.grants


ANONYMOUS = Viewer(account_id=None, name="", staff_id=None, section_keys=frozenset(), grants=frozenset())


# Set in the session at sign-in, in seconds since 1970. A session ends so long after it, however busy it has been.
SIGNED_IN_AT = "people_signed_in_at"
SIGNED_IN_HOURS_MAX = 12


def has_been_signed_in_too_long(session: Mapping[str, Any], at: datetime) -> bool:
    """Whether this session has reached its end; one that cannot say when it began has."""
    return bool(at.timestamp() - session.get(SIGNED_IN_AT, 0) > SIGNED_IN_HOURS_MAX * 3600)


# Set in the session when a second factor is set up in it: whoever has just shown its first code need not show another.
SECOND_FACTOR_SET_UP_BY = "people_second_factor_set_up_by"


def has_proved_second_factor(session: Mapping[str, Any], account_id: str) -> bool:
    """Whether this account has shown a second factor in this session.

    allauth keeps what was shown under these two keys (allauth.account.internal.flows.login, 65.21); a record counts for
    the account that it names.
    """
    if session.get(SECOND_FACTOR_SET_UP_BY) == account_id:
        return True
    if session.get("account_authentication_methods_user") != account_id:
        return False
    return any(shown.get("method") == "mfa" for shown in session.get("account_authentication_methods", ()))


def totp_code(secret: str, at: datetime) -> str:
    """The six digits that an authenticator app with this base32 secret shows (RFC 6238 with its usual values)."""
    counter = int(at.timestamp()) // TOTP_SECONDS
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
