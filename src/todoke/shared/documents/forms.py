"""What people type: a code, a word from the paper, a reason, what to look for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.shared.documents.models import DocumentState, Series

PDF_BYTES_MAX = 5_000_000


class CodeForm(forms.Form):
    """The code that stands on the paper."""

    code = forms.CharField(
        label=_("確認番号"),
        max_length=60,
        help_text=_("文書に書いてある32文字です。ハイフン（-）や大文字・小文字の違いは、そのままでかまいません。"),
    )


class SecretForm(forms.Form):
    """A word that only a holder of the paper can read."""

    secret = forms.CharField(
        label=_("文書に書いてある名前"), max_length=200, help_text=_("空白は入れても入れなくても同じです。")
    )


class UploadForm(forms.Form):
    """The file that somebody got, to be compared. It is not stored."""

    file = forms.FileField(
        label=_("届いたPDFファイル"),
        help_text=_("5メガバイトまで。ファイルは比べるだけで、保存しません。"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > PDF_BYTES_MAX:
            raise forms.ValidationError(_("ファイルが大きすぎます。5メガバイトまでのPDFを選んでください。"))
        return file


class RegisterForm(forms.Form):
    """What to look for in the register."""

    number = forms.CharField(
        label=_("文書番号"), required=False, max_length=80, help_text=_("一部でも探せます。例：凪土第12号")
    )
    section = forms.ChoiceField(label=_("課"), required=False)
    state = forms.ChoiceField(label=_("状態"), required=False, choices=[("", _("すべて")), *DocumentState.choices])

    def __init__(self, *arguments: Any, sections: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["section"].choices = [("", _("すべて")), *sections]  # type: ignore[attr-defined]


class ReserveForm(forms.Form):
    """A number for a paper that is made elsewhere."""

    series = forms.ChoiceField(label=_("文書記号"))
    purpose = forms.CharField(
        label=_("用途"), max_length=200, help_text=_("例：県への照会（紙の文書）。人の名前は書かないでください。")
    )

    def __init__(self, *arguments: Any, series: list[Series], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["series"].choices = [  # type: ignore[attr-defined]
            (each.key, f"{each.mark}（{each.section.name}）") for each in series
        ]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("公文書の記録に残ります。"),
    )
