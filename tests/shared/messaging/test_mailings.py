"""The mass lane's ledger: planned, carried, stopped, told again, ended, folded."""

import threading
from datetime import time, timedelta

import pytest
from django.db import Error as DatabaseTrouble
from django.db import connections, transaction

from tests.shared.messaging.ledger import HOUR, NIGHT, first, following, make_destination
from tests.shared.messaging.masses import AUDIENCE, CHANNEL, bundle_states, make_contacts, states
from todoke.shared.messaging.actions import bundles, contacts, dispatch, mailings
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.carriers import carry_bundle
from todoke.shared.messaging.models import Bundle, Contact, Delivery, Mailing, Recipient
from todoke.shared.messaging.queries.mailings import counts_of, told
from todoke.shared.messaging.types import ContactState, DeliveryState, EditionKind, Fate, Mode, Reach
from todoke.shared.messaging.types import RecipientState as State

SOON = NIGHT + timedelta(seconds=30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(officers):
    return make_destination("everybody", CHANNEL, address=AUDIENCE)


@pytest.fixture
def send(officers, everybody, mass):
    """Release a first edition to everybody and begin its mailing."""

    def send(**facts):
        release(first(officers, everybody, **facts), at=NIGHT)
        return begin()

    return send


def begin(lane="emergency", at=NIGHT) -> Mailing:
    (claimed,) = dispatch.claim(lane, CHANNEL, limit=10, at=at)
    return mailings.begin(claimed, worker="here:1", at=at)


def plan(mailing, at=NIGHT):
    while mailings.plan_step(mailings.job_of(mailing.pk), at=at):
        pass


def carry_all(mailing, channel, at=NIGHT, limit=100) -> int:
    job = mailings.job_of(mailing.pk)
    carried = 0
    while carried < limit and (carry := bundles.claim(job, holder=7, at=at)):
        carry_bundle(carry, job, channel, job.edition)
        carried += 1
    return carried


def test_everybody_who_is_meant_stands_in_the_ledger_once(send, mass):
    make_contacts(7)
    mailing = send()

    plan(mailing)
    plan(mailing)

    assert states(mailing) == [State.PLANNED] * 7
    assert list(Bundle.objects.order_by("first").values_list("size", flat=True)) == [3, 3, 1]


def test_a_plan_made_in_many_steps_is_the_same_plan(send, mass, monkeypatch):
    make_contacts(10)
    monkeypatch.setattr(mailings, "STEP", 2)
    mailing = send()

    plan(mailing)

    assert states(mailing) == [State.PLANNED] * 10
    mailing.refresh_from_db()
    assert mailing.planned_at == NIGHT


def test_nobody_gets_it_who_is_elsewhere_ended_or_at_rest(send, mass):
    make_contacts(1)
    make_contacts(1, state=ContactState.ENDED)
    make_contacts(1, state=ContactState.SUPPRESSED)
    make_contacts(1, channel="tests.other")
    make_contacts(1, reach=Reach.SIMULATOR)
    mailing = send()

    plan(mailing)

    assert len(states(mailing)) == 1


def test_a_drill_reaches_those_alone_who_are_no_public(officers, mass):
    make_contacts(3)
    make_contacts(2, reach=Reach.SIMULATOR)
    drill = make_destination("drill", CHANNEL, address=AUDIENCE, reach=Reach.SIMULATOR)
    release(first(officers, drill, mode=Mode.EXERCISE), at=NIGHT)
    mailing = begin()
    plan(mailing)

    carry_all(mailing, mass)

    assert len(mass.carried) == 2


def test_every_copy_is_carried_once_and_the_delivery_says_how_many(send, mass):
    make_contacts(7)
    mailing = send()
    plan(mailing)

    carry_all(mailing, mass)
    ended = mailings.end_if_over(mailing.pk, at=SOON)

    assert ended
    assert sorted(address for _edition, address in mass.carried) == [f"reader{n}@example.jp" for n in range(1, 8)]
    assert states(mailing) == [State.ACCEPTED] * 7
    mailing.delivery.refresh_from_db()
    assert mailing.delivery.state == DeliveryState.ACCEPTED
    assert mailing.delivery.reason == "受付済み 7"


def test_a_mailing_to_nobody_ends_well(send, mass):
    mailing = send()
    plan(mailing)

    assert mailings.end_if_over(mailing.pk, at=SOON)
    mailing.delivery.refresh_from_db()
    assert (mailing.delivery.state, mailing.delivery.reason) == (DeliveryState.ACCEPTED, "対象者はいませんでした。")


def test_a_mailing_goes_on_while_a_bundle_is_in_hand(send, mass):
    make_contacts(2)
    mailing = send()
    plan(mailing)
    bundles.claim(mailings.job_of(mailing.pk), holder=7, at=NIGHT)

    assert not mailings.end_if_over(mailing.pk, at=SOON)


def test_two_workers_never_hold_the_same_bundle(send, mass):
    make_contacts(6)
    mailing = send()
    plan(mailing)
    job = mailings.job_of(mailing.pk)

    held = [bundles.claim(job, holder=number, at=NIGHT) for number in (7, 8, 9)]

    assert [carry.first if carry else None for carry in held][2] is None
    assert held[0].bundle_id != held[1].bundle_id


def test_what_works_later_is_tried_again_on_the_ladder_and_the_others_are_not(send, mass):
    make_contacts(3)
    mass.fate = lambda copy: Fate.LATER if copy.address.startswith("reader2") else Fate.ACCEPTED
    mailing = send()
    plan(mailing)

    carry_all(mailing, mass)

    assert states(mailing) == [State.ACCEPTED, State.PLANNED, State.ACCEPTED]
    bundle = Bundle.objects.get()
    assert (bundle.state, bundle.tries) == ("planned", 1)
    assert bundle.due_at > NIGHT


def test_a_refused_copy_is_at_its_end_and_a_dead_address_rests(send, mass):
    people = make_contacts(2)
    mass.fate = lambda copy: Fate.GONE if copy.address.startswith("reader1") else Fate.REFUSED
    mailing = send()
    plan(mailing)

    carry_all(mailing, mass)

    assert states(mailing) == [State.REFUSED, State.REFUSED]
    rested, other = Contact.objects.order_by("pk")
    assert rested.pk == people[0].pk
    assert (rested.state, other.state) == (ContactState.SUPPRESSED, ContactState.ACTIVE)


@pytest.mark.parametrize(("key", "state", "repeats"), [("Message-ID", State.DOUBTFUL, 2), (None, State.UNKNOWN, 0)])
def test_a_copy_without_an_answer_is_repeated_only_with_a_key_and_counted(send, mass, key, state, repeats):
    make_contacts(2)
    mass.idempotency_key = key
    mass.fate = lambda copy: None
    mailing = send()
    plan(mailing)

    carry_all(mailing, mass)

    assert states(mailing) == [state] * 2
    assert Bundle.objects.get().repeats == repeats


def test_a_channel_that_breaks_off_leaves_what_it_reported(send, mass):
    make_contacts(3)

    def breaks(copy):
        if copy.address.startswith("reader2"):
            raise RuntimeError
        return Fate.ACCEPTED

    mass.fate = breaks
    mailing = send()
    plan(mailing)

    carry_all(mailing, mass)

    assert states(mailing) == [State.ACCEPTED, State.DOUBTFUL, State.DOUBTFUL]


def test_who_left_after_the_plan_is_skipped_with_the_reason(send, mass):
    people = make_contacts(2)
    mailing = send()
    plan(mailing)
    contacts.end(people[0].pk, at=NIGHT)

    carry_all(mailing, mass)

    assert states(mailing) == [State.SKIPPED, State.ACCEPTED]
    assert "解除" in Recipient.objects.get(contact=people[0].pk).says


def test_quiet_hours_hold_an_ordinary_notice_and_no_emergency(send, mass, kinds, monkeypatch):
    make_contacts(1, quiet_from=time(22), quiet_until=time(7))
    make_contacts(1)
    mailing = send()
    plan(mailing)
    job = mailings.job_of(mailing.pk)
    ordinary = type(job)(**{**job.__dict__, "lane": "normal"})
    carry = bundles.claim(job, holder=7, at=NIGHT)

    at_once, _never = bundles.copies_of(carry, job, at=NIGHT)
    now_and_later, until = bundles.copies_of(carry, ordinary, at=NIGHT)

    assert len(at_once) == 2
    assert [copy.address for copy in now_and_later] == ["reader2@example.jp"]
    assert until == NIGHT + timedelta(hours=4)  # from 3 to 7 in Japan


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [(time(21, 59), False), (time(22), True), (time(3), True), (time(6, 59), True), (time(7), False)],
)
def test_quiet_hours_pass_midnight(clock, quiet):
    assert bundles.is_quiet(clock, time(22), time(7)) is quiet


