"""The public page: what everybody reads, narrowed by topic and area, and never mixed with alerts."""

from dataclasses import replace
from uuid import uuid4

import feedparser
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.civic.notices.conftest import DAY, HOUR, MORNING, TEXTS
from tests.shared.messaging import ledger
from todoke.civic.notices.actions import deciding
from todoke.civic.notices.actions.writing import Changes, edit_notice, follow_edition
from todoke.civic.notices.channel import PageChannel
from todoke.civic.pages.actions import refresh
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.published import published_on
from todoke.shared.messaging.types import Address, EditionKind, Mode, TryLater

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(settings, tmp_path):
    settings.PUBLIC_ROOT, settings.DRILL_ROOT = tmp_path / "public", tmp_path / "drill"
    with time_machine.travel(MORNING + HOUR, tick=False):
        yield


def titled(title: str) -> dict[str, dict[str, str]]:
    return {"ja": {"title": title, "short": f"{title}の短い文", "body": f"{title}の本文"}}


def titles(client, **query: str) -> list[str]:
    return [notice.title for notice in client.get(reverse("notices-public:list"), query).context["notices"]]


def next_edition(office, first, kind: EditionKind, title: str, note: str = ""):
    notice = follow_edition(first.message.key, edition_kind=kind, viewer=office.writer, at=MORNING)
    changes = Changes(titled(title), ("gomi",), (), ("page",), MORNING + 5 * DAY, note=note)
    notice = edit_notice(notice.pk, changes, revision=1, viewer=office.writer, at=MORNING)
    notice = deciding.submit(notice.pk, revision=2, viewer=office.writer, at=MORNING)
    return deciding.approve(notice.pk, revision=2, viewer=office.approver, at=MORNING + HOUR)


def test_the_page_lists_what_holds_and_nothing_that_has_not_gone_out(client, written, submitted, scheduled, released):
    written(texts=titled("書きかけ"))
    submitted(texts=titled("承認待ち"))
    scheduled(texts=titled("予約"))
    released(texts=titled("終わり"), expires_at=MORNING + HOUR)
    released(texts=titled("いま"))

    assert titles(client) == ["いま"]


def test_three_notices_cost_the_page_no_more_queries_than_one(client, released, django_assert_num_queries):
    released()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("notices-public:list"))
    released()
    released()

    with django_assert_num_queries(len(one)):
        client.get(reverse("notices-public:list"))


def test_the_page_is_narrowed_by_topic_and_area(client, released):
    released(texts=titled("北のごみ"), topics=("gomi",), areas=("north",))
    released(texts=titled("丘町の祭り"), topics=("event",), areas=("hill",))
    released(texts=titled("市全体"), topics=("gomi", "event"), areas=())

    assert set(titles(client)) == {"北のごみ", "丘町の祭り", "市全体"}
    assert set(titles(client, topic="gomi")) == {"北のごみ", "市全体"}
    assert set(titles(client, area="hill")) == {"北のごみ", "丘町の祭り", "市全体"}
    assert set(titles(client, area="field")) == {"北のごみ", "市全体"}
    assert titles(client, area="south") == ["市全体"]
    assert titles(client, topic="event", area="field") == ["市全体"]
    assert len(titles(client, topic="?", area="?")) == 3


def test_a_notice_is_read_in_each_language_it_is_written_in(client, released):
    key = released().message.key
    address = reverse("notices-public:notice", args=[key])

    english = client.get(address, {"language": "en"}).content.decode()
    easy = client.get(address, {"language": "ja-easy"}).content.decode()

    assert TEXTS["en"]["body"] in english
    assert f'<h1 lang="ja">{TEXTS["ja"]["title"]}</h1>' in easy
    assert "日本語（にほんご）だけです" in easy


