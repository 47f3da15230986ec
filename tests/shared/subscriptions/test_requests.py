"""Double opt-in: what is asked for, what the letter leads to, and that nobody can be bombed or found out."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.shared.messaging.ledger import make_city
from todoke.base.sealing import make_token, open_sealed
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.actions.contacts import BadAddress, NoSuchChannel
from todoke.shared.messaging.actions.letters import SEALED_AS
from todoke.shared.messaging.models import Contact, Letter
from todoke.shared.messaging.queries.contacts import address_of, contact_at, contact_by_token, token_of
from todoke.shared.messaging.types import ContactState
from todoke.shared.subscriptions.actions import brake, leaving, requests
from todoke.shared.subscriptions.actions.brake import TooManyFromHere
from todoke.shared.subscriptions.actions.choices import ChoicesRefused
from todoke.shared.subscriptions.actions.requests import NoSuchRequest, RequestOver
from todoke.shared.subscriptions.models import Child, Place, Request
from todoke.shared.subscriptions.queries.subscribers import choices_of
from todoke.shared.subscriptions.types import Choices, PlaceChoice

MAIL = "messaging.mail-each"
NOON = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHOICES = Choices(
    language="ja-easy",
    places=(PlaceChoice("home", "hill", ("bousai", "gomi")), PlaceChoice("parents", "", ("bousai",))),
    quiet_from=time(22),
    quiet_until=time(7),
    birth_months=(date(2026, 7, 1),),
)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


@pytest.fixture(autouse=True)
def city(db):
    return make_city()


def ask(address="hana@example.jp", choices=CHOICES, client="192.0.2.1", at=NOON):
    requests.ask(MAIL, address, choices, client=client, at=at)


def link() -> str:
    return make_token(Request.objects.latest("pk").pk, purpose=requests.PURPOSE)


def letter() -> dict[str, str]:
    return json.loads(open_sealed(bytes(Letter.objects.latest("pk").sealed), context=SEALED_AS))


def test_asking_writes_one_letter_in_the_chosen_language_and_nothing_else():
    ask()

    assert Contact.objects.count() == 0
    assert Place.objects.count() == 0
    assert letter()["address"] == "hana@example.jp"
    assert "登録（とうろく）" in letter()["title"]
    assert f"/subscriptions/confirm/{link()}/" in letter()["body"]


def test_the_request_holds_no_address_in_clear():
    ask()

    kept = Request.objects.values().get()

    assert b"hana" not in b"".join(bytes(value) for value in kept.values() if isinstance(value, bytes | memoryview))


def test_the_owners_word_makes_contact_and_choices():
    ask()

    contact = requests.confirm(link(), at=NOON + HOUR)

    assert address_of(contact) == "hana@example.jp"
    assert choices_of(contact) == CHOICES
    assert Request.objects.get().sealed == b""


def test_a_second_click_changes_nothing():
    ask()
    first = requests.confirm(link(), at=NOON + HOUR)
    Place.objects.filter(contact=first, label="parents").delete()

    again = requests.confirm(link(), at=NOON + 2 * HOUR)

    assert again.pk == first.pk
    assert Place.objects.count() == 1


def test_a_request_expires_after_24_hours():
    ask()

    with pytest.raises(RequestOver):
        requests.confirm(link(), at=NOON + timedelta(hours=24))

    assert Contact.objects.count() == 0


def test_a_link_that_nobody_made_is_refused():
    ask()

    for wrong in ("a" * 32, make_token(1, purpose="something.else"), make_token(2**40, purpose=requests.PURPOSE)):
        with pytest.raises(NoSuchRequest):
            requests.confirm(wrong, at=NOON)


def test_the_same_address_written_otherwise_is_the_same_contact():
    ask("hana@example.jp")
    first = requests.confirm(link(), at=NOON)
    ask(" ＨＡＮＡ@example.jp ", Choices("en", (PlaceChoice("home", "south", ("event",)),)))
    second = requests.confirm(link(), at=NOON)

    assert second.pk == first.pk
    assert choices_of(second).places == (PlaceChoice("home", "south", ("event",)),)
    assert Child.objects.count() == 0


def test_an_address_that_cannot_be_one_is_refused_with_a_reason():
    with pytest.raises(BadAddress, match="メールアドレスとして読めません"):
        ask("hana")


def test_a_simulated_address_is_nobody_of_the_public():
    with pytest.raises(BadAddress, match="simulator:"):
        ask("simulator:hana@example.jp")


def test_a_channel_that_is_not_there_is_refused():
    with pytest.raises(NoSuchChannel):
        requests.ask("messaging.mail", "hana@example.jp", CHOICES, client="", at=NOON)


def test_nobodys_mailbox_can_be_filled_whoever_asks():
    for number in range(brake.LETTERS_A_DAY + 2):
        ask(client=f"192.0.2.{number}")

    assert Letter.objects.count() == brake.LETTERS_A_DAY
    ask(client="192.0.2.99", at=NOON + timedelta(days=1, seconds=1))
    assert Letter.objects.count() == brake.LETTERS_A_DAY + 1


def test_links_and_requests_share_the_limit_of_an_address():
    ask()
    requests.confirm(link(), at=NOON)
    for _ in range(5):
        requests.ask_for_link(MAIL, "hana@example.jp", language="ja", client="x", at=NOON)

    assert Letter.objects.count() == brake.LETTERS_A_DAY


def test_one_place_cannot_ask_for_everybody():
    for number in range(brake.REQUESTS_AN_HOUR):
        ask(f"reader{number}@example.jp")

    with pytest.raises(TooManyFromHere):
        ask("one-more@example.jp")
    ask("one-more@example.jp", client="192.0.2.7")
    ask("and-more@example.jp", at=NOON + HOUR)


def test_a_lost_link_goes_to_the_address_alone_and_only_if_it_is_known():
    ask()
    contact = requests.confirm(link(), at=NOON)

    requests.ask_for_link(MAIL, "nobody@example.jp", language="ja", client="", at=NOON)
    letters_before = Letter.objects.count()
    requests.ask_for_link(MAIL, "hana@example.jp", language="ja", client="", at=NOON)

    assert Letter.objects.count() == letters_before + 1
    assert f"/subscriptions/{token_of(contact.pk, contact.generation)}/" in letter()["body"]


def test_choices_of_which_nothing_is_left_are_refused():
    ask(choices=Choices("ja", (PlaceChoice("home", "gone", ("gomi",)),)))

    with pytest.raises(ChoicesRefused):
        requests.confirm(link(), at=NOON)


def test_leaving_ends_at_once_and_can_be_taken_back():
    ask()
    contact = requests.confirm(link(), at=NOON)
    old = token_of(contact.pk, contact.generation)

    assert leaving.leave(contact, at=NOON)
    assert not leaving.leave(contact, at=NOON)
    contact.refresh_from_db()
    again = leaving.come_back(contact, at=NOON + HOUR)

    assert again.state == ContactState.ACTIVE
    assert choices_of(again) == CHOICES
    assert contact_by_token(old) is None


def test_who_left_is_forgotten_after_a_month():
    ask()
    contact = requests.confirm(link(), at=NOON)
    leaving.leave(contact, at=NOON)

    assert leaving.tidy(at=NOON + leaving.WAY_BACK) == 0
    assert leaving.tidy(at=NOON + leaving.WAY_BACK + HOUR) == 1

    contact.refresh_from_db()
    assert contact.state == ContactState.ERASED
    assert contact_at(MAIL, "hana@example.jp") is None
    assert (Place.objects.count(), Child.objects.count(), Request.objects.count()) == (0, 0, 0)


def test_what_nobody_confirmed_is_wiped():
    ask()

    leaving.tidy(at=NOON + timedelta(hours=24))

    assert Request.objects.get().sealed == b""


def test_somebody_who_bounced_and_confirms_again_is_written_to_again():
    ask()
    contact = requests.confirm(link(), at=NOON)
    contacts.suppress([contact.pk], reason="不達", at=NOON)
    ask()

    again = requests.confirm(link(), at=NOON + HOUR)

    assert again.state == ContactState.ACTIVE
    assert Place.objects.filter(is_reachable=True).count() == 2
