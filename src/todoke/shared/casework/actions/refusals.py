"""Why something was not done, in sentences fit for the screen."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal


class CaseRefused(Refusal):
    """It was not done. The text is fit for the screen; `field` names the entry it is about, or is empty."""

    says = _("この操作はできません。")


class NotAllowed(CaseRefused):
    """The viewer lacks the right in this section."""

    says = _("この操作をする権限がありません。")


class NoSuchCase(CaseRefused):
    """There is no such case, or the viewer may not see it: the two are told apart by nobody."""

    says = _("この案件は見つかりません。一覧から選び直してください。")


class NoSuchAction(CaseRefused):
    """The state of the case, or who the viewer is, does not allow this action now."""

    says = _("いまの状態では、この操作はできません。画面を新しくして確かめてください。")


class Overtaken(CaseRefused):
    """Somebody acted on the case after this page was drawn."""

    says = _("この案件は、ほかの人が先に進めました。新しい内容を見てから、もう一度選んでください。")

    def __init__(self, by: str, at: datetime | None) -> None:
        super().__init__()
        self.by, self.at = by, at


class GuardSaysNo(CaseRefused):
    """The condition of the action is not met; `reasons` say why, in the active language."""

    says = _("条件がそろっていないため、この操作はできません。")

    def __init__(self, reasons: list[str]) -> None:
        super().__init__()
        self.reasons = tuple(reasons)


class ReasonMissing(CaseRefused):
    """An act that needs a reason got none."""

    says = _("理由を書いてください。")
    field = "reason"


class FieldNotOpen(CaseRefused):
    """A value came for a field that this act or task does not open."""

    says = _("この依頼では直せない項目が入っています。画面を新しくして、やり直してください。")

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = tuple(names)


class IsPurged(CaseRefused):
    """What people wrote about the case has been destroyed: nothing is added to what is left of it."""

    says = _("この案件は、保存期間が終わって廃棄されました。書き加えることも、進めることもできません。")


class TaskIsOver(CaseRefused):
    """The task was done already in another way, or withdrawn."""

    says = _("この依頼は終わっています。画面を新しくして確かめてください。")


class LetterIsEmpty(CaseRefused):
    """Nothing was written, or far too much."""

    says = _("本文を1文字以上、4000文字までで書いてください。")
    field = "body"


class UnknownSection(CaseRefused):
    """A section that is not there, or the one in which the case is already."""

    says = _("移す先の課を選び直してください。")
    field = "section"


class NotOfThisSection(CaseRefused):
    """A person who may not handle cases of this section."""

    says = _("この人は、この課の案件を担当できません。担当者を選び直してください。")
    field = "person"


class TableIncomplete(CaseRefused):
    """A table for many cases leaves some without a place; `missing` names what is to be added."""

    says = _("行き先の決まっていないものがあります。表に加えてください。")

    def __init__(self, missing: list[str]) -> None:
        super().__init__()
        self.missing = tuple(missing)


class NothingNew(CaseRefused):
    """The draft is the same as a version that was published."""

    says = _("この内容は、すでに公開されています。")
