"""What procedures plug in elsewhere."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, Panel, resident_menu, resident_panels, staff_menu
from todoke.civic.procedures.actions.city import ProceduresPart, StandardFlowsPart
from todoke.civic.procedures.actions.city_guide import GuidePart
from todoke.civic.procedures.actions.deciding import PaperShredder
from todoke.civic.procedures.actions.findings import FindingShredder
from todoke.civic.procedures.actions.following import FilingSubject
from todoke.civic.procedures.actions.originals import OriginalShredder
from todoke.civic.procedures.effects import IssueLetter, TellResident, WithdrawAnswers
from todoke.civic.procedures.follower import ERRANDS, FOLLOWER
from todoke.civic.procedures.leave import DecidedBatch
from todoke.civic.procedures.panel import draw_procedures
from todoke.civic.procedures.scribe import Scribe
from todoke.civic.procedures.subject import CONCERN, PAGES, BatchShown, FilingShown
from todoke.ground.looks.registry import concerns
from todoke.ground.places.registry import city_parts
from todoke.ground.retention.registry import shredders
from todoke.shared.casework.registry import effects, pages, subjects
from todoke.shared.decisions.registry import subjects as decided_subjects
from todoke.shared.documents.registry import leaves

city_parts.register(StandardFlowsPart())
city_parts.register(ProceduresPart())
city_parts.register(GuidePart())
companions.register(FOLLOWER)
for _errand in ERRANDS:
    errands.register(_errand)
companions.register(Scribe())
leaves.register(DecidedBatch())
for _effect in (IssueLetter(), TellResident(), WithdrawAnswers()):
    effects.register(_effect)
subjects.register(FilingSubject())
pages.register(PAGES)
concerns.register(CONCERN)
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
permissions.register(
    Permission(
        "procedures.export",
        _("連携ファイルの出力"),
        _("自分の課の案件をCSVで出し、ほかのシステムが読むための鍵を渡せます。"),
    )
)
shredders.register(OriginalShredder())
shredders.register(PaperShredder())
staff_menu.register(MenuItem("procedures.build", _("手続きの作成"), "procedures:build-list", 24, "procedures.build"))
shredders.register(FindingShredder())
decided_subjects.register(FilingShown())
decided_subjects.register(BatchShown())
staff_menu.register(MenuItem("procedures.cases", _("案件の一覧"), "procedures:inbox", 20, "casework.read"))
staff_menu.register(MenuItem("procedures.counter", _("窓口での受付"), "procedures:counter", 21, "procedures.take"))
staff_menu.register(MenuItem("procedures.guide", _("窓口での手続きナビ"), "procedures:guide", 21, "procedures.take"))
staff_menu.register(MenuItem("procedures.numbers", _("手続きの集計"), "procedures:statistics", 22, "procedures.count"))
staff_menu.register(MenuItem("procedures.papers", _("添付書類の台帳"), "procedures:papers", 22, "procedures.count"))
staff_menu.register(MenuItem("procedures.texts", _("手続きの翻訳"), "procedures:texts", 24, "procedures.build"))
staff_menu.register(
    MenuItem("procedures.export", _("連携ファイルを出す"), "procedures:export", 23, "procedures.export")
)
staff_menu.register(MenuItem("procedures.layouts", _("連携レイアウト"), "procedures:layouts", 25, "procedures.build"))
