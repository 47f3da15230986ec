"""How a paper leaves the house for those whose matter it is about. Who may, the service asks."""

from collections.abc import Iterable
from uuid import UUID

from django.http import Http404, HttpResponse

from todoke.ground.files.actions import Damaged
from todoke.ground.files.serving import attachment_of
from todoke.ground.retention.models import Gone as KeyIsGone
from todoke.shared.documents.actions.reading import Gone, paper_of
from todoke.shared.documents.models import OfficialDocument


def paper_among(documents: Iterable[OfficialDocument], key: UUID) -> HttpResponse:
    """The signed PDF of the one with this key, as an attachment. Raises Http404 where it is none of them, or gone."""
    paper = next((each for each in documents if each.key == key), None)
    if paper is None:
        raise Http404
    try:
        return attachment_of(paper_of(paper), f"{paper.number.text}.pdf", "application/pdf")
    except (Gone, KeyIsGone, Damaged) as gone:
        raise Http404 from gone
