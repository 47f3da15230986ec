"""What the city offers: the catalogue, one procedure, and its form; for everybody."""

from json import loads

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from ninja import Query, Router
from ninja.responses import codes_4xx

from todoke.base.clock import now
from todoke.civic.procedures.queries.catalogue import found_cards, opening_of, published
from todoke.civic.procedures.types import Instead
from todoke.civic.procedures.views.catalogue import A_PAGE, WORDS_MAX, fee
from todoke.civic.procedures.views.interface.shapes import (
    Card,
    Catalogue,
    FormRef,
    Json,
    Offer,
    PaperRule,
    Problem,
    Section,
)
from todoke.shared.paperwork.models import FormVersion, VersionState

router = Router(tags=["offers"])


@router.get("/procedures", response={200: Catalogue, codes_4xx: Problem}, url_name="catalogue")
def catalogue(
    request: HttpRequest,
    q: str = Query("", max_length=WORDS_MAX),
    section: str = Query("", max_length=60),
    page: int = Query(1, ge=1, le=10_000),
) -> Catalogue:
    """Everything that can be filed, found by words and by section."""
    del request
    pages = Paginator(found_cards(q, section), A_PAGE)
    shown = pages.get_page(page)
    cards = [
        Card(
            key=card.key,
            name=card.name.say(),
            summary=card.summary.say(),
            section=Section(key=card.section_key, name=card.section_name),
        )
        for card in shown
    ]
    return Catalogue(count=pages.count, page=shown.number, pages=pages.num_pages, procedures=cards)


@router.get("/procedures/{slug:key}", response={200: Offer, codes_4xx: Problem}, url_name="procedure")
def procedure(request: HttpRequest, key: str) -> Offer:
    """One procedure: what it is, who, by when, what it costs, what to bring, and whether it is open."""
    del request
    version = published(key)
    if version is None or version.form_version is None:
        raise Http404
    document = version.document
    papers = [
        PaperRule(
            name=each.name.say(),
            purpose=each.purpose.say(),
            basis=each.basis,
            is_only_shown=each.handling == "show",
            can_be_left_out=each.instead is not Instead.NONE,
        )
        for each in document.attachments
    ]
    return Offer(
        key=document.key,
        name=document.name.say(),
        summary=document.summary.say(),
        for_whom=document.for_whom.say(),
        by_when=document.by_when.say(),
        where=document.where.say(),
        basis=document.basis,
        section=Section(key=version.section.key, name=version.section.name),
        channels=[channel.value for channel in document.channels],
        level=document.level.name.lower(),
        opening=opening_of(version.procedure, now()).value,
        standard_days=document.standard_days,
        fee=fee(document),
        papers=papers,
        form=FormRef(version=version.form_version.number, sha256=version.form_version.sha256),
    )


@router.get("/procedures/{slug:key}/form", response={200: Json, codes_4xx: Problem}, url_name="form")
def form(request: HttpRequest, key: str, version: int | None = Query(None, ge=1, le=100_000)) -> Json:
    """The form, in every language: the version that holds today, or an earlier one. A version never changes."""
    del request
    offered = published(key)
    if offered is None or offered.form_version is None:
        raise Http404
    versions = FormVersion.objects.filter(form=offered.procedure.form_id).exclude(state=VersionState.DRAFT)
    found = versions.filter(number=offered.form_version.number if version is None else version)
    text = found.values_list("document", flat=True).first()
    if text is None:
        raise Http404
    return dict(loads(text))
