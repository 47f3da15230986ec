"""Asking for 文例."""

from django.db.models import QuerySet

from todoke.civic.emergency.models import Template
from todoke.civic.emergency.rules.rights import READ
from todoke.ground.people.rules import Viewer


def templates_in_use(viewer: Viewer) -> QuerySet[Template]:
    """The current version of every template, by kind and level."""
    if not viewer.may(READ):
        return Template.objects.none()
    return Template.objects.filter(is_current=True)


def template_for(kind: str, hazard: str, level: int | None, notice: str = "") -> Template | None:
    """The template that fits best; None where none fits.

    Its own level before none, its own hazard before any, its own `notice` (大津波警報) before none.
    """
    fitting = [
        template
        for template in Template.objects.filter(is_current=True, kind=kind, hazard__in={hazard, ""})
        if template.level in (level, None) and template.notice in (notice, "")
    ]
    return max(
        fitting,
        key=lambda fit: (fit.level == level, fit.hazard == hazard, fit.notice == notice, fit.key),
        default=None,
    )
