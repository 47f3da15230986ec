"""The residents' pages, as a browser without script sees them."""

import json
import logging

import feedparser
import pytest
from django.test import Client
from django.urls import reverse

from tests.shared.messaging.ledger import first, make_city, make_destination, make_officers
from todoke.base.clock import now
from todoke.base.sealing import make_token
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.actions import release as releasing
from todoke.shared.messaging.models import Contact, Letter
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.registry import MessageKind, kinds
from todoke.shared.messaging.types import AreaMark, ContactState, Content, Wording
from todoke.shared.subscriptions.actions import brake, requests
from todoke.shared.subscriptions.actions.choices import store
from todoke.shared.subscriptions.audience import KEY
from todoke.shared.subscriptions.models import Request
from todoke.shared.subscriptions.queries.subscribers import choices_of
from todoke.shared.subscriptions.types import Choices, PlaceChoice

MAIL = "messaging.mail-each"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]

ENTERED = {
    "channel": MAIL,
    "address": "hana@example.jp",
    "language": "ja",
    "home_area": "hill",
    "home_topics": ["gomi", "bousai"],
}


@pytest.fixture(autouse=True)
def city(db):
    return make_city()


@pytest.fixture
def subscriber() -> Contact:
    contact, _is_new = contacts.register(MAIL, "hana@example.jp", language="ja", at=now())
    store(contact.pk, Choices("ja", (PlaceChoice("home", "hill", ("gomi",)),)), at=now())
    return contact


@pytest.fixture
def say(city, monkeypatch):
    """Release an ordinary message to the subscribers."""
    officers = make_officers()
    destination = make_destination("subscribers", MAIL, address=KEY)
    kind = MessageKind("tests.notice", "お知らせ", "bulk")
    monkeypatch.setitem(kinds._items, kind.key, kind)

    def say(title, topics, areas=()):
        order = first(officers, destination)
        content = Content(
            wordings=(Wording("ja", title, f"{title}の本文です。", f"{title}の短文です。"),),
            areas=tuple(AreaMark(key=key, name=key) for key in areas),
            topics=tuple(topics),
        )
        changed = {"content": content, "message_kind": kind.key, "expires_at": now() + requests.VALID}
        releasing.release(type(order)(**{**vars(order), **changed}), at=now())

    return say


def mine(contact, name="mine") -> str:
    return reverse(f"subscriptions:{name}", args=[token_of(contact.pk, contact.generation)])


def test_the_form_offers_areas_topics_and_languages(client):
    page = client.get("/subscriptions/").content.decode()

    assert all(
        words in page for words in ("丘町", "市内全域", "gomi:name", "やさしい日本語", "確かめるメールを受け取る")
    )


def test_the_form_is_closed_where_there_is_nothing_to_choose(client, topics):
    for topic in topics.values():
        topic.delete()

    assert "準備中" in client.get("/subscriptions/").content.decode()


def test_asking_leads_to_the_same_page_whether_the_address_is_known_or_not(client, subscriber):
    known = client.post("/subscriptions/", ENTERED)
    unknown = client.post("/subscriptions/", {**ENTERED, "address": "new@example.jp"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url) == (302, "/subscriptions/sent/")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"address": "hana"}, "メールアドレスとして読めません"),
        ({"address": ""}, 'value="22:00" selected'),
        ({"home_area": ""}, "地域を選んでください"),
        ({"home_topics": []}, "知りたいことを1つ以上"),
        ({"home_area": "", "home_topics": []}, "地域を1つ以上"),
        ({"work_area": "hill", "work_topics": ["gomi"]}, "まとめて選んでください"),
        ({"quiet_until": ""}, "始まりと終わりの両方"),
        ({"quiet_until": "22:00"}, "始まりと終わりが同じ"),
    ],
)
def test_what_is_refused_keeps_what_was_entered(client, changes, words):
    answer = client.post("/subscriptions/", {**ENTERED, "quiet_from": "22:00", "quiet_until": "07:00", **changes})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert 'value="22:00" selected' in page
    assert Request.objects.count() == 0


