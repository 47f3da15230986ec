"""The audience `subscriptions.subscribers`: whoever asked for the topics of an edition, where it concerns them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.types import FrozenEdition, Members, WaysOut
from todoke.shared.subscriptions.queries.topics import areas_concerned, topic_numbers

KEY = "subscriptions.subscribers"

# An edition with this fact (`2026-07`) goes to those with a child born in that month, and to nobody else.
BIRTH_MONTH = "subscriptions.birth_month"

BY_CHOICE = """
SELECT p.contact_id FROM subscriptions_place p
WHERE p.contact_id > %(after)s AND p.contact_id <= %(upto)s
"""
OF_TOPICS = " AND p.topics && %(subscriptions_topics)s::smallint[]"
IN_AREAS = " AND (p.area_id IS NULL OR p.area_id = ANY(%(subscriptions_areas)s::bigint[]))"
BY_CHILD = """
SELECT c.contact_id FROM subscriptions_child c
WHERE c.contact_id > %(after)s AND c.contact_id <= %(upto)s AND c.birth_month = %(subscriptions_month)s
"""

NO_TOPIC = _("この市の分野に「{topics}」はありません。topics.tomlを確かめてください。")
NO_AREA = _("この市に「{areas}」という地域はありません。areas.csvを確かめてください。")


class NobodyIsMeant(LookupError):
    """The edition names topics or areas of which this city knows none, so nobody could be found by them."""


class Subscribers:
    """Topics × areas of the edition against those of the places.

    No area in the edition is the whole city. No topic is no restriction: what a room sends without a subject concerns
    everybody who lives there. Topics or areas of which the city knows none at all raise NobodyIsMeant, so that a person
    is asked: an alert must not go to nobody because of a typing error.
    """

    key = KEY
    name: str | Promise = _("お知らせの登録者")

    def members(self, edition: FrozenEdition) -> Members:
        """See messaging.registry.Audience."""
        if month := edition.content.facts.get(BIRTH_MONTH):
            return Members(BY_CHILD, {"subscriptions_month": date.fromisoformat(f"{month}-01")})
        query = BY_CHOICE
        parameters: dict[str, Any] = {}
        if edition.content.topics:
            query += OF_TOPICS
            parameters["subscriptions_topics"] = topic_numbers(edition.content.topics)
            if not parameters["subscriptions_topics"]:
                raise NobodyIsMeant(str(NO_TOPIC).format(topics=", ".join(edition.content.topics)))
        if edition.content.areas:
            query += IN_AREAS
            keys = [area.key for area in edition.content.areas]
            parameters["subscriptions_areas"] = areas_concerned(keys)
            if not parameters["subscriptions_areas"]:
                raise NobodyIsMeant(str(NO_AREA).format(areas=", ".join(keys)))
        return Members(query, parameters)

    def ways_out(self) -> WaysOut:
        """The subscriber's own page, and the address that ends everything at a POST (RFC 8058)."""
        page = f"{settings.SITE_ADDRESS}/subscriptions/{{token}}/"
        return WaysOut(change=page, end=f"{page}end")
