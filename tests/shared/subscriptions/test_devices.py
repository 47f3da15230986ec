"""Signing up with a browser: whose screen it is, what is asked of nobody, and that the same browser is one person."""

import json

import pytest
from django.urls import reverse

from tests.shared.messaging.ledger import make_city, make_destination
from todoke.base.sealing import open_sealed
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.actions.letters import SEALED_AS
from todoke.shared.messaging.channels.web_push import base64url
from todoke.shared.messaging.models import Contact, Destination, Letter
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.simulators.push import browser
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.actions import brake
from todoke.shared.subscriptions.audience import KEY
from todoke.shared.subscriptions.models import Consent, Place
from todoke.shared.subscriptions.queries.reach import reach
from todoke.shared.subscriptions.queries.subscribers import choices_of

MAIL, PUSH = "messaging.mail-each", "messaging.push-each"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


@pytest.fixture(autouse=True)
def city(db):
    make_destination("subscribers-push", PUSH, address=KEY)
    return make_city()


def told_by(name: str, **changes: object) -> str:
    """What this browser's PushSubscription.toJSON() gives."""
    found = browser(name).subscription
    keys = {"p256dh": base64url(found.public_key), "auth": base64url(found.auth)}
    return json.dumps({"endpoint": found.endpoint, "expirationTime": None, "keys": keys, **changes})


def entered(name: str = "hana", **changes: object) -> dict[str, object]:
    """The form as a browser sends it: the mail part first, the button of the offer last."""
    return {
        "channel": [MAIL, PUSH],
        "address": "",
        "browser": told_by(name),
        "language": "ja-easy",
        "home_area": "hill",
        "home_topics": ["gomi", "bousai"],
        **changes,
    }


def mine(contact: Contact) -> str:
    return reverse("subscriptions:mine", args=[token_of(contact.pk, contact.generation)])


def test_the_form_offers_notifications_where_the_city_sends_some(client):
    page = client.get("/subscriptions/").content.decode()

    assert "data-push-offer" in page
    assert 'name="browser"' in page
    assert "アドレスは書かないで" in page


def test_the_form_offers_none_where_nobody_would_get_anything(client):
    Destination.objects.update(is_active=False)

    page = client.get("/subscriptions/").content.decode()
    refused = client.post("/subscriptions/", entered())

    assert "data-push-offer" not in page
    assert "現在使われていません" in refused.content.decode()
    assert Contact.objects.count() == 0


def test_a_browser_signs_up_without_a_letter_to_confirm_and_comes_to_its_own_page(client):
    answer = client.post("/subscriptions/", entered())

    contact = Contact.objects.get()
    assert (answer.status_code, answer.url) == (302, mine(contact))
    assert (contact.channel, contact.state, contact.language) == (PUSH, ContactState.ACTIVE, "ja-easy")
    assert [place.area for place in choices_of(contact).places] == ["hill"]
    assert Consent.objects.get().way == Consent.Way.BROWSER


def test_a_first_notification_in_the_chosen_language_leads_to_that_page(client):
    client.post("/subscriptions/", entered())

    letter = Letter.objects.get()
    text = json.loads(open_sealed(bytes(letter.sealed), context=SEALED_AS))
    assert letter.channel == PUSH
    assert json.loads(text["address"])["endpoint"] == browser("hana").subscription.endpoint
    assert text["title"] == "登録（とうろく）しました"
    assert mine(Contact.objects.get()) in text["body"]


def test_the_same_browser_twice_is_one_person_with_the_later_choices(client):
    client.post("/subscriptions/", entered())
    shuffled = json.dumps(dict(reversed(json.loads(told_by("hana")).items())), indent=1)

    client.post("/subscriptions/", entered(browser=shuffled, home_area="*", home_topics=["gomi"]))

    contact = Contact.objects.get()
    assert choices_of(contact).places[0].area == ""
    assert Place.objects.count() == 1


def test_a_browser_that_had_ended_comes_back_and_its_old_link_is_worthless(client):
    client.post("/subscriptions/", entered())
    before = Contact.objects.get()
    contacts.end(before.pk, at=before.created_at)

    client.post("/subscriptions/", entered())

    assert Contact.objects.get().state == ContactState.ACTIVE
    assert client.get(mine(before)).status_code == 404


@pytest.mark.parametrize(
    "subscription",
    [
        "",
        "{}",
        "no JSON",
        "[" * 3000,
        "hana@example.jp",
        told_by("hana", keys={"p256dh": "x", "auth": "y"}),
        "simulator:" + told_by("hana"),
    ],
)
def test_what_is_no_subscription_is_refused_and_keeps_the_choices(client, subscription):
    answer = client.post("/subscriptions/", entered(browser=subscription, quiet_from="22:00", quiet_until="07:00"))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert any(words in page for words in ("登録として読めません", "simulator:"))
    assert 'value="22:00" selected' in page
    assert Contact.objects.count() == 0
    assert Letter.objects.count() == 0


def test_a_subscription_that_leads_elsewhere_is_refused(client):
    answer = client.post("/subscriptions/", entered(browser=told_by("hana", endpoint="https://127.0.0.1/private")))

    assert "（127.0.0.1）には送れません" in answer.content.decode()
    assert Contact.objects.count() == 0


def test_after_a_refusal_the_form_still_takes_a_mail_address(client):
    page = client.post("/subscriptions/", entered(home_topics=[])).content.decode()

    assert f'name="channel" value="{MAIL}"' in page
    assert "知りたいことを1つ以上" in page


def test_too_many_from_one_place_are_held_back(client):
    for number in range(brake.REQUESTS_AN_HOUR):
        assert client.post("/subscriptions/", entered(f"browser-{number}")).status_code == 302

    answer = client.post("/subscriptions/", entered("one-more"))

    assert answer.status_code == 429
    assert Contact.objects.count() == brake.REQUESTS_AN_HOUR


def test_one_browser_gets_three_first_notifications_a_day_and_may_still_change(client):
    for _each in range(brake.LETTERS_A_DAY + 2):
        assert client.post("/subscriptions/", entered()).status_code == 302

    assert Letter.objects.count() == brake.LETTERS_A_DAY


def test_the_own_page_says_this_device_and_never_the_subscription(client):
    client.post("/subscriptions/", entered())
    contact = Contact.objects.get()

    page = client.get(mine(contact)).content.decode()
    ended = client.post(reverse("subscriptions:end", args=[token_of(contact.pk, contact.generation)]), follow=True)

    assert "送り先：この端末の通知" in page
    assert "ブックマーク" in page
    assert "push.simulator.invalid" not in page
    assert "登録を解除しました" in ended.content.decode()
    assert Contact.objects.get().state == ContactState.ENDED


def test_it_counts_among_those_who_are_reached_and_its_data_are_handed_over(client):
    client.post("/subscriptions/", entered())
    contact = Contact.objects.get()

    found = reach(["gomi"], [])
    data = client.get(reverse("subscriptions:my-data", args=[token_of(contact.pk, contact.generation)])).json()

    assert dict(found.by_channel) == {PUSH: 1}
    assert data["channel"] == PUSH
    assert data["consent"]["way"] == "browser"
