"""What may be refused, each with a sentence for the screen."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.shared.documents.models import OfficialDocument


class DocumentRefused(Refusal):
    """It was not done, and nothing was numbered, sealed or stored. The text is fit for the screen."""

    says = _("この操作はできません。")


class NotAllowed(DocumentRefused):
    """The viewer lacks the right in this section."""

    says = _("この課の公文書を扱う権限がありません。")


class NoSuchLetter(DocumentRefused):
    """No version of the letter is published."""

    says = _("この種類の文書は、公開された版がありません。文書の版を公開してください。")


class NoSeries(DocumentRefused):
    """The section has no mark for its numbers."""

    says = _("この課の文書記号がありません。市のフォルダーの documents.toml に加えてください。")


class ReasonsMissing(DocumentRefused):
    """行政手続法8条・14条: a refusal or an adverse disposition states its reasons."""

    says = _(
        "この処分には、理由の提示が必要です（行政手続法第8条・第14条）。"
        "どの事実が、どの基準に当たるのかが分かるように書いてください。"
    )
    field = "reasons"


class InstructionsMissing(DocumentRefused):
    """行政不服審査法82条, 行政事件訴訟法46条: it says how to object."""

    says = _(
        "この処分には、教示文が必要です（行政不服審査法第82条・行政事件訴訟法第46条）。"
        "文書の版と、条項の適用期間を確かめてください。"
    )


class ClauseMissing(DocumentRefused):
    """A clause that the letter names is not in force on the day."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(_("この日に使える条項がありません（%(keys)s）。条項の適用期間を確かめてください。"))
        self.keys = tuple(keys)

    def __str__(self) -> str:
        return str(self.says) % {"keys": "、".join(self.keys)}


class FactsRefused(DocumentRefused):
    """The facts do not fit the letter; `faults` names each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(_("文書に入れる内容に、足りないものや合わないものがあります。"))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return f"{self.says}{' '.join(self.faults)}"


class SealRefused(DocumentRefused):
    """The seal may not stand on this document: unknown, out of use, for other letters, or without leave."""


class AlreadyIssued(DocumentRefused):
    """The same subject, letter and revision was issued with other contents. Replace it instead."""

    says = _("同じ文書を、別の内容ですでに発行しています。内容を直すときは、差替えをしてください。")

    def __init__(self, document: OfficialDocument) -> None:
        super().__init__()
        self.document = document


class CannotIssueNow(DocumentRefused):
    """The press, the signature, the time stamp or the disk failed. Nothing was issued; the number was not used."""

    says = _("文書を作れませんでした。番号は使っていません。しばらくしてからもう一度お試しください。")


class EndedAlready(DocumentRefused):
    """The document was withdrawn or replaced before."""

    says = _("この文書は、すでに取り消されたか、差し替えられています。")


class ReasonMissing(DocumentRefused):
    """An act that needs a reason got none."""

    says = _("理由を書いてください。")
    field = "reason"


class NumberRefused(DocumentRefused):
    """A number cannot be voided or used any more."""

    says = _("この番号は、すでに使われたか、欠番になっています。")


class LetterRefused(DocumentRefused):
    """A version of a letter cannot be saved or published; `faults` says where."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(_("文書の版に、直すところがあります。"))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return f"{self.says}{' '.join(self.faults)}"
