"""What a person says about a trouble."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TakeInHandForm(forms.Form):
    """What is being done about it, in a few words."""

    note = forms.CharField(
        label=_("いま何をしているか"),
        help_text=_("例：メールの委託先に電話した。10分後に連絡がある。"),
        max_length=500,
    )
