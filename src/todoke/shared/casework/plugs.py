"""What casework plugs in elsewhere: rights, how cases die, the leave to seal; and effects to try a flow with."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import Panel, staff_panels
from todoke.ground.retention.registry import shredders
from todoke.shared.casework.actions.firing import FIRE
from todoke.shared.casework.caretaker import CLOCKWORK
from todoke.shared.casework.demo import Explodes, FailsPolitely, Hangs, Succeeds
from todoke.shared.casework.leave import DecidedPaper
from todoke.shared.casework.panel import draw_given_up
from todoke.shared.casework.registry import effects
from todoke.shared.casework.shredding import CaseShredder, SharedCustodyShredder
from todoke.shared.documents.registry import leaves

companions.register(CLOCKWORK)
errands.register(FIRE)
staff_panels.register(Panel("casework.given-up", _("止まっている通知など"), 8, draw_given_up))
shredders.register(CaseShredder())
shredders.register(SharedCustodyShredder())
leaves.register(DecidedPaper())
for _effect in (Succeeds(), FailsPolitely(), Hangs(), Explodes()):
    effects.register(_effect)
permissions.register(Permission("casework.read", _("案件を見る"), _("自分の課の案件と、その経過を見られます。")))
permissions.register(
    Permission("casework.handle", _("案件を進める"), _("自分の課の案件を進め、担当者を決め、本人とやり取りできます。"))
)
permissions.register(
    Permission(
        "casework.arrange", _("案件を移す"), _("自分の課の案件を、ほかの課へ移せます。組織が変わるときにも使います。")
    )
)
permissions.register(
    Permission("casework.design", _("フローを作る"), _("案件の流れを作って公開し、進行中の案件を新しい版に移せます。"))
)
