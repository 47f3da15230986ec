"""What staff order from the simulated control station."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.shared.loudspeakers.station.faults import Faults, Trouble


class FaultsForm(forms.Form):
    """What is broken at the simulated station, until it is ordered otherwise."""

    trouble = forms.ChoiceField(label=_("操作卓の障害"), choices=Trouble.choices, required=False)
    dead = forms.MultipleChoiceField(label=_("鳴らないスピーカー"), required=False, widget=forms.CheckboxSelectMultiple)
    mute = forms.MultipleChoiceField(
        label=_("結果を返さないスピーカー"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *values: Any, units: Iterable[tuple[str, str]], **named: Any) -> None:
        super().__init__(*values, **named)
        for name in ("dead", "mute"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = list(units)

    def faults(self) -> Faults:
        """The faults; only of a valid form."""
        told = self.cleaned_data
        return Faults(Trouble(told["trouble"]), frozenset(told["dead"]), frozenset(told["mute"]))
