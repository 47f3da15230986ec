"""Whom a message would reach: counted before it is sent. Numbers only, so no viewer is asked for."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from todoke.ground.places.models import Area
from todoke.shared.subscriptions.models import Topic
from todoke.shared.subscriptions.queries.topics import areas_concerned, topic_numbers
from todoke.shared.subscriptions.types import ReachCounts

MEANT = "{p}.is_reachable AND {p}.topics && %(topics)s::smallint[]"
THERE = " AND ({p}.area_id IS NULL OR {p}.area_id = ANY(%(areas)s::bigint[]))"

# Every place that is meant. One area is one row of a contact (`place_area_is_unique_for_its_contact`), so areas are
# counted by counting rows; topics and people are too, less what the other statements find to be counted twice.
PLACES = """
SELECT p.channel, p.language, p.area_id, p.topics, count(*) FROM subscriptions_place p
WHERE {meant} GROUP BY p.channel, p.language, p.area_id, p.topics
"""
# People with two places, both of them meant: most of those with more than one, and one join is enough.
PAIRS = """
SELECT p.channel, p.language, p.topics, e.topics, count(*)
FROM subscriptions_place p JOIN subscriptions_place e ON e.contact_id = p.contact_id
WHERE p.siblings = 1 AND p.number = 1 AND {meant} AND e.siblings = 1 AND e.number = 0 AND {earlier}
GROUP BY p.channel, p.language, p.topics, e.topics
"""
# People with three and more.
PEOPLE_AGAIN = """
SELECT p.channel, p.language, count(*) FROM subscriptions_place p
WHERE p.siblings > 1 AND p.number > 0 AND {meant} AND EXISTS (
    SELECT 1 FROM subscriptions_place e
    WHERE e.siblings > 1 AND e.contact_id = p.contact_id AND e.number < p.number AND {earlier})
GROUP BY p.channel, p.language
"""
TOPICS_AGAIN = """
SELECT t.id, count(*) FROM subscriptions_topic t JOIN subscriptions_place p ON p.topics @> ARRAY[t.id]
WHERE t.id = ANY(%(topics)s::smallint[]) AND p.siblings > 1 AND p.number > 0 AND {meant} AND EXISTS (
    SELECT 1 FROM subscriptions_place e
    WHERE e.siblings > 1 AND e.contact_id = p.contact_id AND e.number < p.number AND {earlier}
      AND e.topics @> ARRAY[t.id])
GROUP BY t.id
"""


@transaction.atomic
def reach(topic_keys: Iterable[str], area_keys: Iterable[str]) -> ReachCounts:
    """How many people a message under these topics, for these areas, would reach; no area is the whole city.

    No topic is no restriction, as in the audience; topics or areas that the city does not know reach nobody. Drills are
    not counted: they go to those who take part. A million subscribers take one to two seconds
    (bench/subscribers.py).
    """
    wanted, places = list(topic_keys), list(area_keys)
    topics = topic_numbers(wanted) if wanted else list(Topic.objects.values_list("pk", flat=True))
    parameters = {"topics": topics, "areas": areas_concerned(places)}
    shape = MEANT + (THERE if places else "")
    statements = {"meant": shape.format(p="p"), "earlier": shape.format(p="e")}
    counts = _Counts(topics)
    with connection.cursor() as cursor:
        # The join fits into memory then; for this transaction only.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for statement, count in (
            (PLACES, counts.place),
            (PAIRS, counts.pair),
            (PEOPLE_AGAIN, counts.people_again),
            (TOPICS_AGAIN, counts.topic_again),
        ):
            cursor.execute(statement.format(**statements), parameters)
            for row in cursor.fetchall():
                count(*row)
    return counts.summed()


class _Counts:
    """The sums on their way."""

    def __init__(self, topics: Sequence[int]) -> None:
        self.topics = set(topics)
        self.by_area: Counter[int | None] = Counter()
        self.by_topic: Counter[int] = Counter()
        self.by_channel: Counter[str] = Counter()
        self.by_language: Counter[str] = Counter()

    def place(self, channel: str, language: str, area: int | None, topics: list[int], number: int) -> None:
        self.by_area[area] += number
        self.by_topic.update({topic: number for topic in topics if topic in self.topics})
        self.people_again(channel, language, -number)

    def pair(self, channel: str, language: str, topics: list[int], earlier: list[int], number: int) -> None:
        for topic in self.topics.intersection(topics, earlier):
            self.topic_again(topic, number)
        self.people_again(channel, language, number)

    def people_again(self, channel: str, language: str, number: int) -> None:
        self.by_channel[channel] -= number
        self.by_language[language] -= number

    def topic_again(self, topic: int, number: int) -> None:
        self.by_topic[topic] -= number

    def summed(self) -> ReachCounts:
        areas = dict(Area.objects.values_list("pk", "key"))
        keys = dict(Topic.objects.filter(pk__in=self.topics).values_list("pk", "key"))
        return ReachCounts(
            people=sum(self.by_channel.values()),
            by_area={areas.get(area, "") if area else "": number for area, number in self.by_area.items()},
            by_topic={keys[topic]: number for topic, number in self.by_topic.items()},
            by_channel=dict(self.by_channel),
            by_language=dict(self.by_language),
        )
