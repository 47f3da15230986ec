"""Choices and messages as lines ready to show."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from todoke.ground.places.queries import areas_by_key
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import address_of
from todoke.shared.subscriptions.models import Place, Topic
from todoke.shared.subscriptions.queries.channels import LINE, PUSH
from todoke.shared.subscriptions.queries.received import Sent
from todoke.shared.subscriptions.types import Choices

Pairs = list[tuple[str, str]]


def address_shown(contact: Contact) -> str:
    """Where it goes, as its owner knows it: nobody knows a browser's subscription, or their number at LINE."""
    known_as = {PUSH: _("この端末の通知"), LINE: "LINE"}
    return known_as.get(contact.channel) or address_of(contact)


def lines_of(choices: Choices, language: str) -> Pairs:
    """What was chosen, as terms and values."""
    areas = areas_by_key(place.area for place in choices.places)
    topics = {topic.key: topic.name_in(language) for topic in Topic.objects.all()}
    labels = dict(Place.Label.choices)
    pairs: Pairs = [(_("お知らせの言葉"), str(dict(settings.LANGUAGES).get(choices.language, choices.language)))]
    for place in choices.places:
        area = areas.get(place.area)
        spoken = {"en": area.name_en, "ja-easy": area.name_easy}.get(language) if area else ""
        name = (spoken or area.name) if area else _("市内全域")
        told = _("、").join(topics[key] for key in place.topics if key in topics)
        pairs.append(
            (str(labels[place.label]), _("%(area)s（%(topics)s）") % {"area": name, "topics": told}),
        )
    if choices.quiet_from and choices.quiet_until:
        quiet = {"start": f"{choices.quiet_from:%H:%M}", "end": f"{choices.quiet_until:%H:%M}"}
        pairs.append((_("お知らせを止める時間"), _("%(start)sから%(end)sまで") % quiet))
    if choices.birth_months:
        months = (
            _("%(year)d年%(month)d月") % {"year": month.year, "month": month.month} for month in choices.birth_months
        )
        pairs.append((_("お子さんが生まれた月"), _("、").join(months)))
    return pairs


def sent_lines(sent: Iterable[Sent], language: str) -> list[dict[str, object]]:
    """Messages as they read in this language: title, short text, and when."""
    return [
        {
            "title": one.edition.title(language),
            "short": one.edition.content.wording(language).short,
            "released_at": one.released_at,
        }
        for one in sent
    ]
