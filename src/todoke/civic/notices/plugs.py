"""What the notices plug in elsewhere: kind, page, rights, clock, menus, panels, templates of the city."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from todoke.base.backup.registry import after_restore
from todoke.base.doctor import checks
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, Panel, resident_menu, resident_panels, staff_menu, staff_panels
from todoke.civic.notices.actions.city import NoticeTemplatesPart
from todoke.civic.notices.actions.restored import Schedules
from todoke.civic.notices.actions.scheduling import RELEASE
from todoke.civic.notices.channel import PageChannel
from todoke.civic.notices.checkup import ScheduleCheck
from todoke.civic.notices.clockwork import CLOCKWORK
from todoke.civic.notices.panel import draw_latest, draw_waiting
from todoke.civic.notices.rules.rights import LANE, MESSAGE_KIND, READ
from todoke.ground.people.registry import Permission, permissions
from todoke.ground.places.registry import city_parts
from todoke.shared.messaging.registry import MessageKind, channels, kinds

permissions.register(
    Permission("notices.read", _("お知らせの閲覧"), _("お知らせの下書き、承認、発信の記録を見ることができます。"))
)
permissions.register(
    Permission("notices.write", _("お知らせの作成"), _("自分の課のお知らせを書き、承認を求めることができます。"))
)
permissions.register(
    Permission(
        "notices.approve", _("お知らせの承認"), _("自分の課で、ほかの人が書いたお知らせを承認し、発信できます。")
    )
)

kinds.register(MessageKind(MESSAGE_KIND, _("お知らせ"), LANE, recipients_kept=timedelta(days=365)))
channels.register(PageChannel())
companions.register(CLOCKWORK)
errands.register(RELEASE)
after_restore.register(Schedules())
checks.register(ScheduleCheck())
city_parts.register(NoticeTemplatesPart())

staff_menu.register(MenuItem("notices.desk", _("お知らせ"), "notices:list", 20, READ))
staff_panels.register(Panel("notices.waiting", _("お知らせ"), 20, draw_waiting))
resident_menu.register(MenuItem("notices.page", _("お知らせ"), "notices-public:list", 20))
resident_panels.register(Panel("notices.latest", _("お知らせ"), 20, draw_latest))
