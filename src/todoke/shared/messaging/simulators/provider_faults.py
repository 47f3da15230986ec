"""What staff order from a simulated provider that is played behind HTTP."""

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.simulators.faults import ANSWERS, Fault, FaultKind

KINDS = tuple(kind for kind in FaultKind if kind is not FaultKind.RETURN)
TOO_MANY = 429


class ProviderFaultForm(forms.Form):
    """A fault of the simulated provider, for so many requests."""

    kind = forms.ChoiceField(label=_("障害の種類"), choices=[(kind.value, kind.label) for kind in KINDS])
    status = forms.IntegerField(
        label=_("返す番号"),
        help_text=_("「断りの番号を返す」のときだけ使います。例：429（多すぎる）、503（障害）、401（鍵の誤り）。"),
        min_value=400,
        max_value=599,
        initial=503,
    )
    calls = forms.IntegerField(label=_("何回の依頼で起こすか"), min_value=1, max_value=1000, initial=1)

    def fault(self) -> Fault:
        """The fault; only of a valid form."""
        kind = FaultKind(self.cleaned_data["kind"])
        status = self.cleaned_data["status"] if kind in ANSWERS else 0
        return Fault(
            kind=kind,
            seconds=5 if kind is FaultKind.DELAY else 0,
            status=status,
            retry_after=60 if status == TOO_MANY else None,
            calls=self.cleaned_data["calls"],
        )
