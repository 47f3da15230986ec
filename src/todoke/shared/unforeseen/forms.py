"""What somebody types to add a destination."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.shared.unforeseen.registry import Way


class AdditionForm(forms.Form):
    """Six entries, two of them filled in already: half a minute at the desk."""

    use_required_attribute = False

    name = forms.CharField(label=_("だれに"), help_text=_("例：山崎小学校の体育館（仮の避難所）"), max_length=200)
    way = forms.ChoiceField(label=_("送り方"), widget=forms.RadioSelect)
    address = forms.CharField(
        label=_("宛先"),
        max_length=500,
        help_text=_("FAX番号、メールアドレス、電話番号など。書き方は送り方の横にあります。"),
    )
    purpose = forms.CharField(
        label=_("なぜ必要か"), max_length=500, help_text=_("例：電話線が切れたため、このFAXにだけ届く。")
    )
    ends_at = forms.DateTimeField(
        label=_("期限"),
        help_text=_("この時刻で自動的に終わります。災害事案を閉じたときも終わります。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    language = forms.ChoiceField(label=_("ことば"))

    def __init__(self, *arguments: Any, ways: Sequence[Way], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["way"].choices = [(way.key, f"{way.name}（{way.hint}）") for way in ways]  # type: ignore[attr-defined]
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    use_required_attribute = False

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class SeenForm(forms.Form):
    """The tick of the second pair of eyes: it was read back to whoever gave it, or compared with what they wrote."""

    use_required_attribute = False

    seen = forms.BooleanField(label=_("宛先を、相手の名乗りや紙と見比べて確かめました"))
