"""What voices plug in elsewhere: rights, menus, surveys and boxes of the city, how they end, what follows."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.clock import now
from todoke.base.events import subscribe
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, resident_menu, staff_menu
from todoke.civic.voices.actions.boxes import BoxesPart
from todoke.civic.voices.actions.city import SurveysPart
from todoke.civic.voices.actions.following import VoiceSubject
from todoke.civic.voices.actions.inviting import invite_case
from todoke.civic.voices.effects import IssueAnswer, TellWriter
from todoke.civic.voices.follower import ERRANDS, FOLLOWER
from todoke.civic.voices.queries.surveys import MANAGE, READ
from todoke.civic.voices.rules.voices import PUBLISH
from todoke.civic.voices.shredding import SurveyShredder, ThemeShredder
from todoke.civic.voices.subject import CONCERN, PAGES, ThemeShown
from todoke.ground.looks.registry import Purpose, concerns, purposes
from todoke.ground.places.registry import city_parts
from todoke.ground.retention.registry import shredders
from todoke.shared.casework.events import CaseClosed
from todoke.shared.casework.registry import effects, pages, subjects
from todoke.shared.decisions.registry import subjects as decided_subjects


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

city_parts.register(BoxesPart())
companions.register(FOLLOWER)
for _errand in ERRANDS:
    errands.register(_errand)
effects.register(TellWriter())
effects.register(IssueAnswer())
subjects.register(VoiceSubject())
pages.register(PAGES)
concerns.register(CONCERN)
decided_subjects.register(ThemeShown())
shredders.register(ThemeShredder())
permissions.register(
    Permission(PUBLISH, _("市民の声の公表"), _("自分の課の回答を、文を書いた人とは別の目で確かめて、公表できます。"))
)
staff_menu.register(MenuItem("voices.opinions", _("市民の声"), "opinions:list", 44, "casework.read"))
resident_menu.register(MenuItem("voices.opinions-page", _("市民の声"), "voices-public:list", 44))
