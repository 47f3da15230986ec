"""The words of the ledger, shared with every room that sends."""

from todoke.shared.messaging.types.content import AreaMark, CapFacts, Content, Wording
from todoke.shared.messaging.types.edition import Address, FrozenEdition, Reference
from todoke.shared.messaging.types.outcome import Never, Parcel, Receipt, TryLater
from todoke.shared.messaging.types.states import (
    DeliveryState,
    EditionKind,
    FollowUpReason,
    Mode,
    Outcome,
    Reach,
)

__all__ = [
    "Address",
    "AreaMark",
    "CapFacts",
    "Content",
    "DeliveryState",
    "EditionKind",
    "FollowUpReason",
    "FrozenEdition",
    "Mode",
    "Never",
    "Outcome",
    "Parcel",
    "Reach",
    "Receipt",
    "Reference",
    "TryLater",
    "Wording",
]
