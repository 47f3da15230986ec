"""What subscriptions plug in elsewhere."""

from todoke.ground.places.registry import city_parts
from todoke.shared.messaging.registry import audiences
from todoke.shared.subscriptions.audience import Subscribers
from todoke.shared.subscriptions.city import TopicsPart

audiences.register(Subscribers())
city_parts.register(TopicsPart())