def test_a_correction_also_reaches_who_is_no_longer_meant(send, mass, everybody):
    make_contacts(4)
    mailing = send()
    plan(mailing)
    carry_all(mailing, mass)
    mailings.end_if_over(mailing.pk, at=NIGHT)
    make_contacts(1, language="en")
    edition = mailing.delivery.edition
    order = following(edition, EditionKind.CORRECTION, everybody)
    content = type(order.content)(wordings=order.content.wordings, facts={"language": "en"})

    correction = release(type(order)(**{**order.__dict__, "content": content}), at=SOON)
    second = begin(at=SOON)
    plan(second, at=SOON)
    carry_all(second, mass, at=SOON)

    assert len(mass.who_got(correction.identifier)) == 5


def test_after_a_cancellation_nothing_more_leaves_and_those_alone_hear_it_who_were_told(send, mass, everybody):
    make_contacts(9)
    mailing = send()
    plan(mailing)
    carry_all(mailing, mass, limit=1)

    cancellation = release(following(mailing.delivery.edition, EditionKind.CANCEL), at=SOON)
    nothing = carry_all(mailing, mass, at=SOON)
    taking_back = begin(at=SOON)
    plan(taking_back, at=SOON)
    carry_all(taking_back, mass, at=SOON)
    mailing.refresh_from_db()
    mailings.wind_up(mailing, at=SOON)

    assert nothing == 0
    assert sorted(mass.who_got(cancellation.identifier)) == sorted(mass.who_got(mailing.delivery.edition.identifier))
    assert states(mailing) == [State.ACCEPTED] * 3 + [State.WITHDRAWN] * 6
    assert mailings.end_if_over(mailing.pk, at=SOON)
    mailing.delivery.refresh_from_db()
    assert mailing.delivery.state == DeliveryState.WITHDRAWN
    assert mailing.delivery.reason == "受付済み 3・送信とりやめ 6"


