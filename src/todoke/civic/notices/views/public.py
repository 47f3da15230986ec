"""The public page of notices: the list with its filters, one notice, and the feed of what was chosen."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import public
from todoke.base.clock import now
from todoke.base.ui.languages import language_tag
from todoke.civic.notices.forms import FilterForm
from todoke.civic.notices.queries.public import (
    as_public,
    counts_by_topic,
    current_notices,
    narrowed,
    news,
    published_editions,
)
from todoke.civic.notices.views.common import language_of_page
from todoke.ground.places.queries import AreaNode, area_tree, the_city
from todoke.shared.messaging.feeds import stable_id
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import FrozenEdition
from todoke.shared.subscriptions.queries.topics import topics

ON_A_PAGE = 20
IN_A_FEED = 100


@public
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What holds now, newest first; one topic and one area by the address (`?topic=gomi&area=…`)."""
    language, at = language_of_page(), now()
    everything = current_notices(at)
    form, chosen = _filter(request, language)
    found = narrowed(everything, **chosen)
    counts = counts_by_topic(narrowed(everything, area=chosen["area"]))
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "notices/public/list.html",
        {
            "form": form,
            "notices": as_public(list(page), language, at),
            "page": page,
            "number": len(found),
            "topics": [
                (topic.key, topic.name_in(language), counts[topic.key], topic.key == chosen["topic"])
                for topic in topics()
                if counts.get(topic.key)
            ],
            "chosen": chosen,
            "is_narrowed": any(chosen.values()),
            "feed": _feed_address(request),
        },
    )


@public
@require_safe
def notice_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """One notice as it stands now: also when it is over, corrected or cancelled, since its address was sent around."""
    editions = published_editions(key)
    if not editions:
        raise Http404(_("このお知らせはありません。"))
    language, at = language_of_page(), now()
    [latest] = as_public(editions[-1:], language, at)
    history = [(edition, _kind(edition)) for edition in reversed(editions)] if len(editions) > 1 else []
    return render(request, "notices/public/notice.html", {"notice": latest, "history": history})


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The same list as Atom (RFC 4287) with the same filters, and what was taken back; alerts have their own feed."""
    language, at = language_of_page(), now()
    _form, chosen = _filter(request, language)
    city = the_city()
    site = settings.SITE_ADDRESS
    address = site + _feed_address(request)
    atom = Atom1Feed(
        title=_("%(city)s お知らせ") % {"city": city.name if city else ""},
        link=site + reverse("notices-public:list"),
        description=None,
        language=language_tag(language),
        feed_url=address,
        feed_guid=stable_id(address),
        author_name=city.name if city else "Todoke",
    )
    shown = narrowed(news(at), **chosen)[:IN_A_FEED]
    for edition, said in zip(shown, as_public(shown, language, at), strict=True):
        atom.add_item(
            title=said.title,
            link=read_on_at(site, edition, language),
            description=said.short,
            unique_id=stable_id(f"todoke:edition:{edition.identifier}"),
            pubdate=edition.references[0].sent_at if edition.references else edition.sent_at,
            updateddate=edition.sent_at,
            categories=edition.content.topics,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _filter(request: HttpRequest, language: str) -> tuple[FilterForm, dict[str, Any]]:
    """The form with what was chosen, and the choices that are there; anything else counts as no choice."""
    form = FilterForm(
        request.GET,
        topics=[(topic.key, topic.name_in(language)) for topic in topics()],
        areas=_area_choices(area_tree(), language),
    )
    form.is_valid()
    return form, {name: form.cleaned_data.get(name, "") for name in ("topic", "area")}


def _area_choices(tree: tuple[AreaNode, ...], language: str, depth: int = 0) -> list[tuple[str, str]]:
    own = {"en": "name_en", "ja-easy": "name_easy"}.get(language, "name")
    found = []
    for node in tree:
        found.append((node.area.key, "　" * depth + (getattr(node.area, own) or node.area.name)))
        found += _area_choices(node.children, language, depth + 1)
    return found


def _feed_address(request: HttpRequest) -> str:
    """The feed with the filters of this address, and the language where it names one."""
    query = request.GET.copy()
    for name in set(query) - {"topic", "area", "language"}:
        del query[name]
    address = reverse("notices-public:feed")
    return f"{address}?{query.urlencode()}" if query else address


def _kind(edition: FrozenEdition) -> str:
    return str(edition.kind.label)
