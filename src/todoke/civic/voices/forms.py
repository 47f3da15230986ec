"""What staff type: how many links of a survey, or to whom; where a voice goes, and what is answered."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from todoke.civic.voices.actions.inviting import LINKS_MAX
from todoke.civic.voices.actions.themes import Texts
from todoke.civic.voices.models import Theme, Voice
from todoke.civic.voices.queries.voices import excerpt_of
from todoke.civic.voices.refusals import TellsWhoWrote
from todoke.civic.voices.rules.voices import LANGUAGES

# What is for everybody: its field, its words, and how long it may be.
PUBLIC_TEXTS = (("title", _("論点の名前"), 100), ("summary", _("意見の概要"), 2000), ("view", _("市の考え方"), 4000))
LONG = forms.Textarea(attrs={"rows": 4})
LANGUAGE_WORDS = {"ja": _("日本語"), "ja-easy": _("やさしい日本語"), "en": _("英語")}


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


class HandOnForm(forms.Form):
    """To which section a voice goes, and what to look at there."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    section = forms.ChoiceField(label=_("回答する課"))
    reason = forms.CharField(
        label=_("担当課への申し送り"), max_length=1000, widget=LONG, help_text=_("なぜこの課か、何を見てほしいか。")
    )

    def __init__(self, *arguments: Any, sections: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["section"].choices = sections  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """Why a voice ends without an answer."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=LONG, help_text=_("公表しない理由としても残ります。")
    )


class HandlerForm(forms.Form):
    """Who looks after a voice; nobody, where nothing is chosen."""

    use_required_attribute = False

    handler = forms.TypedChoiceField(label=_("担当者"), coerce=int, empty_value=None, required=False)

    def __init__(self, *arguments: Any, people: Sequence[tuple[int, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["handler"].choices = [("", _("まだ決めない")), *people]  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """Into which theme a voice goes; a new one, where none is chosen."""

    use_required_attribute = False

    theme = forms.ChoiceField(label=_("論点"), required=False)

    def __init__(self, *arguments: Any, themes: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["theme"].choices = [("", _("新しい論点を作る")), *themes]  # type: ignore[attr-defined]


class WithholdForm(forms.Form):
    """Why an answer is not published."""

    use_required_attribute = False

    reason = forms.CharField(label=_("公表しない理由"), max_length=300, widget=LONG)


class ThemeForm(forms.Form):
    """The texts of a theme: in Japanese first, then in plain Japanese and English; 要旨 of each voice that agreed."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reply = forms.CharField(
        label=_("本人への回答"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("この論点に入れた声を書いた人の全員に、同じ文が届きます。決裁にはこの文が回ります。"),
    )
    changes = forms.BooleanField(label=_("市の取組に反映する"), required=False)

    def __init__(self, *arguments: Any, agreed: Sequence[tuple[int, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.agreed = agreed
        for place, words, longest in PUBLIC_TEXTS:
            for language, ending in LANGUAGES.items():
                widget = None if place == "title" else LONG
                label = words if language == "ja" else format_lazy("{}（{}）", words, LANGUAGE_WORDS[language])
                self.fields[f"{place}{ending}"] = forms.CharField(
                    label=label, max_length=longest, required=False, widget=widget
                )
        for pk, number in agreed:
            self.fields[f"excerpt_{pk}"] = forms.CharField(
                label=format_lazy("{}（{}）", _("公表する要旨"), number), max_length=500, required=False, widget=LONG
            )
        main = ["title", "reply", "changes", "summary", "view", *(f"excerpt_{pk}" for pk, _number in agreed)]
        self.order_fields(["revision", *main])

    def texts(self) -> Texts:
        """What was typed, as a theme says it."""
        entered = self.cleaned_data
        public = {
            place: {
                language: entered[f"{place}{ending}"].strip()
                for language, ending in LANGUAGES.items()
                if entered[f"{place}{ending}"].strip()
            }
            for place, _words, _longest in PUBLIC_TEXTS
        }
        excerpts = {pk: entered[f"excerpt_{pk}"] for pk, _number in self.agreed}
        return Texts(
            title=public["title"],
            summary=public["summary"],
            view=public["view"],
            reply=entered["reply"].strip(),
            excerpts=excerpts,
            has_changed=entered["changes"],
        )

    def add_refusal(self, refused: TellsWhoWrote) -> None:
        """Say at its own field what may not be published."""
        place, _underline, language = refused.field.partition("_")
        name = f"{place}{LANGUAGES[language]}" if language in LANGUAGES else refused.field
        self.add_error(name if name in self.fields else None, str(refused))


def filled_from(theme: Theme, reply: str, agreed: Iterable[Voice]) -> dict[str, Any]:
    """What stands in the form when it is opened."""
    words = {"title": theme.title, "summary": theme.summary, "view": theme.view}
    public = {f"{place}{LANGUAGES[language]}": text for place, said in words.items() for language, text in said.items()}
    excerpts = {f"excerpt_{voice.pk}": excerpt_of(voice) for voice in agreed}
    return {"revision": theme.revision, "reply": reply, "changes": theme.has_changed, **public, **excerpts}
