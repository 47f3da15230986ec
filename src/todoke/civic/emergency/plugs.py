"""What the incident desk plugs in elsewhere: its permissions, its process, and what the doctor asks about it."""

from django.utils.translation import gettext_lazy as _

from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.jobs.registry import Process, companions, processes
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, Panel, staff_menu, staff_panels
from todoke.civic.emergency.actions.city import TemplatesPart
from todoke.civic.emergency.actions.drills import PLAY
from todoke.civic.emergency.actions.scenarios import ScenariosPart
from todoke.civic.emergency.additions import DraftMatter
from todoke.civic.emergency.gauges import GAUGES
from todoke.civic.emergency.intake.checks import FeedCheck, FolderCheck
from todoke.civic.emergency.panel import draw_next_act
from todoke.civic.emergency.player import PLAYER
from todoke.civic.emergency.rules.rights import DRILL, MESSAGE_KIND, READ
from todoke.civic.emergency.setting_up import drill_mail
from todoke.ground.people.registry import Permission, permissions
from todoke.ground.places.registry import city_parts
from todoke.shared.messaging.registry import MessageKind, channels, kinds
from todoke.shared.unforeseen.registry import matters

permissions.register(
    Permission("emergency.read", _("災害対応の閲覧"), _("電文、発表状況、災害ごとの記録と発信を見ることができます。"))
)
permissions.register(
    Permission("emergency.draft", _("緊急情報の作成"), _("下書きを作り、直し、承認を求めることができます。"))
)
permissions.register(
    Permission("emergency.approve", _("緊急情報の承認"), _("ほかの人が作った緊急情報を承認し、発信できます。"))
)
permissions.register(
    Permission(
        "emergency.break-glass",
        _("緊急情報の即時発信"),
        _("命にかかわるとき、承認を待たずに発信することができます。発信の後で必ず別の人が確認します。"),
    )
)

permissions.register(Permission("emergency.drill", _("訓練の進行"), _("訓練を始め、止め、終えることができます。")))

companions.register(PLAYER)
errands.register(PLAY)
processes.register(Process("emergency.intake", ("intake",)))

checks.register(FolderCheck())
checks.register(FeedCheck())
for gauge in GAUGES:
    gauges.register(gauge)

city_parts.register(TemplatesPart())
city_parts.register(ScenariosPart())
matters.register(DraftMatter())
# The topic under which residents ask for alerts; a city names its topics in topics.toml, and every city has this one.
kinds.register(MessageKind(MESSAGE_KIND, _("緊急情報"), "emergency", topics=("bousai",)))

channels.register(drill_mail())

staff_menu.register(MenuItem("emergency.desk", _("災害対応"), "emergency:desk", 10, READ))
staff_menu.register(MenuItem("emergency.drills", _("訓練"), "emergency:drills", 12, DRILL))
staff_menu.register(MenuItem("emergency.my-drills", _("訓練への参加"), "emergency:my-drills", 13))
staff_panels.register(Panel("emergency.next-act", _("災害対応"), 10, draw_next_act))
