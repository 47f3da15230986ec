"""What staff order from the simulators, with its trace in the record."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.simulators import control
from todoke.shared.messaging.simulators.faults import ANSWERS, RETURNS, Fault, FaultKind

# How long a fault lasts, in words that fit a drill.
SPANS: dict[str, tuple[Any, dict[str, Any]]] = {
    "one": (_("次の1回"), {"calls": 1}),
    "five": (_("次の5回"), {"calls": 5}),
    "minutes": (_("5分間"), {"for_seconds": 300.0}),
    "until": (_("解除するまで"), {}),
}


class FaultForm(forms.Form):
    """A fault as staff order it."""

    kind = forms.ChoiceField(label=_("障害の種類"), choices=FaultKind.choices)
    span = forms.ChoiceField(label=_("いつまで"), choices=[(key, words) for key, (words, _limit) in SPANS.items()])
    seconds = forms.FloatField(
        label=_("遅れる秒数"),
        help_text=_("「遅れて受け取る」のときだけ使います。"),
        min_value=0.1,
        max_value=600,
        initial=10,
    )
    status = forms.IntegerField(
        label=_("返す番号"),
        help_text=_(
            "「断りの番号を返す」のときは、例 メール 451・550、LINEと外部連携 429・503。"
            "「不達の通知を返す」のときは、550（宛先なし）・552（満杯）・554（相手の方針）・450（遅れの知らせ）。"
        ),
        min_value=200,
        max_value=599,
        initial=503,
    )
    share = forms.IntegerField(
        label=_("不達になる宛先の割合（％）"),
        help_text=_("「不達の通知を返す」のときだけ使います。"),
        min_value=1,
        max_value=100,
        initial=10,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A mail that is returned needs a number that says why, and a mail server."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == FaultKind.RETURN:
            if self.prefix not in (None, "mail"):
                self.add_error("kind", _("不達の通知を返すのは、メールだけです。"))
            elif cleaned.get("status") not in RETURNS:
                self.add_error("status", _("不達の通知の番号は、550・552・554・450 のどれかです。"))
        return cleaned

    def fault(self) -> Fault:
        """The fault; only of a valid form."""
        cleaned = self.cleaned_data
        kind = FaultKind(cleaned["kind"])
        return Fault(
            kind=kind,
            seconds=cleaned["seconds"] if kind is FaultKind.DELAY else 0,
            status=cleaned["status"] if kind in ANSWERS or kind is FaultKind.RETURN else 0,
            share=(cleaned["share"] or 100) / 100 if kind is FaultKind.RETURN else 1,
            **SPANS[cleaned["span"]][1],
        )


def order_fault(route: str, fault: Fault, *, by: Viewer) -> None:
    """Have a simulated service fail. Raises SimulatorsAway."""
    control.order_fault(settings.SIMULATOR_PORTS[1], route, fault)
    record("messaging.fault-ordered", on=("messaging.simulator", route), by=by, after=fault.as_json())


def clear_fault(route: str, *, by: Viewer) -> None:
    """Have a simulated service work again. Raises SimulatorsAway."""
    control.clear_fault(settings.SIMULATOR_PORTS[1], route)
    record("messaging.fault-cleared", on=("messaging.simulator", route), by=by)
