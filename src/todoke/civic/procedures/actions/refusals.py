"""What is refused at this counter, each with a sentence for the person at the screen."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.shared.paperwork.types import Fault, Words


class ProcedureRefused(Refusal):
    """It was not done; the text is fit for the screen."""

    says = _("この操作はできません。")


class NotAllowed(ProcedureRefused):
    """The viewer may not do this, in this section."""

    says = _("この手続きを扱う権限がありません。担当課に確かめてください。")


class EditedElsewhere(ProcedureRefused):
    """Somebody else has saved the draft since it was fetched."""

    says = _("ほかの人が、この下書きを先に保存しました。画面を開き直して、もう一度直してください。")


class SecondPersonNeeded(ProcedureRefused):
    """The city wants two people, and whoever made the last change is no second one."""

    says = _("最後に直した人は、公開できません。手続きを作れるほかの人に、確かめて公開してもらってください。")


class NothingToUndo(ProcedureRefused):
    """The draft is as it was begun."""

    says = _("取り消せる操作はありません。")


class NothingToPublish(ProcedureRefused):
    """There is no draft."""

    says = _("公開する下書きがありません。")


class NotFitToPublish(ProcedureRefused):
    """The publish gate is shut; `faults` say what to mend, and where."""

    says = _("まだ公開できません。直すところがあります。")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


class NotOffered(ProcedureRefused):
    """The procedure has no published version, or is not taken by this way."""

    says = _("この手続きは、いまこの方法では受け付けていません。")


class LevelTooLow(ProcedureRefused):
    """The procedure asks for a surer sign-in than was shown."""

    says = _("この手続きには、もう一段確かな本人確認が必要です。")


class BegunBySomebodyElse(ProcedureRefused):
    """A draft that one resident began is handed in by nobody else, as far as the procedure asks who it is."""

    says = _("別の人がサインインして始めた手続きです。始めた人がサインインして提出するか、新しく始めてください。")


class CannotApply(ProcedureRefused):
    """A condition of the procedure is not met; `reasons` say which, and what to do instead."""

    says = _("入力された内容では、この手続きはできません。")

    def __init__(self, reasons: Sequence[Words]) -> None:
        super().__init__()
        self.reasons = tuple(reasons)


class AlreadyProposed(ProcedureRefused):
    """A paper about the filing is under way."""

    says = _("この案件は、もう起案されています。決裁が終わるのを待ってください。")


class NobodyInTheBatch(ProcedureRefused):
    """No case is left in the batch."""

    says = _("まとめて起案できる案件がありません。外す案件の番号を確かめてください。")


class ListHasChanged(ProcedureRefused):
    """Cases have come or gone since the page was shown."""

    says = _("画面を開いた後に、対象の案件が変わりました。件数を確かめて、もう一度送ってください。")


class NotPayable(ProcedureRefused):
    """There is no fee that is due."""

    says = _("納付を待っている手数料はありません。")
