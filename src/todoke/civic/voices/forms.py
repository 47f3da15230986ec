"""What staff type about a survey: how many links, or to which address."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.civic.voices.actions.inviting import LINKS_MAX


class LinksForm(forms.Form):
    """How many links to make."""

    use_required_attribute = False

    count = forms.IntegerField(
        label=_("案内の数"),
        min_value=1,
        max_value=LINKS_MAX,
        help_text=_("印刷して配る案内のリンクを、この数だけ作ります。"),
    )


class MailForm(forms.Form):
    """To whom an invitation goes by mail, and in which language."""

    use_required_attribute = False

    address = forms.EmailField(label=_("メールアドレス"), max_length=254)
    language = forms.ChoiceField(label=_("案内の言葉"), choices=settings.LANGUAGES)


class CrossForm(forms.Form):
    """Two questions to set against each other."""

    use_required_attribute = False

    row = forms.ChoiceField(label=_("縦の質問"))
    column = forms.ChoiceField(label=_("横の質問"))

    def __init__(self, *arguments: object, questions: list[tuple[str, str]], **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        for name in ("row", "column"):
            self.fields[name].choices = questions  # type: ignore[attr-defined]
