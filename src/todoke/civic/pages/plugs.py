"""What the pages plug in elsewhere: the channel, its upkeep, its reader, and the panel on the resident's home."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import Panel, resident_panels
from todoke.civic.pages.actions import refresh
from todoke.civic.pages.channel import SiteChannel
from todoke.civic.pages.queries import state_on_disk
from todoke.civic.pages.reader import PageReader
from todoke.shared.messaging.public_files import Upkeep, page_name
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Mode
from todoke.shared.watch.registry import readers

SHOWN_MAX = 5


def draw_in_force(request: HttpRequest) -> str:
    """What is in force, from the state file: the home asks no database for it."""
    language = get_language() or "ja"
    name = page_name(language)
    state = state_on_disk(Mode.ACTUAL)
    context = {
        "state": state,
        "in_force": [
            {
                "level": one.level,
                "word": one.word(language),
                "title": one.title(language),
                "address": f"/alerts/{one.message}/" + ("" if name == "index.html" else name),
            }
            for one in (state.in_force[:SHOWN_MAX] if state else ())
        ],
        "address": "/alerts/" + ("" if name == "index.html" else name),
    }
    return render_to_string("pages/panel.html", context, request=request)


channels.register(SiteChannel())
readers.register(PageReader())
companions.register(Upkeep("pages.site-upkeep", refresh))
resident_panels.register(Panel("pages.in-force", _("いま出ている情報"), 10, draw_in_force))
