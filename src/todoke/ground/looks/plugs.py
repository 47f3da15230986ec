"""What looks plugs in elsewhere: its permission, its menu line, its purposes, its number, its care for old looks."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.health.registry import gauges
from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.looks.actions import forget_words
from todoke.ground.looks.caretaker import CARETAKER
from todoke.ground.looks.gauges import GAUGES
from todoke.ground.looks.registry import Purpose, purposes
from todoke.ground.retention.registry import EVERY_TYPE, Shredded, shredders


class Words:
    """What viewers wrote about a record goes with it; that they looked stays as long as looks do."""

    key = "looks.words"
    target_type = EVERY_TYPE

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """None beside the record itself."""
        del target_type, key
        return ()

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Blank the words."""
        return [Shredded("looks.Look", forget_words(target_type, key), ("note",))]


permissions.register(
    Permission("looks.read", _("閲覧記録の閲覧"), _("だれが、いつ、だれの情報を見たかの記録を見ることができます。"))
)
staff_menu.register(MenuItem("looks.looks", _("閲覧記録"), "looks:looks", 905, "looks.read"))
companions.register(CARETAKER)
shredders.register(Words())
purposes.register(Purpose("looks.audit", _("監査のため")))
purposes.register(Purpose("looks.asked", _("本人から問い合わせがあったため"), asks=True))
purposes.register(Purpose("looks.case-work", _("手続きを進めるため")))
for gauge in GAUGES:
    gauges.register(gauge)
