"""What the incident desk stores, a file for each concept."""

from todoke.civic.emergency.models.draft import LIVE, Draft, DraftArea, DraftState, Verdict
from todoke.civic.emergency.models.drill import Drill, DrillStep, Scenario
from todoke.civic.emergency.models.feed import Feed, FeedEntry
from todoke.civic.emergency.models.hazard import HazardState, HazardWarning
from todoke.civic.emergency.models.incident import HazardGroup, Incident, Phase
from todoke.civic.emergency.models.participant import DrillParticipant, DrillReceipt
from todoke.civic.emergency.models.telegram import Telegram
from todoke.civic.emergency.models.template import Template

__all__ = [
    "LIVE",
    "Draft",
    "DraftArea",
    "DraftState",
    "Drill",
    "DrillParticipant",
    "DrillReceipt",
    "DrillStep",
    "Feed",
    "FeedEntry",
    "HazardGroup",
    "HazardState",
    "HazardWarning",
    "Incident",
    "Phase",
    "Scenario",
    "Telegram",
    "Template",
    "Verdict",
]
