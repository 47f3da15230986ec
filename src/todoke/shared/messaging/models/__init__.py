"""The ledger's tables."""

from todoke.shared.messaging.models.delivery import Attempt, Delivery, FollowUp
from todoke.shared.messaging.models.destination import Destination
from todoke.shared.messaging.models.message import Edition, FrozenArtefact, Message

__all__ = ["Attempt", "Delivery", "Destination", "Edition", "FollowUp", "FrozenArtefact", "Message"]
