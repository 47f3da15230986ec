"""What facilities and staff fill in about FAX."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.shared.fax.codes import read_code
from todoke.shared.fax.simulator.faults import FaultOrder, FaxFault


class CodeForm(forms.Form):
    """The code on the sheet, typed by hand."""

    code = forms.CharField(
        label=_("受信番号"),
        help_text=_("用紙の下にある12文字です（例 K7QM-2XPD-9HWT）。ハイフンは、なくてもかまいません。"),
        max_length=40,
    )

    def clean_code(self) -> str:
        """The code in its one form."""
        code = read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("受信番号は、英数字12文字です。用紙の番号を、もう一度確かめてください。"))
        return code


class AskedForm(forms.Form):
    """Who at the facility said on the telephone that the sheet is there."""

    person = forms.CharField(label=_("話した相手"), help_text=_("例 施設長、当直の方"), max_length=100)


class FaultForm(forms.Form):
    """A fault of the simulated telephone network."""

    kind = forms.ChoiceField(label=_("障害の種類"), choices=FaxFault.choices)
    share = forms.IntegerField(label=_("起きる割合（％）"), min_value=1, max_value=100, initial=100)
    calls = forms.IntegerField(
        label=_("何回まで"), help_text=_("空のままにすると、解除するまで続きます。"), min_value=1, required=False
    )

    def fault(self) -> FaultOrder:
        """The fault; only of a valid form."""
        cleaned: dict[str, Any] = self.cleaned_data
        return FaultOrder(FaxFault(cleaned["kind"]), cleaned["share"], cleaned["calls"])
