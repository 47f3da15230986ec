"""What signage plugs in elsewhere: the channel of display boards, and the simulated boards' menu item."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.shared.messaging.registry import channels
from todoke.shared.signage.board import BoardChannel

channels.register(
    BoardChannel(
        token=settings.BOARD_TOKEN,
        # Our own web server plays the boards: they show one thing each, and need no protocol of their own.
        simulator=f"http://127.0.0.1:{settings.PORT}/simulators/board",
        simulated=settings.SIMULATORS,
    )
)
if settings.SIMULATORS:
    staff_menu.register(
        MenuItem("signage.boards", _("模擬の電光掲示板"), "board-simulator:boards", 91, "messaging.read")
    )
