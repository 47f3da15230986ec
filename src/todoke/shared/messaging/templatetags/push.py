"""The offer of notifications on this device, for whichever page asks residents how they want to be told."""

from django import template
from django.templatetags.static import static

from todoke.shared.messaging.channels.push_each import PushEachChannel
from todoke.shared.messaging.registry import channels

register = template.Library()
WORKER = "messaging/push-worker.js"


@register.inclusion_tag("messaging/push_offer.html")
def push_offer(name: str = "address") -> dict[str, object]:
    """A button inside a form: it asks the browser for a subscription and submits the form with it.

    The form gets it as JSON in the field `name`, which is what `trouble_with_contact` and `normal` of the channel
    `messaging.push-each` read; the button's own name and value are `channel` and that key. Draws nothing where the
    channel is not there.
    """
    channel = channels.find(PushEachChannel.key)
    if not isinstance(channel, PushEachChannel):
        return {}
    return {
        "name": name,
        "channel": channel.key,
        "public_key": channel.sender.public_key,
        "worker": static(WORKER),
    }