def test_too_many_requests_from_one_place_are_told_so(client):
    for number in range(brake.REQUESTS_AN_HOUR):
        client.post("/subscriptions/", {**ENTERED, "address": f"a{number}@example.jp"})

    answer = client.post("/subscriptions/", ENTERED)

    assert answer.status_code == 429
    assert "hana@example.jp" in answer.content.decode()


def test_a_preview_asks_for_no_address_and_stores_nothing(client, say):
    say("収集日の変更", ["gomi"], ["north"])
    say("祭りの案内", ["event"])

    page = client.post("/subscriptions/", {**ENTERED, "address": "", "preview": "1"}).content.decode()

    assert "収集日の変更" in page
    assert "祭りの案内" not in page
    assert Request.objects.count() == 0


def test_looking_at_the_confirmation_confirms_nothing_and_the_button_does(client):
    client.post("/subscriptions/", ENTERED)
    address = reverse("subscriptions:confirm", args=[make_token(Request.objects.get().pk, purpose=requests.PURPOSE)])

    looked = client.get(address)
    client.head(address)
    before = Contact.objects.count()
    pressed = client.post(address)

    assert (looked.status_code, before) == (200, 0)
    contact = Contact.objects.get()
    assert pressed.url == mine(contact)
    assert "登録は終わっています" in client.get(address).content.decode()
    assert client.post(address).url == mine(contact)


def test_an_expired_request_shows_the_way_to_start_again(client):
    client.post("/subscriptions/", ENTERED)
    Request.objects.update(expires_at=now())
    address = reverse("subscriptions:confirm", args=[make_token(Request.objects.get().pk, purpose=requests.PURPOSE)])

    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 410
        assert 'href="/subscriptions/"' in answer.content.decode()


@pytest.mark.parametrize("name", ["mine", "preview", "received", "my-data", "end"])
def test_a_page_behind_a_link_keeps_to_itself(client, subscriber, name):
    answer = client.get(mine(subscriber, name))

    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_link_that_is_not_ours_leads_to_a_new_one(client):
    answer = client.get(reverse("subscriptions:mine", args=["b" * 32]))

    assert answer.status_code == 404
    assert reverse("subscriptions:lost-link") in answer.content.decode()


def test_choices_are_changed_on_the_own_page(client, subscriber):
    answer = client.post(
        mine(subscriber),
        {"language": "en", "home_area": "*", "home_topics": ["event"], "child_1": now().strftime("%Y-%m")},
    )

    subscriber.refresh_from_db()
    assert answer.url == mine(subscriber)
    assert choices_of(subscriber) == Choices(
        "en", (PlaceChoice("home", "", ("event",)),), birth_months=(now().date().replace(day=1),)
    )


def test_a_refused_change_keeps_what_was_entered_and_changes_nothing(client, subscriber):
    page = client.post(mine(subscriber), {"language": "ja", "home_area": "south"}).content.decode()

    assert 'value="south" selected' in page
    assert choices_of(subscriber).places == (PlaceChoice("home", "hill", ("gomi",)),)


def test_ones_own_data_can_be_taken_along(client, subscriber):
    answer = client.get(mine(subscriber, "my-data"))

    everything = json.loads(answer.content)
    assert everything["address"] == "hana@example.jp"
    assert everything["choices"]["places"] == [{"label": "home", "area": "hill", "topics": ["gomi"]}]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_one_click_of_a_mail_programme_ends_it_without_cookie_or_page(subscriber):
    stranger = Client(enforce_csrf_checks=True)

    answer = stranger.post(mine(subscriber, "end"), {"List-Unsubscribe": "One-Click"})
    again = stranger.post(mine(subscriber, "end"), {"List-Unsubscribe": "One-Click"})

    subscriber.refresh_from_db()
    assert (answer.status_code, again.status_code) == (200, 200)
    assert len(answer.content) < 200
    assert subscriber.state == ContactState.ENDED


