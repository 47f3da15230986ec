"""Signing up with LINE: whose word counts, what hearing twice does, and what a new friend reads."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from tests.shared.messaging.ledger import make_city, make_destination
from todoke.base.clock import now
from todoke.base.sealing import open_sealed
from todoke.shared.messaging.actions.letters import SEALED_AS
from todoke.shared.messaging.models import Contact, Letter
from todoke.shared.messaging.queries.contacts import address_of, token_of
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.actions import brake, leaving
from todoke.shared.subscriptions.actions.choices import store
from todoke.shared.subscriptions.audience import KEY
from todoke.shared.subscriptions.models import Consent, LineEvent
from todoke.shared.subscriptions.queries.reach import reach
from todoke.shared.subscriptions.queries.subscribers import choices_of
from todoke.shared.subscriptions.types import Choices, PlaceChoice
from todoke.shared.subscriptions.views.line import BODY_MAX

LINE = "messaging.line-each"
SECRET = "0123456789abcdef0123456789abcdef"
HOOK = "/subscriptions/line/webhook"
HANA = "U" + "a" * 32
NOON = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


@pytest.fixture(autouse=True)
def city(db, settings):
    settings.LINE_SECRET = SECRET
    make_destination("subscribers-line", LINE, address=KEY)
    return make_city()


def event(kind, number=1, *, user=HANA, at=NOON, **changes):
    return {
        "type": kind,
        "mode": "active",
        "timestamp": int(at.timestamp() * 1000),
        "source": {"type": "user", "userId": user},
        "webhookEventId": f"01HEVENT{number:018d}",
        "deliveryContext": {"isRedelivery": False},
        **changes,
    }


def word(text, number=1, **changes):
    return event("message", number, message={"type": "text", "id": "1", "text": text}, **changes)


def signature(body, secret=SECRET):
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def say(client, *events, sign=signature, body=None):
    """LINE calls; the answer's status."""
    body = json.dumps({"destination": "U" + "0" * 32, "events": events}).encode() if body is None else body
    signed = sign(body)
    headers = {} if signed is None else {"X-Line-Signature": signed}
    return client.post(HOOK, body, content_type="application/json", headers=headers).status_code


def letters():
    return [json.loads(open_sealed(bytes(one.sealed), context=SEALED_AS)) for one in Letter.objects.order_by("pk")]


def mine(contact, name="mine"):
    return reverse(f"subscriptions:{name}", args=[token_of(contact.pk, contact.generation)])


def test_a_new_friend_gets_the_link_to_a_page_where_nothing_is_chosen_yet(client):
    assert say(client, event("follow")) == 200

    contact = Contact.objects.get()
    (letter,) = letters()
    assert (contact.channel, contact.language, address_of(contact)) == (LINE, "ja", HANA)
    assert Consent.objects.get().way == Consent.Way.FRIEND
    assert letter["address"] == HANA
    assert mine(contact) in letter["body"]
    assert Letter.objects.get().channel == LINE
    page = client.get(mine(contact)).content.decode()
    assert "まだ何も選んでいません" in page
    assert "送り先：LINE" in page
    assert HANA not in page


def test_who_has_chosen_nothing_is_not_counted_and_who_chooses_is(client):
    say(client, event("follow"))
    contact = Contact.objects.get()
    before = reach(["gomi"], []).people

    client.post(mine(contact), {"language": "en", "home_area": "hill", "home_topics": ["gomi"]})

    assert before == 0
    assert dict(reach(["gomi"], []).by_channel) == {LINE: 1}
    assert choices_of(Contact.objects.get()).language == "en"
    assert "まだ何も選んでいません" not in client.get(mine(contact)).content.decode()


@pytest.mark.parametrize(
    "sign",
    [
        lambda body: None,
        lambda body: "",
        lambda body: "x",
        lambda body: signature(body)[:-4],
        lambda body: signature(body) + "A",
        lambda body: signature(body + b" "),
        lambda body: signature(body, "another secret of thirty-two....."),
        lambda body: signature(body).swapcase(),
        lambda body: "署名".encode().decode("latin-1"),
    ],
    ids=["absent", "empty", "short", "cut", "long", "of-another-body", "of-another-key", "swapped", "not-ascii"],
)
def test_what_line_has_not_signed_changes_nothing(client, sign):
    assert say(client, event("follow"), sign=sign) == 403

    assert Contact.objects.count() == LineEvent.objects.count() == 0


def test_without_a_secret_there_is_no_such_door(client, settings):
    settings.LINE_SECRET = ""

    assert say(client, event("follow"), sign=lambda body: signature(body, "")) == 404
    assert Contact.objects.count() == 0


def test_a_huge_body_is_not_read(client):
    assert say(client, body=b" " * (BODY_MAX + 1)) == 413


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'{"events": 1}', b'{"events": null}', b"\xff", b"[" * 90000])
def test_a_signed_body_that_is_no_webhook_is_refused(client, body):
    assert say(client, body=body) == 400


def test_line_trying_the_door_is_answered(client):
    assert say(client) == 200


def test_only_a_post_is_taken(client):
    assert client.get(HOOK).status_code == 405


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "follow",
        {},
        {"type": "follow"},
        event("follow", source=None),
        event("follow", timestamp="yesterday"),
        event("follow", timestamp=10**30),
        event("follow", user="U123"),
        event("follow", user="simulator:" + HANA),
        event("follow", webhookEventId=""),
        event("follow", webhookEventId="x" * 65),
        event("message", message={"type": "text", "text": 5}),
    ],
)
def test_an_event_that_cannot_be_read_does_not_hinder_the_next(client, broken):
    other = "U" + "b" * 32

    assert say(client, broken, event("follow", 2, user=other)) == 200
    assert [address_of(contact) for contact in Contact.objects.all()] == [other]


