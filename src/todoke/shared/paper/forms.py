"""What staff fill in about paper."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DoneForm(forms.Form):
    """Who did it by hand, and how."""

    person = forms.CharField(label=_("済ませた人"), max_length=100)
    note = forms.CharField(label=_("いつ、どのように"), max_length=300, required=False)
