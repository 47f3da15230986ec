"""Why something was not done. Each text is fit for the screen and says what to do."""

from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal


class DecisionRefused(Refusal):
    """It was not done. `field` names the entry it is about, or is empty."""

    says = _("この操作はできません。")


class NotAllowed(DecisionRefused):
    """The viewer lacks the right, or the post."""

    says = _("この操作をする権限がありません。担当の職に発令されているか、確かめてください。")


class NotOpenNow(DecisionRefused):
    """The act is not open to this person now: somebody was quicker, or it lies elsewhere."""

    says = _("いまはこの操作ができません。ほかの人が先に処理したか、別の職で待っています。画面を新しくしてください。")


class Stale(DecisionRefused):
    """The paper has changed since it was shown."""

    says = _("画面を開いた後に、この文書が変わりました。新しい内容を確かめてから、もう一度操作してください。")


class CommentMissing(DecisionRefused):
    """An act that needs words got none."""

    says = _("理由を書いてください。起案した人が、直すところを知るために必要です。")
    field = "comment"


class BadFacts(DecisionRefused):
    """A fact that the route asks for is missing or of another kind."""

    says = _("「%(label)s」を、正しい形で入力してください。")

    def __init__(self, key: str, label: str) -> None:
        super().__init__()
        self.field = f"fact_{key}"
        self.label = label

    def __str__(self) -> str:
        return str(self.says) % {"label": self.label}


class NobodyThere(DecisionRefused):
    """The route asks for a post that the organisation does not have."""

    says = _("経路にある職（%(seat)s）が組織にありません。決裁の管理者に知らせてください。")

    def __init__(self, seat: str) -> None:
        super().__init__()
        self.seat = seat

    def __str__(self) -> str:
        return str(self.says) % {"seat": self.seat}


class BadDays(DecisionRefused):
    """An absence that ends before it begins."""

    says = _("終わりの日は、始まりの日と同じか、それより後にしてください。")
    field = "end_date"
