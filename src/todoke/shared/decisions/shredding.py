"""How papers die: with the record they were about."""

from collections.abc import Iterable

from todoke.ground.retention.registry import EVERY_TYPE, Shredded
from todoke.shared.decisions.actions.purging import purge
from todoke.shared.decisions.models import Decision

TARGET_TYPE = Decision._meta.label_lower


def papers_about(subject_type: str, subject_key: str) -> list[int]:
    """The numbers of all papers about this subject, the oldest first."""
    found = Decision.objects.filter(subject_type=subject_type, subject_key=subject_key)
    return list(found.order_by("pk").values_list("pk", flat=True))


def shred_papers(papers: Iterable[int]) -> list[Shredded]:
    """Delete these papers, everything in them too. Raises NotOpenNow for one under way."""
    gone = [(paper, purge(paper, by="retention", why="廃棄決定")) for paper in papers]
    return [
        Shredded("decisions.Decision", [str(paper) for paper, _what in gone]),
        Shredded("decisions.Content", [f"{paper}/{number}" for paper, what in gone for number in range(what.contents)]),
        Shredded("decisions.Mark", [f"{paper}/{number}" for paper, what in gone for number in range(what.marks)]),
    ]


class PaperShredder:
    """Of every paper whose subject is the record itself."""

    key = "decisions.papers"
    target_type = EVERY_TYPE

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of these papers."""
        return [(TARGET_TYPE, str(paper)) for paper in papers_about(target_type, key)]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Delete them; a second time there is nothing left to do."""
        return shred_papers(papers_about(target_type, key))
