"""Why the desk says no: each refusal with a sentence for the person at the screen."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DeskRefused(Exception):
    """The act was not done. `says` is fit for the screen, with the facts filled in."""

    says: str | Promise = _("この操作はできません。")

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return str(self.says) % self.facts if self.facts else str(self.says)


class NotAllowed(DeskRefused):
    """The viewer lacks the right."""

    says = _("この操作をする権限がありません。")


class OutsideDelegation(DeskRefused):
    """What is written for another city is not covered by its delegation; the sentence says what."""

    def __init__(self, says: str | Promise) -> None:
        super().__init__()
        self.says = says


class TwoPeopleForAnotherCity(DeskRefused):
    """Nobody speaks for another city on one person's word."""

    says = _("ほかの市に代わって発信するときは、必ず2人で確かめます。承認を依頼してください。")


class SamePerson(DeskRefused):
    """Whoever wrote or submitted a draft does not approve or review it."""

    says = _("自分が書いた、または依頼した発信案は承認できません。ほかの人に承認を頼んでください。")


class ReviewedBySender(DeskRefused):
    """Whoever broke the glass does not review it."""

    says = _("緊急発信をした本人は、事後確認ができません。ほかの人に頼んでください。")


class NotLive(DeskRefused):
    """The draft has been released or dropped since the page was opened."""

    says = _("この発信案は「%(state)s」になっています。画面を新しくして確かめてください。")


class NotSubmitted(DeskRefused):
    """Only what was submitted can be approved or returned."""

    says = _("この発信案は承認を依頼されていません。画面を新しくして確かめてください。")


class WaitsForApproval(DeskRefused):
    """What an approver may be reading is not edited under their eyes."""

    says = _("承認待ちの発信案は直せません。依頼を取り下げてから直してください。")


class EditedByAnother(DeskRefused):
    """Somebody saved the draft since this person opened it."""

    says = _(
        "%(name)s さんが先に保存しました。あなたの入力は下に残っています。違いを確かめて、もう一度保存してください。"
    )


class ReasonMissing(DeskRefused):
    """An act that takes something back, or passes somebody over, says why."""

    says = _("理由を書いてください。")


class NoAreas(DeskRefused):
    """A notice is for somewhere."""

    says = _("対象地域をひとつ以上選んでください。")


class TextMissing(DeskRefused):
    """The Japanese title, body or short text is empty."""

    says = _("日本語の%(field)sが空です。書いてください。")


class LevelDoesNotFit(DeskRefused):
    """Levels 1 and 2 are the weather service's; a tsunami has none."""

    says = _("%(areas)s のレベルは、この種類のお知らせでは使えません。選び直してください。")


class RetiredWord(DeskRefused):
    """A word of before 2021."""

    says = _("「%(old)s」は2021年に廃止された言葉です。「%(new)s」と書いてください。")


class ShortTextWithoutLevel(DeskRefused):
    """Who reads only the short text must learn the level first."""

    says = _("短い文は「%(start)s」で始めてください。")


class BadExpiry(DeskRefused):
    """The end lies in the past, or so far ahead that nobody will think of it."""

    says = _("有効期限は、いまより後、7日以内にしてください。")


class MessageIsOver(DeskRefused):
    """Nothing follows a cancellation."""

    says = _("このお知らせはすでに取り消されています。新しいお知らせとして作ってください。")


class DraftExists(DeskRefused):
    """The next edition of this message is already being written."""

    says = _("このお知らせの次の版は、すでに作成中です。その発信案を開いてください。")

    def __init__(self, draft_id: int) -> None:
        super().__init__()
        self.draft_id = draft_id


class IncidentIsOpen(DeskRefused):
    """There is one open incident for each group of hazards and mode."""

    says = _("同じ種類の事案がすでに開いています（%(name)s）。")


class IncidentInUse(DeskRefused):
    """Something of the incident is still in force, or on its way."""

    says = _("有効なお知らせか作成中の発信案が残っています。解除または取りやめてから終了してください。")


class IncidentIsClosed(DeskRefused):
    """Nothing new is said under an incident that is over."""

    says = _("この事案は終了しています。新しい事案を開いてください。")


class NothingToLift(DeskRefused):
    """A shelter is closed and a headquarters dissolved, by the next edition of the same state."""

    says = _("解除ではなく、続報で「閉鎖」または「廃止」にしてください。")


class EnteredMeanwhile(DeskRefused):
    """Somebody entered another state since this person opened the page."""

    says = _("%(name)s さんが先に入力しました。いまの状況を下に出しました。確かめて、もう一度入力してください。")


class UnknownShelter(DeskRefused):
    """A shelter that the city's list does not hold, or no longer."""

    says = _("市の一覧にない避難所があります（%(keys)s）。画面を新しくしてください。")


class NothingNew(DeskRefused):
    """There is no newer telegram to take over."""

    says = _("取り込む新しい電文はありません。")


def first_retired(words: Mapping[str, str]) -> RetiredWord:
    """The refusal for the first of these words."""
    old, new = next(iter(words.items()))
    return RetiredWord(old=old, new=new)


def no_level_fits(names: Sequence[str]) -> LevelDoesNotFit:
    """The refusal that names these areas."""
    return LevelDoesNotFit(areas="、".join(names))


class DrillRuns(DeskRefused):
    """A drill of the same kind of disaster is under way."""

    says = _("同じ災害の種類の訓練「%(name)s」が進んでいます。終えてから始めてください。")


class DrillIsOver(DeskRefused):
    """The drill has ended since the page was opened."""

    says = _("この訓練は終わっています。画面を新しくして確かめてください。")


class AlreadyTakingPart(DeskRefused):
    """One person takes part once on a way."""

    says = _("この訓練には、この方法ですでに参加しています。")


class BadEnd(DeskRefused):
    """A consent without an end in sight."""

    says = _("参加の終わりは、いまより後、7日以内にしてください。")


class NoAddressOfOnesOwn(DeskRefused):
    """The account has no mail address, and others are not typed in."""

    says = _("あなたのアカウントに、メールアドレスが登録されていません。登録を頼むか、電話を選んでください。")


class BadNumber(DeskRefused):
    """The telephone number cannot be read; the channel's own words say why."""

    def __init__(self, trouble: str) -> None:
        super().__init__()
        self.says = trouble


class NothingToConfirm(DeskRefused):
    """No message that somebody takes part in getting stands behind this."""

    says = _("受信を知らせる相手の訓練が見つかりません。訓練が終わって日がたったか、リンクが途中で切れています。")
