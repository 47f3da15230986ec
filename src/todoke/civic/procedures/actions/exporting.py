"""Taking the cases of a procedure out, by a layout; each export is recorded, and is a look at everybody in it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from todoke.civic.procedures.actions.refusals import NotAllowed
from todoke.civic.procedures.exporting import layout_of, line_of
from todoke.civic.procedures.models import ExportLayout, Filing, Procedure, ProcedureVersion
from todoke.civic.procedures.queries.casework import WITH, people_in
from todoke.civic.procedures.rules import BUILD, EXPORT, SUBJECT
from todoke.ground.audit.actions import record
from todoke.ground.looks.actions import record_looks
from todoke.ground.looks.rules import Way
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.models import Gone
from todoke.shared.paperwork.document import document_of
from todoke.shared.paperwork.queries import latest_submitted

ROWS_MAX = 5000
CASE_WORK = "looks.case-work"


class TooMany(Exception):
    """More filings than one file takes: a shorter time has to be chosen."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} filings, at most {ROWS_MAX}")
        self.number = number


@transaction.atomic
def save_layout(
    procedure: Procedure, key: str, name: str, columns: Sequence[Mapping[str, Any]], *, viewer: Viewer, at: datetime
) -> ExportLayout:
    """Keep a layout under its name; the one before goes. Raises NotAllowed, BrokenLayout with every fault."""
    version = procedure.versions.filter(state=ProcedureVersion.State.PUBLISHED).select_related("section").first()
    if version is None or not viewer.may(BUILD, version.section.key):
        raise NotAllowed
    assert version.form_version is not None
    layout_of(list(columns), document_of(version.form_version.document))
    told = {"name": name, "columns": list(columns), "saved_at": at, "saved_by": viewer.name}
    layout, _is_new = ExportLayout.objects.update_or_create(procedure=procedure, key=key, defaults=told)
    record("procedures.layout-saved", on=layout, by=viewer, after={"columns": len(columns)})
    return layout


@transaction.atomic
def export(layout: ExportLayout, *, start: date, end: date, viewer: Viewer, at: datetime, why: str) -> list[list[str]]:
    """The heading and a line for each case that arrived from `start` to `end`, both included; the oldest first.

    What has been purged is left out. Raises NotAllowed, TooMany, DoesNotFit, BrokenLayout.
    """
    version = ProcedureVersion.objects.select_related("section", "form_version").get(
        procedure=layout.procedure_id, state=ProcedureVersion.State.PUBLISHED
    )
    if not viewer.may(EXPORT, version.section.key):
        raise NotAllowed
    assert version.form_version is not None
    columns = layout_of(layout.columns, document_of(version.form_version.document))
    rows = Filing.objects.select_related(*WITH, "mandate").filter(
        version__procedure=layout.procedure_id,
        case__section__key__in=[section for right, section in viewer.grants if right == EXPORT],
        filed_at__date__gte=start,
        filed_at__date__lte=end,
    )
    if (number := rows.count()) > ROWS_MAX:
        raise TooMany(number)
    lines = [[column.heading for column in columns]]
    seen: list[tuple[Any, str | None]] = [(layout, None)]
    for filing in rows.order_by("pk"):
        try:
            found = latest_submitted(filing.response)
        except Gone:
            continue
        if found is not None:
            lines.append(line_of(columns, filing, found))
            seen += [((SUBJECT, str(filing.response.key)), person) for person in people_in(filing) if person]
    record(
        "procedures.exported",
        on=layout,
        by=viewer,
        after={"from": start, "to": end, "filings": len(lines) - 1},
        why=why,
    )
    what = "、".join(column.heading for column in columns)
    record_looks(viewer, seen, what=f"連携ファイル：{what}", purpose=CASE_WORK, way=Way.EXPORT, at=at)
    return lines
