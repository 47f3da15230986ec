"""The form of the やさしい日本語 check."""

from django import forms
from django.utils.translation import gettext_lazy as _

TEXT_MAX = 4000


class PlainJapaneseForm(forms.Form):
    """A text to be checked; nothing of it is stored."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("調べる文"),
        help_text=_("4000文字まで。名前や住所など、個人の情報は書かないでください。"),
        max_length=TEXT_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "lang": "ja"}),
    )
    disaster = forms.BooleanField(label=_("災害の直後に伝える文として調べる（漢字は1文に4字まで）"), required=False)
