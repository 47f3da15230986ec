"""What procedures plug in elsewhere."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.jobs.registry import companions
from todoke.base.ui.registry import MenuItem, Panel, resident_menu, resident_panels
from todoke.civic.procedures.actions.city import ProceduresPart, StandardFlowsPart
from todoke.civic.procedures.actions.following import FilingSubject
from todoke.civic.procedures.effects import IssueLetter, TellResident, WithdrawAnswers
from todoke.civic.procedures.follower import Follower
from todoke.civic.procedures.panel import draw_procedures
from todoke.ground.places.registry import city_parts
from todoke.shared.casework.registry import effects, subjects

city_parts.register(StandardFlowsPart())
city_parts.register(ProceduresPart())
companions.register(Follower())
for _effect in (IssueLetter(), TellResident(), WithdrawAnswers()):
    effects.register(_effect)
subjects.register(FilingSubject())
permissions.register(
    Permission("procedures.build", _("手続きの作成"), _("自分の課の手続きを作り、テストし、公開できます。"))
)
permissions.register(
    Permission("procedures.take", _("窓口での受付"), _("自分の課の手続きを、窓口・郵送・電話で受け付けられます。"))
)
permissions.register(Permission("procedures.count", _("手続きの集計"), _("手続きの件数や日数の集計を見られます。")))
resident_panels.register(Panel("procedures.catalogue", _("手続き"), 10, draw_procedures))
resident_menu.register(MenuItem("procedures.catalogue", _("手続き"), "procedures-public:catalogue", 10))
resident_menu.register(MenuItem("procedures.mine", _("わたしの手続き"), "procedures-public:mine", 11))
