"""A person's address: made with consent, found again by its hash, rested, ended, erased."""

from datetime import time, timedelta

import pytest

from tests.shared.messaging.ledger import NIGHT
from tests.shared.messaging.masses import CHANNEL
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import address_of, contact_at, contact_by_token, token_of
from todoke.shared.messaging.types import ContactState, Reach

DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mass")]


@pytest.fixture
def hana():
    contact, _new = contacts.register(CHANNEL, "Hana@Example.jp ", language="ja-easy", at=NIGHT)
    return contact


def test_the_address_stands_sealed_in_the_table_and_is_found_by_any_spelling(hana):
    row = Contact.objects.values().get()

    assert b"hana" not in b"".join(value for value in row.values() if isinstance(value, bytes | memoryview)).lower()
    assert address_of(hana) == "hana@example.jp"
    assert contact_at(CHANNEL, "hana@example.jp") == hana
    assert "hana" not in str(hana)


def test_the_same_person_twice_is_one_contact(hana):
    again, is_new = contacts.register(CHANNEL, "hana@example.jp", language="en", at=NIGHT + DAY)

    assert (again.pk, is_new, again.language) == (hana.pk, False, "en")


@pytest.mark.parametrize(("channel", "address"), [(CHANNEL, "no address"), ("tests.gone", "hana@example.jp")])
def test_what_cannot_be_reached_is_refused_in_words(channel, address):
    with pytest.raises(contacts.ContactRefused) as refused:
        contacts.register(channel, address, language="ja", at=NIGHT)

    assert str(refused.value).endswith("。")
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("address", "reach", "fits"),
    [
        ("hana@example.jp", Reach.PUBLIC, True),
        ("hana@example.jp", Reach.STAFF, True),
        ("simulator:hana@example.jp", Reach.SIMULATOR, True),
        ("hana@example.jp", Reach.SIMULATOR, False),
        ("simulator:hana@example.jp", Reach.PUBLIC, False),
    ],
)
def test_a_drill_cannot_be_led_to_a_real_address_nor_an_alert_to_a_simulated_one(address, reach, fits):
    if fits:
        contacts.register(CHANNEL, address, language="ja", at=NIGHT, reach=reach)
        return
    with pytest.raises(contacts.BadAddress, match="simulator"):
        contacts.register(CHANNEL, address, language="ja", at=NIGHT, reach=reach)


def test_a_link_leads_to_its_owner_until_they_ended_and_came_back(hana):
    link = token_of(hana.pk, hana.generation)
    assert contact_by_token(link) == hana

    contacts.end(hana.pk, at=NIGHT)
    assert contact_by_token(link) == hana  # to see that it has ended

    contacts.register(CHANNEL, "hana@example.jp", language="ja", at=NIGHT + DAY)
    assert contact_by_token(link) is None


def test_the_second_click_on_ending_changes_nothing(hana):
    assert contacts.end(hana.pk, at=NIGHT)
    assert not contacts.end(hana.pk, at=NIGHT + DAY)
    assert Contact.objects.get().changed_at == NIGHT


def test_a_dead_address_rests_at_once_and_wakes_with_its_owner(hana):
    contacts.suppress([hana.pk], reason="宛先がありません。", at=NIGHT)
    assert Contact.objects.get().state == ContactState.SUPPRESSED

    contacts.register(CHANNEL, "hana@example.jp", language="ja", at=NIGHT + DAY)
    assert Contact.objects.get().state == ContactState.ACTIVE


def test_a_full_mailbox_rests_after_five_days_and_not_after_five_mails_of_one_day(hana):
    same_day = [contacts.bounce_softly(hana.pk, reason="満杯", at=NIGHT + timedelta(hours=n)) for n in range(6)]
    days = [contacts.bounce_softly(hana.pk, reason="満杯", at=NIGHT + n * DAY) for n in range(1, 5)]

    assert same_day == [False] * 6
    assert days == [False, False, False, True]


def test_a_full_mailbox_of_long_ago_counts_no_more(hana):
    for n in range(4):
        contacts.bounce_softly(hana.pk, reason="満杯", at=NIGHT + n * DAY)

    assert not contacts.bounce_softly(hana.pk, reason="満杯", at=NIGHT + 64 * DAY)
    assert Contact.objects.get().soft_bounces == 1


def test_quiet_hours_have_two_ends(hana):
    contacts.change(hana.pk, language="en", quiet_from=time(22), quiet_until=time(6), at=NIGHT)

    found = Contact.objects.get()
    assert (found.language, found.quiet_from, found.quiet_until) == ("en", time(22), time(6))


def test_an_erased_person_is_found_by_nothing_any_more(hana):
    link = token_of(hana.pk, hana.generation)
    contacts.erase(hana.pk, at=NIGHT)

    assert contact_at(CHANNEL, "hana@example.jp") is None
    assert contact_by_token(link) is None
    assert contact_by_token(token_of(hana.pk, hana.generation + 1)) is None
    row = Contact.objects.get()
    assert (bytes(row.address), row.language, row.reason) == (b"", "", "")
    fresh, is_new = contacts.register(CHANNEL, "hana@example.jp", language="ja", at=NIGHT + DAY)
    assert is_new
    assert fresh.pk != hana.pk
