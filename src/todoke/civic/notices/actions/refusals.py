"""Why the desk of notices says no: each refusal with a sentence for the person at the screen."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class NoticeRefused(Exception):
    """The act was not done. `says` is fit for the screen, with the facts filled in."""

    says: str | Promise = _("この操作はできません。")

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return str(self.says) % self.facts if self.facts else str(self.says)


class NotAllowed(NoticeRefused):
    """The viewer lacks the right in the section of the notice."""

    says = _("この課のお知らせについて、この操作をする権限がありません。")


class SamePerson(NoticeRefused):
    """Whoever wrote or submitted a notice does not approve it."""

    says = _("自分が書いた、または依頼したお知らせは承認できません。ほかの人に承認を頼んでください。")


class NotLive(NoticeRefused):
    """The notice has been released or dropped since the page was opened."""

    says = _("このお知らせは「%(state)s」になっています。画面を新しくして確かめてください。")


class NotSubmitted(NoticeRefused):
    """Only what was submitted can be approved or returned."""

    says = _("このお知らせは承認を依頼されていません。画面を新しくして確かめてください。")


class WaitsForApproval(NoticeRefused):
    """What an approver may be reading, or what waits for its time, is not edited under anybody's eyes."""

    says = _("承認待ちまたは発信予約のお知らせは直せません。先に取り下げてください。")


class EditedByAnother(NoticeRefused):
    """Somebody saved the notice since this person opened it."""

    says = _(
        "%(name)s さんが先に保存しました。あなたの入力は下に残っています。違いを確かめて、もう一度保存してください。"
    )


class ReasonMissing(NoticeRefused):
    """An act that takes something back says why."""

    says = _("理由を書いてください。")


class TopicMissing(NoticeRefused):
    """Without a topic it would go to everybody who asked for anything."""

    says = _("分野をひとつ以上選んでください。")


class TopicGone(NoticeRefused):
    """A topic that the city no longer offers."""

    says = _("選んだ分野（%(names)s）は、いまは使われていません。選び直してください。")


class AreaGone(NoticeRefused):
    """An area that the city no longer has."""

    says = _("選んだ地域（%(names)s）は、いまは登録されていません。選び直してください。")


class DestinationMissing(NoticeRefused):
    """A notice goes somewhere."""

    says = _("送り先をひとつ以上選んでください。")


class DestinationUnfit(NoticeRefused):
    """A destination that is switched off, takes no notices, or serves other areas."""

    says = _("送り先「%(names)s」には、この地域のお知らせを送れません。送り先から外してください。")


class TextMissing(NoticeRefused):
    """The Japanese title, short text or body is empty."""

    says = _("日本語の%(field)sが空です。書いてください。")


class HalfWritten(NoticeRefused):
    """A language with a title and no body, or the other way round, would go out half empty."""

    says = _("%(language)sは、題名と本文の両方を書くか、すべて空にしてください。")


class BadEnd(NoticeRefused):
    """The end lies before the beginning, or more than a year ahead."""

    says = _("掲載の終わりは、発信の後、1年以内にしてください。")


class BadSchedule(NoticeRefused):
    """The time to send lies in the past, or so far ahead that nobody will think of it."""

    says = _("発信の予約は、いまより後、180日以内の日時にしてください。すぐに発信するときは、空にしてください。")


class MessageIsOver(NoticeRefused):
    """Nothing follows a cancellation."""

    says = _("このお知らせはすでに取り消されています。新しいお知らせとして作ってください。")


class NextEditionExists(NoticeRefused):
    """The next edition of this message is already being written."""

    says = _("このお知らせの次の版は、すでに作成中です。そちらを開いてください。")

    def __init__(self, notice_id: int) -> None:
        super().__init__()
        self.notice_id = notice_id