def test_a_cancellation_waits_for_the_bundle_that_is_on_its_way_to_the_same_people(send, mass):
    make_contacts(6)
    mailing = send()
    plan(mailing)
    job = mailings.job_of(mailing.pk)
    under_way = bundles.claim(job, holder=7, at=NIGHT)

    cancellation = release(following(mailing.delivery.edition, EditionKind.CANCEL), at=SOON)
    second = begin(at=SOON)
    plan(second, at=SOON)
    too_early = carry_all(second, mass, at=SOON)
    carry_bundle(under_way, job, mass, job.edition)
    carry_all(second, mass, at=SOON)

    assert too_early == 0
    assert len(mass.who_got(cancellation.identifier)) == 3


def test_a_cancellation_does_not_go_to_whom_the_copy_under_way_never_reached(send, mass):
    make_contacts(3)
    mailing = send()
    plan(mailing)
    job = mailings.job_of(mailing.pk)
    under_way = bundles.claim(job, holder=7, at=NIGHT)
    release(following(mailing.delivery.edition, EditionKind.CANCEL), at=SOON)
    second = begin(at=SOON)
    plan(second, at=SOON)
    mass.fate = lambda copy: Fate.REFUSED
    carry_bundle(under_way, job, mass, job.edition)
    mass.carried.clear()

    carry_all(second, mass, at=SOON)

    assert mass.carried == []
    assert states(second) == [State.WITHDRAWN] * 3


