"""How a filing is shown to whoever decides about it: what it is and where it stands; the answers are a link away."""

from django.urls import reverse
from django.utils.translation import gettext as _

from todoke.base.formulas import said
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.rules import SUBJECT
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.queries import cases_for
from todoke.shared.decisions.registry import Shown


class FilingShown:
    """Filings as subjects of decisions."""

    key = SUBJECT

    def show(self, viewer: Viewer, key: str) -> Shown | None:
        """Number, procedure and state; the page of the case for who may open it."""
        filing = Filing.objects.select_related("version", "case__flow_version").filter(response__key=key).first()
        if filing is None or filing.case is None:
            return None
        case = filing.case
        may_open = cases_for(viewer).filter(pk=case.pk).exists()
        proposal = filing.proposals.last()
        pairs = [(_("案件番号"), case.number), (_("状態"), said(case.flow_version.read.states[case.state].title))]
        if proposal is not None:
            pairs.append((_("結論"), str(proposal.get_outcome_display())))
        address = reverse("procedures:case", args=[case.key]) if may_open else ""
        return Shown(filing.version.document.name.say(), address, tuple(pairs))
