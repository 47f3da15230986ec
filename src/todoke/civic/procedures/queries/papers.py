"""The register of attachments (添付書類削減): what is asked for and why, what need not come, how many were saved."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum

from todoke.base.calendar import fiscal_year_of
from todoke.base.formulas import compile_formula
from todoke.civic.procedures.document import Attachment
from todoke.civic.procedures.models import ProcedureVersion, Tally
from todoke.civic.procedures.types import Audience, Handling, Instead
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.logic import logic_of


@dataclass(frozen=True)
class RegisteredPaper:
    """One row of the register: a paper, and the procedure that asks for it."""

    version: ProcedureVersion
    rule: Attachment

    @property
    def may_be_left_out(self) -> bool:
        """Whether something may stand in for it."""
        return self.rule.instead is not Instead.NONE

    @property
    def is_only_shown(self) -> bool:
        """Whether it goes home again with whoever brought it."""
        return self.rule.handling is Handling.SHOW

    @property
    def when(self) -> str:
        """For whom it is left out, as the rule says in words."""
        if self.rule.left_out is None:
            return ""
        scope = logic_of(canonical(self.version.document.form_json)).scope
        return str(compile_formula(self.rule.left_out, scope).words())


@dataclass(frozen=True)
class Saving:
    """Papers of one procedure in one fiscal year: those that came, and those that need not."""

    year: int
    procedure: str
    brought: int
    left_out: int

    @property
    def share(self) -> int:
        """Percent of the papers that were left out."""
        asked = self.brought + self.left_out
        return round(100 * self.left_out / asked) if asked else 0


def papers_for_everybody() -> list[RegisteredPaper]:
    """The papers of every listed procedure that residents may leave out."""
    versions = ProcedureVersion.objects.filter(state=ProcedureVersion.State.PUBLISHED, procedure__is_listed=True)
    found = versions.select_related("procedure", "section").order_by("procedure__key")
    everybodys = [version for version in found if version.document.audience is Audience.EVERYONE]
    return [paper for paper in registered_papers(everybodys) if paper.may_be_left_out]


def registered_papers(versions: Collection[ProcedureVersion]) -> list[RegisteredPaper]:
    """Every paper of these procedures, in their order."""
    return [RegisteredPaper(version, rule) for version in versions for rule in version.document.attachments]


def savings(procedures: Collection[int]) -> list[Saving]:
    """What was saved, by fiscal year of filing and procedure: the latest year first, then the most papers.

    From the tally alone, which never held a name. A filing is counted once, when it was filed.
    """
    rows = Tally.objects.filter(procedure__in=procedures, outcome="").values("procedure__key", "month")
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows.annotate(brought=Sum("papers_brought"), left_out=Sum("papers_left_out")):
        line = sums[fiscal_year_of(row["month"]), row["procedure__key"]]
        line[0] += row["brought"]
        line[1] += row["left_out"]
    found = [Saving(year, key, brought, left_out) for (year, key), (brought, left_out) in sums.items()]
    return sorted(found, key=lambda each: (-each.year, -each.left_out, each.procedure))


def left_out_by_year(lines: Collection[Saving]) -> list[tuple[int, int]]:
    """How many papers were left out in each fiscal year, the oldest first."""
    years: dict[int, int] = defaultdict(int)
    for line in lines:
        years[line.year] += line.left_out
    return sorted(years.items())
