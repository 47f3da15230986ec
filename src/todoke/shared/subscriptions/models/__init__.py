"""What is stored: topics, requests to subscribe, places with their topics, children's birth months, imported lists,
what LINE has told."""

from todoke.shared.subscriptions.models.choices import Child, Place
from todoke.shared.subscriptions.models.imports import Consent, Import, ImportRefusal
from todoke.shared.subscriptions.models.line import LineEvent
from todoke.shared.subscriptions.models.milestone import Milestone
from todoke.shared.subscriptions.models.request import Request
from todoke.shared.subscriptions.models.topic import Topic

__all__ = ["Child", "Consent", "Import", "ImportRefusal", "LineEvent", "Milestone", "Place", "Request", "Topic"]
