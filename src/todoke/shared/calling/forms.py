"""What is said beside a tick."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TickForm(forms.Form):
    """How it went, in a few words."""

    use_required_attribute = False

    note = forms.CharField(
        label=_("相手の応答（任意）"),
        help_text=_("例：本人に伝えた。復唱あり。病気のことなどは書かないでください。"),
        max_length=300,
        required=False,
    )
