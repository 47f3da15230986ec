"""What `todoke doctor` asks: is a delegation near its end, is one in force."""

from itertools import chain

from todoke.base.clock import in_japan, now
from todoke.base.doctor import Finding, Verdict
from todoke.shared.delegation.models import Grant, GrantState, Mandate, MandateState
from todoke.shared.delegation.rules import ENDS_SOON

MEND = "続けるなら、新しい委任を作って渡してください（/desk/delegation/）。"


class Delegations:
    """Whether what we gave and were given still holds for a month."""

    key = "delegation.ends"
    title = "代行発信の委任"

    def run(self) -> Finding:
        """Look at the ends."""
        at = now()
        grants = Grant.objects.filter(state=GrantState.ISSUED).select_related("partner").defer("file")
        mandates = Mandate.objects.exclude(state=MandateState.ENDED).select_related("partner").defer("sealed")
        standing: list[Grant | Mandate] = list(chain(grants, mandates))
        if not standing:
            return Finding(Verdict.OK, "委任はありません（docs/running/delegation.md）。")
        holding = [each for each in standing if each.valid_until > at]
        if not holding:
            return Finding(Verdict.WARNING, f"委任の期限が切れています（{_named(standing)}）。", MEND)
        if soon := [each for each in holding if each.valid_until <= at + ENDS_SOON]:
            return Finding(Verdict.WARNING, f"30日以内に終わる委任があります（{_named(soon)}）。", MEND)
        if active := [each for each in holding if each.state == MandateState.ACTIVE]:
            return Finding(Verdict.OK, f"いま、ほかの市に代わって発信できます（{_named(active)}）。")
        return Finding(Verdict.OK, "委任は、すべて30日より長く有効です。")


def _named(standing: list[Grant | Mandate]) -> str:
    return "、".join(f"{each.partner.name} {in_japan(each.valid_until):%Y-%m-%d}まで" for each in standing)


CHECKS = (Delegations(),)
