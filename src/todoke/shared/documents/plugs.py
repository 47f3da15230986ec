"""What documents plug in elsewhere: rights, menu, the city folder, how documents die, a question of the doctor."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.doctor import checks
from todoke.base.ui.registry import MenuItem, resident_menu, staff_menu
from todoke.ground.places.registry import city_parts
from todoke.ground.retention.registry import shredders
from todoke.shared.documents.checkup import CHECKS
from todoke.shared.documents.city import DocumentsPart
from todoke.shared.documents.keeping import InCustody
from todoke.shared.documents.registry import keepers
from todoke.shared.documents.shredding import DocumentShredder

city_parts.register(DocumentsPart())
keepers.register(InCustody())
shredders.register(DocumentShredder())
for check in CHECKS:
    checks.register(check)

permissions.register(
    Permission("documents.read", _("公文書の閲覧"), _("自分の課が発行した公文書と番号簿を見ることができます。"))
)
permissions.register(
    Permission(
        "documents.issue", _("公文書の発行"), _("自分の課の公文書に番号を付け、公印と電子署名を付けて発行できます。")
    )
)
permissions.register(
    Permission(
        "documents.withdraw",
        _("公文書の取消し・差替え"),
        _("自分の課が発行した公文書を、理由を書いて取り消したり差し替えたりできます。"),
    )
)
permissions.register(
    Permission(
        "documents.numbers", _("文書番号の予約・欠番"), _("自分の課の文書番号を予約し、使わない番号を欠番にできます。")
    )
)
permissions.register(
    Permission("documents.seals", _("公印と文例の管理"), _("公印台帳と公印使用簿を見て、文書の版を公開できます。"))
)
staff_menu.register(MenuItem("documents.register", _("公文書"), "documents:register", 40, "documents.read"))
resident_menu.register(MenuItem("documents.verify", _("文書の確認"), "documents:ask-code", 80))
