"""How a filing, or a batch of them, is shown to whoever decides; and where the pages of their cases are."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from todoke.base.formulas import said
from todoke.civic.procedures.models import Batch, Filing
from todoke.civic.procedures.queries.casework import people_concerned
from todoke.civic.procedures.rules import BATCH, SUBJECT
from todoke.ground.looks.registry import Concern
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.queries import HANDLE, READ, cases_for
from todoke.shared.casework.registry import Pages
from todoke.shared.decisions.registry import Shown

CONCERN = Concern(SUBJECT, people_concerned)
PAGES = Pages(
    SUBJECT,
    for_staff=lambda case: reverse("procedures:case", args=[case]),
    for_resident=lambda filing: reverse("procedures-public:filing", args=[filing]),
)


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


class BatchShown:
    """Batches as subjects of decisions: how many cases, what was found, the hash of the frozen list."""

    key = BATCH

    def show(self, viewer: Viewer, key: str) -> Shown | None:
        """The numbers; the page of the list for who may handle the section's cases."""
        batch = Batch.objects.select_related("procedure", "section").filter(key=key).first()
        if batch is None:
            return None
        version = batch.procedure.versions.order_by("-number").first()
        name = version.document.name.say() if version else batch.procedure.key
        pairs = (
            (_("件数"), ngettext("%(count)d件", "%(count)d件", batch.count) % {"count": batch.count}),
            (_("結論"), str(batch.get_outcome_display())),
            (_("一覧のハッシュ値"), batch.sha256),
        )
        may_open = viewer.may(READ, batch.section.key) or viewer.may(HANDLE, batch.section.key)
        return Shown(name, reverse("procedures:batch", args=[batch.key]) if may_open else "", pairs)
