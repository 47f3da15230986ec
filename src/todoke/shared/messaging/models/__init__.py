"""The ledger's tables."""

from todoke.shared.messaging.models.bounce import Bounce
from todoke.shared.messaging.models.contact import Contact
from todoke.shared.messaging.models.delivery import Attempt, Delivery, FollowUp
from todoke.shared.messaging.models.destination import Destination
from todoke.shared.messaging.models.letter import Letter
from todoke.shared.messaging.models.mailing import Bundle, Mailing, Pace, Recipient
from todoke.shared.messaging.models.message import Edition, FrozenArtefact, Message
from todoke.shared.messaging.models.multicast import Multicast

__all__ = [
    "Attempt",
    "Bounce",
    "Bundle",
    "Contact",
    "Delivery",
    "Destination",
    "Edition",
    "FollowUp",
    "FrozenArtefact",
    "Letter",
    "Mailing",
    "Message",
    "Multicast",
    "Pace",
    "Recipient",
]