def test_what_a_dead_worker_held_is_carried_by_another_and_counted_as_possible_repeats(send, mass):
    make_contacts(3)
    mailing = send()
    plan(mailing)
    bundles.claim(mailings.job_of(mailing.pk), holder=7, at=NIGHT)

    assert bundles.reopen(dead=[8], at=NIGHT) == 0
    assert bundles.reopen(dead=[7], at=NIGHT) == 1
    carry_all(mailing, mass)

    assert states(mailing) == [State.ACCEPTED] * 3
    bundle = Bundle.objects.get()
    assert (bundle.reopened, bundle.repeats) == (1, 3)


def test_who_may_have_got_it_before_a_refusal_is_told_when_it_is_taken_back(send, mass, everybody):
    make_contacts(1)
    mailing = send()
    plan(mailing)
    bundles.claim(mailings.job_of(mailing.pk), holder=7, at=NIGHT)
    bundles.reopen(dead=[7], at=NIGHT)  # its copy may have arrived
    mass.fate = lambda copy: Fate.REFUSED

    carry_all(mailing, mass)

    assert states(mailing) == [State.UNKNOWN]
    assert mailings.end_if_over(mailing.pk, at=NIGHT)
    mass.fate = lambda copy: Fate.ACCEPTED
    edition = Delivery.objects.get(mailing=mailing).edition
    release(following(edition, EditionKind.CANCEL, everybody), at=SOON)
    taking_back = begin(at=SOON)
    plan(taking_back, at=SOON)
    carry_all(taking_back, mass, at=SOON)
    assert states(taking_back) == [State.ACCEPTED]


def test_without_a_key_what_a_dead_worker_held_is_unknown_and_a_person_is_asked(send, mass):
    make_contacts(3)
    mass.idempotency_key = None
    mailing = send()
    plan(mailing)
    bundles.claim(mailings.job_of(mailing.pk), holder=7, at=NIGHT)

    bundles.reopen(dead=[7], at=NIGHT)
    mailings.end_if_over(mailing.pk, at=NIGHT)

    assert states(mailing) == [State.UNKNOWN] * 3
    mailing.delivery.refresh_from_db()
    assert mailing.delivery.state == DeliveryState.UNKNOWN
    assert mailing.delivery.follow_ups.count() == 1


def test_a_worker_that_lives_and_does_nothing_loses_its_bundle_by_the_clock(send, mass):
    make_contacts(1)
    mailing = send()
    plan(mailing)
    bundles.claim(mailings.job_of(mailing.pk), holder=7, at=NIGHT)

    assert bundles.reopen(at=NIGHT + timedelta(seconds=5)) == 0
    assert bundles.reopen(at=NIGHT + timedelta(seconds=12)) == 1


def test_the_late_word_of_a_worker_that_lost_its_bundle_is_still_true(send, mass):
    make_contacts(3)
    mailing = send()
    plan(mailing)
    job = mailings.job_of(mailing.pk)
    late = bundles.claim(job, holder=7, at=NIGHT)
    bundles.reopen(dead=[7], at=NIGHT)
    other = bundles.claim(job, holder=8, at=NIGHT)

    carry_bundle(late, job, mass, job.edition)
    carry_bundle(other, job, mass, job.edition)

    assert states(mailing) == [State.ACCEPTED] * 3
    assert len(mass.carried) == 3
    assert bundle_states(mailing) == ["done"]


def test_after_its_time_nothing_leaves_and_a_person_is_asked(send, mass):
    make_contacts(4)
    mailing = send()
    plan(mailing)
    late = NIGHT + 7 * HOUR

    assert carry_all(mailing, mass, at=late) == 0
    mailings.wind_up(mailing, at=late)
    mailings.end_if_over(mailing.pk, at=late)

    assert states(mailing) == [State.EXPIRED] * 4
    mailing.delivery.refresh_from_db()
    assert mailing.delivery.state == DeliveryState.EXPIRED
    assert mailing.delivery.follow_ups.count() == 1


def test_an_audience_that_is_gone_fails_in_words(officers, mass):
    make_contacts(1)
    strangers = make_destination("strangers", CHANNEL, address="tests.nobody")
    release(first(officers, strangers), at=NIGHT)
    mailing = begin()

    with pytest.raises(LookupError, match=r"tests\.nobody") as gone:
        mailings.plan_step(mailings.job_of(mailing.pk), at=NIGHT)
    mailings.fail(mailing.pk, str(gone.value), at=NIGHT)
    mailings.end_if_over(mailing.pk, at=NIGHT)

    mailing.delivery.refresh_from_db()
    assert mailing.delivery.state == DeliveryState.FAILED
    assert "tests.nobody" in mailing.delivery.reason


