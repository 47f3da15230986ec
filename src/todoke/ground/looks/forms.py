"""The filter of the list of looks."""

from django import forms
from django.utils.translation import gettext_lazy as _


class LooksFilter(forms.Form):
    """Which looks to show; everything may stay empty."""

    viewer = forms.CharField(label=_("だれが"), required=False, max_length=200, help_text=_("例：people.account:12"))
    target_type = forms.CharField(label=_("対象の種類"), required=False, max_length=100)
    target_key = forms.CharField(label=_("対象の番号"), required=False, max_length=200)
    since = forms.DateField(label=_("この日から"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("この日まで"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
