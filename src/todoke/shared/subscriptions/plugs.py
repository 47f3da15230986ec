"""What subscriptions plug in elsewhere."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import MenuItem, Panel, resident_menu, resident_panels
from todoke.ground.places.registry import city_parts
from todoke.shared.messaging.registry import audiences
from todoke.shared.subscriptions.audience import Subscribers
from todoke.shared.subscriptions.caretaker import Caretaker
from todoke.shared.subscriptions.city import TopicsPart
from todoke.shared.subscriptions.queries.channels import channels_on_offer
from todoke.shared.subscriptions.queries.topics import topics


def draw_invitation(request: HttpRequest) -> str | None:
    """The way to subscribe, where there is something to subscribe to."""
    if not channels_on_offer() or not topics():
        return None
    return render_to_string("subscriptions/panel.html", {}, request=request)


audiences.register(Subscribers())
city_parts.register(TopicsPart())
companions.register(Caretaker())
resident_panels.register(Panel("subscriptions.invitation", _("お知らせの登録"), 40, draw_invitation))
resident_menu.register(MenuItem("subscriptions.subscribe", _("お知らせの登録"), "subscriptions:subscribe", 40))
