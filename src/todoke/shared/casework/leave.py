"""Whose leave a seal has: a decision about the case, or about what the case is about."""

import re
from uuid import UUID

from todoke.base.calendar import Calendar, in_words
from todoke.base.clock import in_japan
from todoke.shared.casework.models import Case
from todoke.shared.decisions.models import Decision
from todoke.shared.decisions.rules.values import Phase
from todoke.shared.documents.registry import Leave, Request

NUMBER = re.compile(r"[1-9][0-9]{0,17}")
NAME = Case._meta.label_lower


class DecidedPaper:
    """The decision with this number: decided, and about the same matter as the document.

    A case and its subject are one matter: the paper may name the one and the document the other. The title of the paper
    may name people, so the book of seal uses gets its number and day alone.
    """

    key = "casework.decision"

    def leave(self, key: str, request: Request) -> Leave | None:
        """The leave, or None for a paper that is not there, not decided, or about something else."""
        paper = Decision.objects.filter(pk=int(key), phase=Phase.DECIDED).first() if NUMBER.fullmatch(key) else None
        if paper is None or paper.decided_at is None:
            return None
        if (paper.subject_type, paper.subject_key) not in _names_of(request.subject):
            return None
        day = in_japan(paper.decided_at).date()
        number = paper.number or f"起案{paper.pk}"
        return Leave(f"{in_words(day, 'ja', Calendar.ERA)}決裁（{number}）", day)


def _names_of(subject: tuple[str, str]) -> set[tuple[str, str]]:
    """Every name of the matter: what the document is about, its cases, and what its case is about."""
    names = {subject}
    cases = Case.objects.filter(subject_type=subject[0], subject_key=subject[1])
    names |= {(NAME, str(key)) for key in cases.values_list("key", flat=True)}
    if subject[0] == NAME:
        about = Case.objects.filter(key__in=_keys(subject[1]))
        names |= set(about.values_list("subject_type", "subject_key"))
    return names


def _keys(text: str) -> list[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        return []