def test_looking_at_the_way_out_ends_nothing(client, subscriber):
    client.get(mine(subscriber, "end"))

    subscriber.refresh_from_db()
    assert subscriber.state == ContactState.ACTIVE


def test_an_ending_can_be_taken_back_on_the_page(client, subscriber):
    ended = client.post(mine(subscriber, "end"), follow=True)
    answer = client.post(mine(subscriber, "come-back"))

    subscriber.refresh_from_db()
    assert "もう一度登録する" in ended.content.decode()
    assert subscriber.state == ContactState.ACTIVE
    assert answer.url == mine(subscriber)


def test_a_lost_link_is_answered_alike_for_everybody(client, subscriber):
    known = client.post("/subscriptions/link/", {"channel": MAIL, "address": "hana@example.jp"})
    unknown = client.post("/subscriptions/link/", {"channel": MAIL, "address": "nobody@example.jp"})

    assert known.url == unknown.url == "/subscriptions/sent/"
    assert Letter.objects.count() == 1


def test_no_link_stands_in_a_log(client, subscriber, caplog, capfd):
    token = token_of(subscriber.pk, subscriber.generation)

    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "todoke.base.health.requests"):
        client.get(f"/subscriptions/{token}/")
        client.get(f"/subscriptions/{token}/nowhere/")
        client.get(f"/subscriptions/{'c' * 32}/")
        client.post(f"/subscriptions/{token}/end", {"List-Unsubscribe": "One-Click"})

    written = caplog.text + "".join(capfd.readouterr())
    assert "request_answered" in written
    assert token not in written
    assert "c" * 32 not in written


def test_a_feed_holds_what_its_address_asks_for(client, say):
    say("収集日の変更", ["gomi"], ["hill"])
    say("祭りの案内", ["event"])
    say("南の収集日", ["gomi"], ["south"])

    answer = client.get("/subscriptions/feed.atom?topic=gomi&area=north")

    found = feedparser.parse(answer.content)
    assert [entry.title for entry in found.entries] == ["収集日の変更"]
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("file", "media_type", "sign"),
    [
        ("feed.rss", "application/rss+xml; charset=utf-8", b"<rss"),
        ("feed.json", "application/feed+json; charset=utf-8", b'"https://jsonfeed.org/version/1.1"'),
    ],
)
def test_the_same_choice_is_there_in_other_forms(client, say, file, media_type, sign):
    say("収集日の変更", ["gomi"], ["hill"])
    say("祭りの案内", ["event"])

    answer = client.get(f"/subscriptions/{file}?topic=gomi&area=north")

    assert answer.headers["Content-Type"] == media_type
    assert sign in answer.content
    assert "収集日の変更" in answer.content.decode()
    assert "祭りの案内" not in answer.content.decode()


def test_a_reader_that_has_it_already_is_told_so_and_nothing_else(client, say):
    say("収集日の変更", ["gomi"], ["hill"])
    first = client.get("/subscriptions/feed.json?topic=gomi")

    again = client.get("/subscriptions/feed.json?topic=gomi", headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_feed_of_unknown_words_says_so(client):
    answer = client.get("/subscriptions/feed.atom?topic=gomi&area=nowhere")

    assert answer.status_code == 404
    assert "nowhere" in answer.content.decode()


def test_the_address_of_a_feed_is_put_together_without_script(client):
    page = client.get("/subscriptions/feed/?topic=gomi&area=hill").content.decode()

    for file, media_type in (("atom", "atom+xml"), ("rss", "rss+xml"), ("json", "feed+json")):
        href = f"/subscriptions/feed.{file}?topic=gomi&amp;area=hill"
        assert page.count(href) == 3  # to click, to copy, and for a reader to find
        assert f'type="application/{media_type}"' in page


@pytest.mark.parametrize("language", ["en", "ja-easy"])
def test_the_form_speaks_every_language(client, language):
    page = client.get(f"/subscriptions/?language={language}").content.decode()

    assert {"en": "Get the mail to confirm", "ja-easy": "メールを もらう"}[language] in page
    assert {"en": "Hill", "ja-easy": "丘町"}[language] in page
