"""Who is looking, and what they may: values in hand, no database."""

import unicodedata
from dataclasses import dataclass


def normal_login_name(typed: str) -> str:
    """The login name as it is stored: full-width letters narrowed, capitals folded, no space around it."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


@dataclass(frozen=True)
class Viewer:
    """Somebody at the door, with everything needed to say what they may: the postings of one day, read once.

    `grants` pairs a permission with the section in which it is held.
    """

    account_id: int | None
    name: str
    staff_id: int | None
    section_keys: frozenset[str]
    grants: frozenset[tuple[str, str]]

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

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
