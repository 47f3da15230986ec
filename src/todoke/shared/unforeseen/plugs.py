"""What additions plug in elsewhere, and the ways that the house offers for them."""

from django.utils.translation import gettext_lazy as _

from todoke.base.access import Permission, permissions
from todoke.base.jobs.registry import companions
from todoke.base.rounds.errands import errands
from todoke.base.ui.registry import MenuItem, staff_menu
from todoke.ground.looks.registry import Purpose, purposes
from todoke.shared.unforeseen.actions import END
from todoke.shared.unforeseen.editions import EditionMatter
from todoke.shared.unforeseen.ending import ENDING
from todoke.shared.unforeseen.registry import Way, matters, ways

companions.register(ENDING)
errands.register(END)
matters.register(EditionMatter())
purposes.register(Purpose("unforeseen.handling", _("緊急に加えた送り先を確かめるため")))

ways.register(Way("fax.line", _("FAX"), _("市外局番からの番号。例：000-0000-0001"), 10))
ways.register(Way("messaging.mail", _("メール"), _("例：name@example.jp"), 20))
ways.register(Way("messaging.person", _("電話で読み上げる"), _("例：000-0000-0001"), 30))
ways.register(
    Way(
        "messaging.line",
        _("LINEのグループ・個人"),
        _("group: か user: で始めてください"),
        40,
        ("group:", "user:", "room:"),
    )
)
ways.register(Way("messaging.webhook", _("ほかの市町村などのシステム"), _("例：https://hooks.example.jp/alerts"), 50))

permissions.register(
    Permission(
        "unforeseen.add",
        _("臨時の送り先の追加"),
        _(
            "書いている発信案や発信済みのお知らせに、期限付きの送り先を追加できます。ほかの人が確認するまで送られません。"
        ),
    )
)
permissions.register(
    Permission(
        "unforeseen.check",
        _("臨時の送り先の確認"),
        _("ほかの人が追加した送り先を確かめ、常設にすることを承認できます。"),
    )
)
staff_menu.register(MenuItem("unforeseen.additions", _("臨時の送り先"), "unforeseen:additions", 32, "unforeseen.add"))