def test_a_corrected_notice_says_so_and_keeps_its_history(client, office, released):
    first = released()
    next_edition(office, first, EditionKind.CORRECTION, "正しい日", note="日付を直しました")

    page = client.get(reverse("notices-public:notice", args=[first.message.key])).content.decode()

    assert "【訂正】正しい日" in page
    assert "日付を直しました" in page
    assert "これまでの版" in page
    assert titles(client) == ["【訂正】正しい日"]


def test_a_cancelled_notice_leaves_the_list_and_its_address_tells_why(client, office, released):
    first = released()
    cancellation = deciding.ask_to_cancel(str(first.message.key), reason="行事の中止", viewer=office.writer, at=MORNING)
    deciding.approve(cancellation.pk, revision=1, viewer=office.approver, at=MORNING + HOUR)

    page = client.get(reverse("notices-public:notice", args=[first.message.key])).content.decode()

    assert titles(client) == []
    assert "このお知らせは取り消されました" in page
    assert "行事の中止" in page
    assert TEXTS["ja"]["body"] not in page


def test_what_did_not_go_to_the_page_is_not_public(client, released):
    mailed = released(destinations=("subscribers",))

    assert titles(client) == []
    assert client.get(reverse("notices-public:notice", args=[mailed.message.key])).status_code == 404
    assert client.get(reverse("notices-public:notice", args=[uuid4()])).status_code == 404


def test_alerts_and_notices_do_not_mix(client, office, released):
    officers = (office.accounts["writer"], office.accounts["approver"])
    order = ledger.first(officers, Destination.objects.get(key="alerts"))
    release(replace(order, message_kind="emergency.alert", expires_at=MORNING + DAY), at=MORNING)
    released()

    refresh(Mode.ACTUAL)

    in_force = published_on("pages.site", Mode.ACTUAL, MORNING + HOUR).in_force
    assert titles(client) == [TEXTS["ja"]["title"]]
    assert [edition.title() for edition in in_force] == ["避難指示"]


def test_the_feed_holds_what_was_chosen_and_leads_to_each_notice(client, released, settings):
    settings.SITE_ADDRESS = "https://www.city.example.jp"
    gomi = released(texts=titled("ごみ"), topics=("gomi",))
    released(texts=titled("祭り"), topics=("event",))

    answer = client.get(reverse("notices-public:feed"), {"topic": "gomi", "utm_source": "x"})

    feed = feedparser.parse(answer.content)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["ごみ"]
    assert feed.entries[0].link == f"https://www.city.example.jp/notices/{gomi.message.key}/"
    assert feed.feed.links[1].href == "https://www.city.example.jp/notices/feed.atom?topic=gomi"


def test_a_reader_of_the_feed_learns_that_a_notice_was_taken_back(client, office, released):
    first = released()
    cancellation = deciding.ask_to_cancel(str(first.message.key), reason="行事の中止", viewer=office.writer, at=MORNING)
    deciding.approve(cancellation.pk, revision=1, viewer=office.approver, at=MORNING + HOUR)

    def entries(**query: str) -> list[str]:
        return [
            entry.title for entry in feedparser.parse(client.get(reverse("notices-public:feed"), query).content).entries
        ]

    assert entries() == entries(topic="gomi") == [f"【取消】{TEXTS['ja']['title']}"]
    assert entries(topic="event") == []
    with time_machine.travel(MORNING + 32 * DAY, tick=False):
        assert entries() == []


def test_the_home_of_residents_shows_the_latest(client, released):
    released()

    page = client.get("/?home").content.decode()

    assert TEXTS["ja"]["title"] in page
    assert reverse("notices-public:list") in page


def test_the_channel_finds_on_the_page_what_was_released_to_it(released):
    channel, address = PageChannel(), Address("page", "page", "public")
    here, elsewhere = released().edition.frozen(), released(destinations=("subscribers",)).edition.frozen()

    receipt = channel.send(channel.prepare(here, address), here, address, key="k")

    assert receipt.reference == f"notices/{here.message_key}/"
    with pytest.raises(TryLater):
        channel.send(channel.prepare(elsewhere, address), elsewhere, address, key="k")
