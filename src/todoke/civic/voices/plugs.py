"""What voices plug in elsewhere: rights, menus, surveys of the city, their end, and an ear for cases that end."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.clock import now
from todoke.base.events import subscribe
from todoke.base.ui.registry import MenuItem, resident_menu, staff_menu
from todoke.civic.voices.actions.city import SurveysPart
from todoke.civic.voices.actions.inviting import invite_case
from todoke.civic.voices.queries import MANAGE, READ
from todoke.civic.voices.shredding import SurveyShredder
from todoke.ground.looks.registry import Purpose, purposes
from todoke.ground.places.registry import city_parts
from todoke.ground.retention.registry import shredders
from todoke.shared.casework.events import CaseClosed


def _invite(news: CaseClosed) -> None:
    invite_case(news.case_id, at=now())


permissions.register(
    Permission(READ, _("アンケートの閲覧"), _("自分の課のアンケートの結果と、記名の回答を見られます。"))
)
permissions.register(
    Permission(MANAGE, _("アンケートの管理"), _("自分の課のアンケートで、案内を作り、受付を終え、結果を公表できます。"))
)
city_parts.register(SurveysPart())
shredders.register(SurveyShredder())
purposes.register(Purpose("voices.survey", _("アンケートの集計のため")))
subscribe(CaseClosed, _invite)
staff_menu.register(MenuItem("voices.surveys", _("アンケート"), "voices:list", 45, READ))
resident_menu.register(MenuItem("voices.surveys-page", _("アンケート"), "surveys:list", 45))
