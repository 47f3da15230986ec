"""What somebody on the telephone looks for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AskForm(forms.Form):
    """Words, area, channel; all may be empty."""

    use_required_attribute = False

    words = forms.CharField(label=_("ことば"), help_text=_("例：避難 体育館"), max_length=100, required=False)
    area = forms.CharField(label=_("地域"), help_text=_("例：港地区"), max_length=100, required=False)
    channel = forms.ChoiceField(label=_("経路"), required=False)
    only_in_force = forms.BooleanField(label=_("いま有効なものだけ"), required=False)

    def __init__(self, *arguments: Any, channels: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["channel"].choices = [("", _("すべて")), *channels]  # type: ignore[attr-defined]