def test_a_person_who_asks_is_told_what_became_of_it(send, mass):
    people = make_contacts(2)
    mailing = send()
    plan(mailing)
    carry_all(mailing, mass)
    stranger = make_contacts(1)[0]

    (answer,) = told(people[0].pk, since=NIGHT - HOUR)

    assert (answer.edition.pk, answer.state) == (mailing.delivery.edition_id, State.ACCEPTED)
    assert told(stranger.pk, since=NIGHT - HOUR) == []


def test_at_the_end_of_its_time_it_is_folded_into_its_sums(send, mass, kinds):
    make_contacts(7)
    mailing = send()
    plan(mailing)
    carry_all(mailing, mass)
    mailings.end_if_over(mailing.pk, at=NIGHT)

    assert mailings.fold_due(at=NIGHT + timedelta(days=364)) == 0
    assert mailings.fold_due(at=NIGHT + timedelta(days=365)) == 1

    mailing.refresh_from_db()
    assert mailing.counts == {"1": 7}
    assert counts_of(mailing) == {"1": 7}
    assert not Recipient.objects.exists()
    assert mailings.fold_due(at=NIGHT + timedelta(days=366)) == 0


def test_sent_again_by_a_person_only_the_unknown_get_another_copy(send, mass):
    make_contacts(3)
    mass.idempotency_key = None
    mass.fate = lambda copy: None
    mailing = send()
    plan(mailing)
    carry_all(mailing, mass)
    mailings.end_if_over(mailing.pk, at=NIGHT)
    mailing.delivery.refresh_from_db()
    assert mailing.delivery.state == DeliveryState.UNKNOWN

    mailing.delivery.state, mailing.delivery.settled_at = DeliveryState.PLANNED, None
    mailing.delivery.save()
    mass.fate = lambda copy: Fate.ACCEPTED
    again = begin(at=SOON)
    carry_all(again, mass, at=SOON)
    mailings.end_if_over(again.pk, at=SOON)

    assert again.pk == mailing.pk
    assert states(mailing) == [State.ACCEPTED] * 3


@pytest.mark.parametrize(
    ("before", "after"),
    [(State.ACCEPTED, State.PLANNED), (State.WITHDRAWN, State.ACCEPTED), (State.BOUNCED, State.ACCEPTED)],
)
def test_the_database_lets_no_recipient_move_back(send, mass, before, after):
    make_contacts(1)
    plan(send())
    Recipient.objects.update(state=before)

    with pytest.raises(DatabaseTrouble), transaction.atomic():
        Recipient.objects.update(state=after)


def test_the_database_keeps_recipients_until_they_are_folded(send, mass):
    make_contacts(1)
    plan(send())

    with pytest.raises(DatabaseTrouble), transaction.atomic():
        Recipient.objects.filter(state=State.PLANNED)._raw_delete("default")


def test_the_sums_are_known_while_it_goes_on(send, mass):
    make_contacts(4)
    mailing = send()
    plan(mailing)

    assert counts_of(mailing) == {"0": 4}
    carry_all(mailing, mass, limit=1)
    assert counts_of(mailing) == {"0": 1, "1": 3}


@pytest.mark.django_db(transaction=True)
def test_a_release_and_the_end_of_a_mailing_never_wait_for_each_other(send, mass):
    mailing = send()
    plan(mailing)
    ended = threading.Event()

    def end():
        try:
            mailings.end_if_over(mailing.pk, at=SOON)
        finally:
            connections.close_all()
            ended.set()

    with transaction.atomic():
        # As a release does: the earlier deliveries first, then what stops their mailings.
        Delivery.objects.select_for_update().get(pk=mailing.delivery_id)
        threading.Thread(target=end).start()
        ended.wait(0.3)
        stopped = Mailing.objects.filter(pk=mailing.pk).update(stopped_at=SOON)

    assert ended.wait(5)
    assert stopped == 1
