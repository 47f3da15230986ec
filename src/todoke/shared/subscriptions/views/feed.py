"""Choices as a feed: topics and areas in the address, no subscription, no personal data."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import public
from todoke.base.clock import now
from todoke.ground.places.queries import area_tree, areas_by_key, the_city
from todoke.shared.messaging.feeds import FeedState, chosen_feed, chosen_json_feed, chosen_rss
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.types import Mode
from todoke.shared.subscriptions.forms import area_lines_for
from todoke.shared.subscriptions.models import Topic
from todoke.shared.subscriptions.queries.received import public_of
from todoke.shared.subscriptions.queries.topics import topics

KEPT_IN_VIEW = timedelta(days=30)
CACHED_SECONDS = 300
# A longer address is nobody's choice.
WORDS_MAX = 50
FORMS = (
    ("Atom", "feed.atom", "application/atom+xml"),
    ("RSS 2.0", "feed.rss", "application/rss+xml"),
    ("JSON Feed", "feed.json", "application/feed+json"),
)


Form = Callable[..., bytes]


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Atom (RFC 4287) of the last 30 days for `?topic=…&area=…`, each as often as wanted; unknown words are refused."""
    return _feed(request, chosen_feed, "application/atom+xml; charset=utf-8")


@public
@require_safe
def json_feed(request: HttpRequest) -> HttpResponse:
    """The same as JSON Feed 1.1."""
    return _feed(request, chosen_json_feed, "application/feed+json; charset=utf-8")


@public
@require_safe
def rss_feed(request: HttpRequest) -> HttpResponse:
    """The same as RSS 2.0."""
    return _feed(request, chosen_rss, "application/rss+xml; charset=utf-8")


def _feed(request: HttpRequest, form: Form, media_type: str) -> HttpResponse:
    wanted, places = request.GET.getlist("topic")[:WORDS_MAX], request.GET.getlist("area")[:WORDS_MAX]
    names = dict(Topic.objects.filter(key__in=wanted).values_list("key", "name"))
    areas = areas_by_key(places)
    unknown = [word for word in wanted if word not in names] + [word for word in places if word not in areas]
    if unknown:
        return HttpResponse(
            _("「%(word)s」という分野や地域はありません。リンクを作り直してください。") % {"word": unknown[0]},
            status=404,
            content_type="text/plain; charset=utf-8",
        )
    city = the_city()
    chosen = [*(names[word] for word in wanted), *(areas[word].name for word in places)]
    state = FeedState(
        mode=Mode.ACTUAL,
        city=city.name if city else "",
        site=settings.SITE_ADDRESS,
        published=Published(recent=tuple(public_of(wanted, places, since=now() - KEPT_IN_VIEW))),
        caps={},
    )
    title = f"{state.city} お知らせ" + (f"（{'・'.join(chosen)}）" if chosen else "")
    body = form(state, address=f"{settings.SITE_ADDRESS}{request.get_full_path()}", title=title)
    answer = HttpResponse(body, content_type=media_type)
    answer.headers["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
    # Readers ask every few minutes; what has not changed costs them nothing.
    mark = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    answer.headers["ETag"] = mark
    return get_conditional_response(request, etag=mark, response=answer) or answer


@public
def feed_page(request: HttpRequest) -> HttpResponse:
    """Where the address of a feed is put together, without script."""
    spoken = get_language() or "ja"
    wanted, places = set(request.GET.getlist("topic")), set(request.GET.getlist("area"))
    query = request.GET.copy()
    for name in set(query) - {"topic", "area"}:
        del query[name]
    return render(
        request,
        "subscriptions/feed.html",
        {
            "topics": [(topic.key, topic.name_in(spoken), topic.key in wanted) for topic in topics()],
            "areas": [(key, name, key in places) for key, name in area_lines_for(area_tree(), spoken)],
            "area_is_chosen": bool(places),
            "address": f"{settings.SITE_ADDRESS}/subscriptions/feed.atom?{query.urlencode()}" if query else "",
            "forms": [
                (name, f"{settings.SITE_ADDRESS}/subscriptions/{file}?{query.urlencode()}", media_type)
                for name, file, media_type in FORMS
            ],
        },
    )
