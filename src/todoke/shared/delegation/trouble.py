"""Refusals of this room: each a sentence fit for the screen."""

from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal


class DelegationRefused(Refusal):
    """It was not done. The text is fit for the screen; `field` names the entry it is about, or is empty."""

    says = _("この操作はできません。")


class NotAllowed(DelegationRefused):
    """The viewer lacks the right."""

    says = _("この操作をする権限がありません。")


class ReasonMissing(DelegationRefused):
    """An act that needs a reason got none."""

    says = _("理由を書いてください。")
    field = "reason"


class SamePerson(DelegationRefused):
    """The second pair of eyes cannot be the first."""

    says = _("同じ人が二つの役をすることはできません。ほかの人に頼んでください。")


class DecidedAlready(DelegationRefused):
    """Somebody was quicker, or its time is over."""

    says = _("状態がすでに変わっています。画面を新しくして確かめてください。")


class NoKeys(DelegationRefused):
    """This house has made no keys yet."""

    says = _("この市の鍵がまだありません。先に「この市の鍵」を作ってください。")


class NoTodokeFile(DelegationRefused):
    """The bytes are none of the files of this room."""

    says = _("代行発信のファイルではありません。受け取ったファイルをそのまま選んでください。")
    field = "file"


class NewerForm(DelegationRefused):
    """Made by a newer programme than this one."""

    says = _("新しい形式のファイルです。Todoke を新しくしてから、もう一度読み込んでください。")
    field = "file"


class NotForUs(DelegationRefused):
    """Sealed for another city, or for keys that this house no longer has."""

    says = _("この市に宛てたファイルではありません。封をした鍵が、この市の鍵と違います。相手の市に確かめてください。")
    field = "file"


class Tampered(DelegationRefused):
    """A byte is not what the sender wrote."""

    says = _("ファイルが壊れているか、書き換えられています。使わずに、相手の市からもう一度受け取ってください。")
    field = "file"


class UnknownSender(DelegationRefused):
    """Signed by a key that nobody here has checked."""

    says = _(
        "署名した市の鍵が、確かめた相手として登録されていません。先に相手の市の鍵を登録し、指紋を確かめてください。"
    )
    field = "file"


class Expired(DelegationRefused):
    """Its time is over."""

    says = _("委任の期限が過ぎています。新しい委任を受け取ってください。")
    field = "file"


class NotYet(DelegationRefused):
    """Its time has not come."""

    says = _("委任の期間がまだ始まっていません。")


class Revoked(DelegationRefused):
    """The city took it back."""

    says = _("この委任は、委任した市が取り消しています。")
    field = "file"


class FromTheFuture(DelegationRefused):
    """Made, by its own word, later than now: one of two clocks is wrong."""

    says = _("ファイルの作成時刻が、いまより後です。この機械と相手の市の時計を確かめてください。")
    field = "file"


class AnotherOfTheSameName(DelegationRefused):
    """The same delegation once more, with other contents."""

    says = _("同じ番号の委任が、別の内容で読み込まれています。どちらが正しいか、相手の市に確かめてください。")
    field = "file"


class NotActive(DelegationRefused):
    """Nobody has begun to speak under it, or it has ended."""

    says = _("この代行は始まっていないか、終わっています。")


class WrongCode(DelegationRefused):
    """The code is not the one that the city gave."""

    says = _("合言葉が違います。委任した市に確かめてください。")
    field = "code"


class Outside(DelegationRefused):
    """The delegation does not cover it."""
