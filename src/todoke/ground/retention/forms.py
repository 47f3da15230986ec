"""Holding a record: which one, why, until when."""

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.ground.retention.models import Hold


class HoldForm(forms.Form):
    """The record is named as it stands in the audit record: type and number."""

    target_type = forms.CharField(label=_("対象の種類"), max_length=100)
    target_key = forms.CharField(label=_("対象の番号"), max_length=200)
    reason = forms.ChoiceField(label=_("理由"), choices=Hold.Reason.choices)
    why = forms.CharField(
        label=_("事件番号など"),
        max_length=300,
        help_text=_("氏名や住所は書かないでください。例：令和8年第12号"),
    )
    until = forms.DateField(
        label=_("この日まで"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("空のときは、だれかがやめるまで止めます。"),
    )
