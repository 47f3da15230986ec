"""Why the room refuses something, each with a sentence for whoever is at the screen."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal


class SurveyRefused(Refusal):
    """Something cannot be done with a survey."""

    says = _("このアンケートでは、できません。")


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


class VoiceRefused(Refusal):
    """Something cannot be done with a voice or with a theme."""

    says = _("この声では、できません。画面を開き直してください。")


class BoxIsShut(VoiceRefused):
    """The box takes nothing now."""

    says = _("この受付は、いま使えません。市役所に電話してください。")


class VoiceNotTheirs(VoiceRefused):
    """The viewer may not do this in this section."""

    says = _("この声を扱う権限がありません。担当の課に頼んでください。")


class NotInOneTheme(VoiceRefused):
    """The voice cannot be put with this theme: another box, another state, or a theme already put to decision."""

    says = _("この声は、この論点に入れられません。担当課で検討中の声を、回答案を作成中の論点に入れてください。")


class ThemeIsShut(VoiceRefused):
    """The theme was put to decision: its texts stand."""

    says = _("決裁に出した論点は、直せません。直すときは、起案を取り下げて廃案にしてください。")


class WrittenElsewhere(VoiceRefused):
    """Somebody else has saved the theme since it was fetched."""

    says = _("ほかの人が、この論点を先に保存しました。画面を開き直して、もう一度直してください。")


class NothingToDecide(VoiceRefused):
    """The theme has no voice, no title or no reply."""

    says = _("回答案を決裁に出すには、論点の名前と、本人への回答と、1件以上の声が必要です。")


class TellsWhoWrote(VoiceRefused):
    """A text for everybody holds a name, a number or an address. `field` is where."""

    says = _("公表する文に、名前・電話番号・メールアドレスがあります。だれか分からない書き方に直してください。")

    def __init__(self, field: str = "") -> None:
        super().__init__()
        self.field = field


class NeedsAnother(VoiceRefused):
    """Whoever wrote the texts does not publish them."""

    says = _("公表は、文を書いた人とは別の人が、読んで確かめてから行います。")


class NothingToPublish(VoiceRefused):
    """No writer has agreed, or the texts for everybody are missing, or there is no answer yet."""

    says = _("公表できません。回答が済み、意見の概要と市の考え方があり、公表してよい声が1件以上必要です。")


class PublishedAlready(VoiceRefused):
    """Whether it is published was decided before."""

    says = _("公表するかどうかは、もう決まっています。")


class ReasonForWithholding(VoiceRefused):
    """What is not published says why."""

    says = _("公表しない理由を書いてください。")
