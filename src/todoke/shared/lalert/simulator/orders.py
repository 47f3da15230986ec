"""What staff order from the simulated nodes, with its trace in the record."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.lalert.simulator.faults import Fault, FaultBook, FaultKind
from todoke.shared.lalert.simulator.node import folder_of

# How long a fault lasts, in words that fit a drill.
SPANS: dict[str, tuple[Any, int | None]] = {
    "one": (_("次の1回"), 1),
    "five": (_("次の5回"), 5),
    "until": (_("解除するまで"), None),
}


class FaultForm(forms.Form):
    """A fault as staff order it."""

    kind = forms.ChoiceField(label=_("障害の種類"), choices=FaultKind.choices)
    span = forms.ChoiceField(label=_("いつまで"), choices=[(key, words) for key, (words, _calls) in SPANS.items()])

    def fault(self) -> Fault:
        """The fault; only of a valid form."""
        return Fault(FaultKind(self.cleaned_data["kind"]), SPANS[self.cleaned_data["span"]][1])


def faults_in_force() -> dict[str, Fault]:
    """The faults by node and carrier."""
    return FaultBook(folder_of(settings.SIMULATOR_ROOT)).in_force()


def order_fault(route: str, fault: Fault, *, by: Viewer) -> None:
    """Have a simulated node or carrier fail."""
    FaultBook(folder_of(settings.SIMULATOR_ROOT)).set(route, fault)
    record(
        "lalert.fault-ordered",
        on=("lalert.simulator", route),
        by=by,
        after={"kind": fault.kind.value, "calls": fault.calls},
    )


def clear_fault(route: str, *, by: Viewer) -> None:
    """Have a simulated node or carrier work again."""
    FaultBook(folder_of(settings.SIMULATOR_ROOT)).clear(route)
    record("lalert.fault-cleared", on=("lalert.simulator", route), by=by)
