"""What the room stores: the city's own people (staff), and residents with what they have shown of themselves."""

from todoke.ground.people.models.mandates import Mandate
from todoke.ground.people.models.residents import (
    CounterNumber,
    MailAddress,
    OutsideIdentity,
    Protection,
    Resident,
    SignInEvent,
    SignInLetter,
    VerifiedFact,
)
from todoke.ground.people.models.staff import (
    Account,
    AccountManager,
    Post,
    Posting,
    Role,
    RolePermission,
    Section,
    Staff,
)

__all__ = [
    "Account",
    "AccountManager",
    "CounterNumber",
    "MailAddress",
    "Mandate",
    "OutsideIdentity",
    "Post",
    "Posting",
    "Protection",
    "Resident",
    "Role",
    "RolePermission",
    "Section",
    "SignInEvent",
    "SignInLetter",
    "Staff",
    "VerifiedFact",
]
