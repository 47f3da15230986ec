"""How cases die: with the custody they are kept in, their own or that of what they are about."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from todoke.ground.retention.registry import EVERY_TYPE, Shredded
from todoke.shared.casework.models import Case
from todoke.shared.decisions.shredding import TARGET_TYPE as PAPER
from todoke.shared.decisions.shredding import papers_about, shred_papers

NAME = Case._meta.label_lower


class StillOpen(Exception):
    """A case that goes on is not purged: its custody was closed too early."""


class CaseShredder:
    """Of a case in a custody of its own, and of the papers by which it was decided.

    What people wrote goes, and who they were; that there was a case, which way it went and when, stays for the
    statistics and for the chain of its numbers.
    """

    key = "casework.cases"
    target_type = NAME

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of these cases and their papers."""
        for case in _kept_in(target_type, key):
            yield NAME, str(case.pk)
            yield NAME, str(case.key)
            yield from ((PAPER, str(paper)) for paper in papers_about(NAME, str(case.key)))

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Empty the rows; a second time they are empty already. Raises StillOpen, and what `shred_papers` raises."""
        gone: list[Shredded] = []
        for case in _kept_in(target_type, key).select_for_update(of=("self",)):
            if case.is_open:
                raise StillOpen(case.number)
            gone += shred_papers(papers_about(NAME, str(case.key)))
            gone += _emptied(case)
        return gone


class SharedCustodyShredder(CaseShredder):
    """Of every case that shares the custody of what it is about."""

    key = "casework.shared"
    target_type = EVERY_TYPE

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """As of a case of its own; nothing where the record is the case."""
        return () if target_type == NAME else super().targets(target_type, key)

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """As of a case of its own; nothing where the record is the case."""
        return [] if target_type == NAME else super().shred(target_type, key)


def _kept_in(target_type: str, key: str) -> QuerySet[Case]:
    return Case.objects.filter(custody__target_type=target_type, custody__target_key=key).order_by("pk")


def _emptied(case: Case) -> list[Shredded]:
    rows = [
        Shredded("casework.CaseEvent", _ids(case.events.all()), ("private", "by", "actor")),
        Shredded("casework.Letter", _ids(case.letters.all()), ("body", "author")),
        Shredded("casework.EffectRun", _ids(case.effects.all()), ("settings", "result", "trouble")),
        Shredded("casework.Task", _ids(case.tasks.all()), ("resident_id",)),
        Shredded("casework.Case", [str(case.pk)], ("resident_id",)),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_purge(%s)", [case.pk])
    return rows


def _ids(rows: QuerySet) -> list[str]:
    return [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
