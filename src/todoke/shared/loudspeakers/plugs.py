"""What the loudspeakers plug in elsewhere: channels, companions, their part of the city, permission, pages."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.jobs.registry import Process, companions, processes
from todoke.base.ui.registry import MenuItem, resident_menu, staff_menu
from todoke.ground.places.registry import city_parts
from todoke.shared.loudspeakers.caretaker import CARETAKER
from todoke.shared.loudspeakers.channels.reading_script import ReadingScriptChannel
from todoke.shared.loudspeakers.channels.units import UnitsChannel
from todoke.shared.loudspeakers.checkup import CHECKS
from todoke.shared.loudspeakers.city import LoudspeakersPart
from todoke.shared.loudspeakers.listener import Listener
from todoke.shared.loudspeakers.protocol import Station
from todoke.shared.loudspeakers.queries import known_words
from todoke.shared.loudspeakers.speech import voice_with
from todoke.shared.messaging.channels.mail_server import MailServer, servers_from
from todoke.shared.messaging.channels.routes import is_simulated
from todoke.shared.messaging.registry import channels


def station_for(address: str) -> Station | None:
    """The control station of an address: the simulated one for good where it says so, or where all are simulated."""
    if settings.SIMULATORS or is_simulated(address):
        return Station(f"http://127.0.0.1:{settings.CONTROL_STATION_SIMULATOR_PORT}")
    if not settings.CONTROL_STATION:
        return None
    return Station(settings.CONTROL_STATION, settings.CONTROL_STATION_TOKEN)


def warm_up() -> None:
    """Have the voice come up with the dictionary of this city, and say a word for nobody."""
    voice_with(known_words(), settings.LOUDSPEAKER_ROOT / "dictionaries").say(["放送の準備ができました。"])


SIMULATED_MAIL = MailServer(host="127.0.0.1", port=settings.SIMULATOR_PORTS[0])
RELAYS = servers_from(settings.MAIL_SERVER)

channels.register(UnitsChannel(station_for=station_for, root=settings.LOUDSPEAKER_ROOT))
channels.register(
    ReadingScriptChannel(
        server=SIMULATED_MAIL if settings.SIMULATORS else next(iter(RELAYS), None),
        simulator=SIMULATED_MAIL,
        sender=settings.MAIL_FROM,
        site=settings.SITE_ADDRESS,
        unsubscribe="",
        relays=() if settings.SIMULATORS else RELAYS,
    )
)
companions.register(Listener(station_for, warm_up))
companions.register(CARETAKER)
city_parts.register(LoudspeakersPart())
processes.register(Process("loudspeakers.station", ("control_station",), when=lambda: settings.SIMULATORS))
for check in CHECKS:
    checks.register(check)

permissions.register(
    Permission(
        "loudspeakers.read",
        _("屋外スピーカーの閲覧"),
        _("屋外スピーカーの状態と、放送した内容、スピーカーごとの結果を見ることができます。"),
    )
)
staff_menu.register(
    MenuItem("loudspeakers.overview", _("屋外スピーカー"), "loudspeakers:overview", 34, "loudspeakers.read")
)
if settings.SIMULATORS:
    staff_menu.register(
        MenuItem("loudspeakers.station", _("模擬の操作卓"), "loudspeakers-simulator:station", 91, "loudspeakers.read")
    )
resident_menu.register(MenuItem("loudspeakers.said", _("いまの放送"), "loudspeakers-said:page", 25))