@pytest.mark.parametrize(
    "other",
    [
        event("follow", source={"type": "group", "groupId": "C" + "a" * 32, "userId": HANA}),
        event("follow", mode="standby"),
        event("postback", postback={"data": "x"}),
        event("message", message={"type": "sticker"}),
        word("こんにちは"),
        word("変更"),
        word("解除"),
        event("unfollow"),
    ],
)
def test_what_asks_nothing_of_us_makes_nobody(client, other):
    assert say(client, other) == 200

    assert Contact.objects.count() == Letter.objects.count() == 0


def test_hearing_it_again_does_nothing_twice(client):
    for _each in range(3):
        assert say(client, event("follow", deliveryContext={"isRedelivery": True})) == 200

    assert Contact.objects.count() == Letter.objects.count() == LineEvent.objects.count() == 1


def test_who_ends_the_friendship_ends_the_subscription_and_finds_it_again(client):
    say(client, event("follow"))
    contact = Contact.objects.get()
    store(contact.pk, Choices("en", (PlaceChoice("home", "hill", ("gomi",)),)), at=now())

    say(client, event("unfollow", 2, at=NOON + timedelta(hours=1)))
    assert Contact.objects.get().state == ContactState.ENDED
    say(client, event("follow", 3, at=NOON + timedelta(hours=2)))

    again = Contact.objects.get()
    assert again.state == ContactState.ACTIVE
    assert choices_of(again) == Choices("en", (PlaceChoice("home", "hill", ("gomi",)),))
    assert again.generation != contact.generation
    assert mine(again) in letters()[-1]["body"]


def test_an_end_that_line_tells_late_does_not_undo_a_new_beginning(client):
    say(client, event("follow", 1, at=NOON))
    say(client, event("follow", 3, at=NOON + timedelta(hours=2)))

    say(client, event("unfollow", 2, at=NOON + timedelta(hours=1)))

    assert Contact.objects.get().state == ContactState.ACTIVE


def test_a_beginning_that_line_tells_late_does_not_undo_the_end(client):
    say(client, event("unfollow", 2, at=NOON + timedelta(hours=1)))

    say(client, event("follow", 1, at=NOON))

    assert Contact.objects.count() == 0


@pytest.mark.parametrize("text", ["変更", "解除", " 登録 ", "とうろく", "Stop", "ＣＨＡＮＧＥ"])
def test_a_word_brings_the_link_again(client, text):
    say(client, event("follow"))

    say(client, word(text, 2, at=NOON + timedelta(hours=1)))

    assert len(letters()) == 2
    assert mine(Contact.objects.get()) in letters()[1]["body"]


def test_a_friend_from_before_registers_with_a_word(client):
    say(client, word("登録"))

    assert address_of(Contact.objects.get()) == HANA
    assert len(letters()) == 1


def test_one_user_gets_a_few_links_a_day_and_no_more(client):
    for number in range(brake.LETTERS_A_DAY + 3):
        say(client, word("登録", number, at=NOON + timedelta(minutes=number)))

    assert Letter.objects.count() == brake.LETTERS_A_DAY


def test_nothing_kept_of_an_event_names_the_user_and_it_goes_after_a_month(client):
    say(client, event("follow"))
    kept = LineEvent.objects.values().get()
    assert HANA not in str({**kept, "lookup": bytes(kept["lookup"]).hex()})

    leaving.tidy(at=now() + leaving.REQUESTS_KEPT + timedelta(days=1))

    assert LineEvent.objects.count() == 0


def test_the_page_tells_how_to_come_by_line(client, settings):
    settings.SIMULATORS, settings.LINE_ACCOUNT = False, "@nagihama"
    with_account = client.get("/subscriptions/").content.decode()
    settings.LINE_ACCOUNT = ""
    without_account = client.get("/subscriptions/").content.decode()
    settings.LINE_SECRET = ""
    closed = client.get("/subscriptions/").content.decode()

    assert 'href="https://line.me/R/ti/p/%40nagihama"' in with_account
    assert "公式アカウントを探し" in without_account
    assert 'id="line"' not in closed


def test_where_line_is_played_an_imagined_friend_gets_the_link(client, settings):
    settings.SIMULATORS = True
    assert "模擬LINEで友だちになる" in client.get("/subscriptions/").content.decode()

    page = client.post("/subscriptions/line/play/", follow=True).content.decode()

    assert "模擬LINEで友だちになりました" in page
    assert mine(Contact.objects.get()) in letters()[0]["body"]
    for _each in range(brake.REQUESTS_AN_HOUR):
        client.post("/subscriptions/line/play/")
    assert Contact.objects.count() == brake.REQUESTS_AN_HOUR


def test_where_the_real_line_is_connected_nobody_plays(client, settings):
    settings.SIMULATORS = False

    assert "模擬LINE" not in client.get("/subscriptions/").content.decode()
    assert client.post("/subscriptions/line/play/").status_code == 404
    assert Contact.objects.count() == 0


def test_who_has_left_reads_how_to_come_back_by_line(client):
    say(client, event("follow"))
    contact = Contact.objects.get()

    client.post(mine(contact, "end"))
    page = client.get(mine(contact)).content.decode()
    say(client, word("登録", 2, at=NOON + timedelta(hours=1)))

    assert "「登録」と送ってください" in page
    assert "come-back" not in page
    assert Contact.objects.get().state == ContactState.ACTIVE


def test_the_page_for_a_lost_link_tells_what_to_write(client):
    assert "LINEで「変更」と送ってください" in client.get("/subscriptions/link/").content.decode()
