"""Taking in: one bounce counts once, a forged one not at all, and who must rest does."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from tests.shared.messaging.bounces import notices
from tests.shared.messaging.bounces.notices import about, failed, report
from tests.shared.messaging.ledger import HOUR, NIGHT
from tests.shared.messaging.masses import states
from todoke.base.sealing import make_token
from todoke.shared.messaging.actions import bounces, bundles, contacts, mailings
from todoke.shared.messaging.actions.bounces import Taken, take_in
from todoke.shared.messaging.models import Bounce, Contact, FollowUp, Recipient
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.queries.mailings import counts_of
from todoke.shared.messaging.types import ContactState, Fate, FollowUpReason, Result
from todoke.shared.messaging.types import RecipientState as State

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def edition_of(mailing) -> str:
    return mailing.delivery.edition.identifier


def came_back(notice: bytes, contact: Contact, mailing=None) -> bytes:
    token = token_of(contact.pk, contact.generation)
    return about(notice, token, edition_of(mailing)) if mailing else about(notice, token)


def states_of(contact: Contact) -> tuple[str, str, int]:
    found = Contact.objects.get(pk=contact.pk)
    return found.state, found.reason, found.soft_bounces


def test_a_dead_address_is_written_down_and_rests_at_once(mailing, readers):
    taken = take_in(came_back(notices.POSTFIX, readers[1], mailing), at=NIGHT + HOUR)

    assert taken is Taken.TAKEN
    assert states(mailing) == [State.ACCEPTED, State.BOUNCED, State.ACCEPTED, State.ACCEPTED]
    row = Recipient.objects.get(mailing=mailing, contact=readers[1])
    assert (row.says, row.settled_at) == ("5.1.1 宛先がありません", NIGHT + HOUR)
    assert states_of(readers[1]) == (ContactState.SUPPRESSED, "5.1.1 宛先がありません", 0)
    assert counts_of(mailing) == {"1": 3, "3": 1}


def test_a_full_mailbox_takes_one_rung_a_day_and_rests_after_five(mailing, readers):
    for day in range(5):
        assert states_of(readers[0])[0] == ContactState.ACTIVE
        # Each from another mailing, of which nothing is known: only the contact is dealt with.
        notice = came_back(notices.GMAIL_FULL, readers[0]).replace(b"Arrival-Date: Sat", b"Arrival-Date: %d" % day)
        assert take_in(notice, at=NIGHT + day * DAY) is Taken.TAKEN

    assert states_of(readers[0]) == (ContactState.SUPPRESSED, "5.2.2 受信箱がいっぱいです", 5)
    assert State.BOUNCED not in states(mailing)


def test_a_refusal_for_our_own_sake_leaves_the_person_alone(mailing, readers):
    take_in(came_back(notices.POLICY, readers[0], mailing), at=NIGHT)

    assert states_of(readers[0]) == (ContactState.ACTIVE, "", 0)
    row = Recipient.objects.get(mailing=mailing, contact=readers[0])
    assert (row.state, row.says) == (State.BOUNCED, "5.7.26 相手のサーバーの方針で断られました")


def test_a_complaint_rests_at_once_and_the_mail_still_counts_as_taken(mailing, readers):
    taken = take_in(came_back(notices.COMPLAINT, readers[2], mailing), to="fbl@city.example.jp", at=NIGHT)

    assert taken is Taken.TAKEN
    assert states_of(readers[2]) == (ContactState.SUPPRESSED, "迷惑メールとして通報されました", 0)
    assert states(mailing) == [State.ACCEPTED] * 4
    assert Bounce.objects.get().mailing == mailing


@pytest.mark.parametrize("form", ["DELAYED", "RELAYED", "FORWARDED_TO_TWO", "HOLIDAY", "OUR_OWN", "NO_COMPLAINT"])
def test_what_is_no_refusal_changes_nothing(mailing, readers, form):
    assert take_in(came_back(getattr(notices, form), readers[0], mailing), at=NIGHT) is Taken.IGNORED
    assert states_of(readers[0]) == (ContactState.ACTIVE, "", 0)
    assert not Bounce.objects.exists()


def test_what_nobody_understands_is_left_for_a_person(readers):
    assert take_in(came_back(notices.A_PERSON, readers[0]), at=NIGHT) is Taken.UNREAD


# ---- once ----


def test_the_same_notice_twice_counts_once(mailing, readers):
    notice = came_back(notices.GMAIL_FULL, readers[0], mailing)
    take_in(notice, at=NIGHT)

    assert take_in(notice, at=NIGHT + 2 * DAY) is Taken.KNOWN
    assert states_of(readers[0])[2] == 1


def test_two_notices_of_one_mailing_about_one_contact_count_once(mailing, readers):
    take_in(came_back(notices.GMAIL_FULL, readers[0], mailing), at=NIGHT)

    assert take_in(came_back(notices.POSTFIX, readers[0], mailing), at=NIGHT + 2 * DAY) is Taken.KNOWN
    assert states_of(readers[0]) == (ContactState.ACTIVE, "", 1)


def test_after_a_bounce_a_complaint_still_counts(mailing, readers):
    take_in(came_back(notices.GMAIL_FULL, readers[0], mailing), at=NIGHT)

    assert take_in(came_back(notices.COMPLAINT, readers[0], mailing), at=NIGHT) is Taken.TAKEN
    assert states_of(readers[0])[0] == ContactState.SUPPRESSED


@pytest.mark.django_db(transaction=True)
def test_the_same_notice_through_eight_doors_at_once_counts_once(mailing, readers):
    notice = came_back(notices.GMAIL_FULL, readers[0], mailing)

    def take(_):
        try:
            return take_in(notice, at=NIGHT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8)))

    assert sorted(each.value for each in taken) == ["known"] * 7 + ["taken"]
    assert states_of(readers[0])[2] == 1
    assert counts_of(mailing) == {"1": 3, "3": 1}


@pytest.mark.django_db(transaction=True)
def test_many_notices_about_one_contact_at_once_wait_for_each_other_and_never_lock_up(readers):
    ready = threading.Barrier(8)

    def take(number):
        notice = came_back(notices.GMAIL_FULL, readers[0]) + b"\n%d" % number
        ready.wait(timeout=10)
        try:
            return take_in(notice, at=NIGHT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8)))

    assert taken == [Taken.TAKEN] * 8
    assert states_of(readers[0]) == (ContactState.ACTIVE, "", 1)


# ---- forged ----


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: "a" * 32,
        lambda token: make_token(1, purpose="some other purpose"),
    ],
)
def test_a_token_that_we_did_not_make_counts_for_nothing(mailing, readers, forge):
    forged = forge(token_of(readers[0].pk, readers[0].generation))

    assert take_in(about(notices.POSTFIX, forged, edition_of(mailing)), at=NIGHT) is Taken.FOREIGN
    assert states(mailing) == [State.ACCEPTED] * 4
    assert not Contact.objects.filter(state=ContactState.SUPPRESSED).exists()


def test_a_token_in_the_text_alone_counts_for_nothing(mailing, readers):
    elsewhere = came_back(notices.POSTFIX, readers[0], mailing).replace(b"\nTo: bounce+", b"\nTo: info+", 1)

    assert take_in(elsewhere, at=NIGHT) is Taken.UNREAD
    assert states_of(readers[0])[0] == ContactState.ACTIVE


def test_the_envelope_outweighs_the_headers(mailing, readers):
    token = token_of(readers[1].pk, readers[1].generation)
    notice = came_back(notices.POSTFIX, readers[0], mailing)

    assert take_in(notice, to="postmaster@city.example.jp", at=NIGHT) is Taken.UNREAD
    assert take_in(notice, to=f"BOUNCE+{token.upper()}@city.example.jp", at=NIGHT) is Taken.TAKEN
    assert [states_of(reader)[0] for reader in readers[:2]] == [ContactState.ACTIVE, ContactState.SUPPRESSED]


def test_the_token_of_an_earlier_life_of_the_address_counts_for_nothing(readers):
    notice = came_back(notices.POSTFIX, readers[0])
    Contact.objects.filter(pk=readers[0].pk).update(generation=2)

    assert take_in(notice, at=NIGHT) is Taken.FOREIGN


def test_an_erased_person_cannot_be_bounced(readers):
    notice = came_back(notices.POSTFIX, readers[0])
    contacts.erase(readers[0].pk, at=NIGHT)

    assert take_in(notice, at=NIGHT) is Taken.FOREIGN


@pytest.mark.parametrize("edition", ["urn:uuid:of-nobody", "x'; --", "\x00\x01", "花" * 100])
def test_an_invented_edition_leaves_the_ledger_alone(mailing, readers, edition):
    notice = came_back(notices.POSTFIX, readers[0]).replace(notices.EDITION.encode(), edition.encode())

    assert take_in(notice, at=NIGHT) is Taken.TAKEN
    assert states(mailing) == [State.ACCEPTED] * 4
    assert Bounce.objects.get().mailing is None


# ---- beside the mass lane ----


def test_a_bounce_that_is_faster_than_our_own_pen_stands(planned, mass, readers):
    job = mailings.job_of(planned.pk)
    carry = bundles.claim(job, holder=7, at=NIGHT)
    take_in(came_back(notices.POSTFIX, readers[0], planned), at=NIGHT)

    bundles.settle(carry, [Result(reader.pk, Fate.ACCEPTED) for reader in readers[:3]], repeatable=True, at=NIGHT)
    bundles.close(carry, tries_again=False, at=NIGHT, chance=0.5)

    assert states(planned) == [State.BOUNCED, State.ACCEPTED, State.ACCEPTED, State.PLANNED]
    assert counts_of(planned) == {"0": 1, "1": 2, "3": 1}


def test_what_has_not_left_cannot_have_come_back(planned, readers):
    assert take_in(came_back(notices.GMAIL_FULL, readers[0], planned), at=NIGHT) is Taken.TAKEN

    assert states(planned) == [State.PLANNED] * 4
    assert Bounce.objects.get().mailing is None


@pytest.mark.parametrize(("repeatable", "before"), [(False, State.UNKNOWN), (True, State.DOUBTFUL)])
def test_what_nobody_knew_of_has_left_when_it_comes_back(planned, mass, readers, repeatable, before):
    carry = bundles.claim(mailings.job_of(planned.pk), holder=7, at=NIGHT)
    bundles.settle(carry, [Result(readers[0].pk, Fate.UNCLEAR)], repeatable=repeatable, at=NIGHT)
    assert states(planned)[0] == before

    take_in(came_back(notices.POSTFIX, readers[0], planned), at=NIGHT)

    assert states(planned)[0] == State.BOUNCED


def test_a_folded_mailing_is_left_as_it_was_counted(mailing, readers):
    mailings.fold_due(at=NIGHT + timedelta(days=366))
    mailing.refresh_from_db()
    before = counts_of(mailing)

    assert take_in(came_back(notices.POSTFIX, readers[0], mailing), at=NIGHT) is Taken.TAKEN
    mailing.refresh_from_db()
    assert counts_of(mailing) == before
    assert states_of(readers[0])[0] == ContactState.SUPPRESSED


def test_many_refusals_for_our_own_sake_are_a_persons_task_once(mailing, readers, monkeypatch):
    monkeypatch.setattr(bounces, "POLICY_MANY", 2)

    for reader in readers:
        take_in(came_back(notices.POLICY, reader, mailing), at=NIGHT)
        assert FollowUp.objects.count() == (0 if reader == readers[0] else 1)

    assert FollowUp.objects.get().reason == FollowUpReason.POLICY


def test_the_memory_of_bounces_fades(mailing, readers):
    take_in(came_back(notices.POSTFIX, readers[0], mailing), at=NIGHT)
    take_in(came_back(report(failed("5.1.1", "550 gone")), readers[1], mailing), at=NIGHT + DAY)

    assert bounces.forget(before=NIGHT + HOUR) == 1
    assert Bounce.objects.get().contact == readers[1]
    assert states(mailing)[:2] == [State.BOUNCED] * 2
