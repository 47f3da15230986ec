"""Why the room refuses something, each with a sentence for whoever is at the screen."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SurveyRefused(Exception):
    """Something cannot be done with a survey."""

    says: str | Promise = _("このアンケートでは、できません。")

    def __str__(self) -> str:
        return str(self.says)


class NotAsked(SurveyRefused):
    """The survey has not begun, is over, or asks only who was invited."""

    says = _("このアンケートは、いま回答を受け付けていません。期間を確かめてください。")


class InvitationUsed(SurveyRefused):
    """The link was used, or is none of ours."""

    says = _("この案内では、もう回答できません。1つの案内で回答できるのは1回です。")


class NotComplete(SurveyRefused):
    """Something is missing or wrong in the answers."""

    says = _("答えていない質問か、直すところがあります。")


class NotTheirs(SurveyRefused):
    """The viewer may not do this in the survey's section."""

    says = _("このアンケートを扱う権限がありません。担当の課に頼んでください。")


class StillAsked(SurveyRefused):
    """Results are shown and published after the end only: two counts a day apart would tell the answer of that day."""

    says = _("受付が終わるまで、結果は出せません。先に受付を終えてください。")


class TooManyInvitations(SurveyRefused):
    """More links at once than a person can look after, or none."""

    says = _("案内の数は、1から10,000までにしてください。")


class NoContacts(SurveyRefused):
    """An address for an invitation is not good, or nobody carries mail."""

    says = _("この宛先には、案内を送れません。メールアドレスを確かめてください。")


class TellsWhoAnswered(SurveyRefused):
    """The form asks for what an unlinkable survey may not know. `keys` are the questions."""

    says = _("無記名のアンケートでは使えない質問があります：%(keys)s。選ぶ質問、数、自由記述だけにしてください。")

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__()
        self.keys = tuple(keys)

    def __str__(self) -> str:
        return str(self.says) % {"keys": "、".join(self.keys)}
