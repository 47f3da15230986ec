"""What the incident desk stores, a file for each concept."""

from todoke.civic.emergency.models.feed import Feed, FeedEntry
from todoke.civic.emergency.models.hazard import HazardState, HazardWarning
from todoke.civic.emergency.models.telegram import Telegram

__all__ = ["Feed", "FeedEntry", "HazardState", "HazardWarning", "Telegram"]
