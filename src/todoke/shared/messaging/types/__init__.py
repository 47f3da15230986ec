"""The words of the ledger, shared with every room that sends."""

from todoke.shared.messaging.types.content import AreaMark, CapFacts, Content, Register, Wording
from todoke.shared.messaging.types.copies import Copy, Fate, Members, Report, Result, Text, WaysOut
from todoke.shared.messaging.types.edition import ON_BEHALF, Address, FrozenEdition, Reference
from todoke.shared.messaging.types.outcome import Never, Parcel, Receipt, TryLater
from todoke.shared.messaging.types.states import (
    BounceKind,
    BundleState,
    ContactState,
    DeliveryState,
    EditionKind,
    FollowUpReason,
    LetterState,
    Mode,
    Outcome,
    Reach,
    RecipientState,
)

__all__ = [
    "ON_BEHALF",
    "Address",
    "AreaMark",
    "BounceKind",
    "BundleState",
    "CapFacts",
    "ContactState",
    "Content",
    "Copy",
    "DeliveryState",
    "EditionKind",
    "Fate",
    "FollowUpReason",
    "FrozenEdition",
    "LetterState",
    "Members",
    "Mode",
    "Never",
    "Outcome",
    "Parcel",
    "Reach",
    "Receipt",
    "RecipientState",
    "Reference",
    "Register",
    "Report",
    "Result",
    "Text",
    "TryLater",
    "WaysOut",
    "Wording",
]
