"""訓練への参加: staff agree for themselves, only a drill reaches them, and the report says what came to each."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default as mail_policy

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from tests.civic.emergency.desk.conftest import NIGHT
from tests.civic.emergency.desk.test_drills import MINUTE, scenario  # noqa: F401 - a fixture
from tests.civic.emergency.desk.test_prepare import release
from tests.sign_in import make_staff, sign_in
from todoke.civic.emergency.actions.drills import begin_drill, end_drill, play
from todoke.civic.emergency.actions.participants import (
    confirm_by_link,
    confirm_on_page,
    erase_addresses,
    leave,
    take_part,
)
from todoke.civic.emergency.actions.prepare import prepare_waiting
from todoke.civic.emergency.actions.refusals import (
    AlreadyTakingPart,
    BadEnd,
    BadNumber,
    DrillIsOver,
    NoAddressOfOnesOwn,
    NotAllowed,
    NothingToConfirm,
)
from todoke.civic.emergency.models import Draft, DrillParticipant, DrillReceipt
from todoke.civic.emergency.models.participant import Way
from todoke.civic.emergency.queries.drafts import audience_of
from todoke.civic.emergency.queries.participants import participation
from todoke.civic.emergency.setting_up import drill_mail, drill_secret
from todoke.ground.audit.models import Entry
from todoke.ground.people.queries import viewer_for
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.followups import confirm_by_hand
from todoke.shared.messaging.channels.mail import MailChannel, _Submission
from todoke.shared.messaging.models import Delivery, Destination
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Address, Mode, Never, Reach, Receipt

pytestmark = pytest.mark.django_db

MAIL = "mio.hamada@city.example.jp"
LATER = NIGHT + timedelta(hours=3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NIGHT, tick=False) as clock:
        yield clock


@pytest.fixture
def leader(city):
    return viewer_for(make_staff(("emergency.read", "emergency.draft", "emergency.drill")), NIGHT.date())


@pytest.fixture
def drill(desk, leader, scenario):  # noqa: F811 - the fixture
    return begin_drill(scenario.pk, speed=1, viewer=leader, at=NIGHT)


@pytest.fixture
def account(city):
    account = make_staff(name="浜田 美緒")
    account.email = MAIL
    account.save()
    return account


@pytest.fixture
def mio(account):
    return viewer_for(account, NIGHT.date())


def join(drill, viewer, way=Way.MAIL, **changed):
    facts = {"telephone": "", "purpose": "届き方を確かめる", "ends_at": LATER, "at": NIGHT, **changed}
    return take_part(drill.pk, way=way, viewer=viewer, **facts)


@pytest.fixture
def mails(monkeypatch):
    """What left by mail: to whom, and what it said."""
    left = []

    def send(_submission, recipient, content):
        mail = message_from_bytes(content, policy=mail_policy)
        left.append((recipient, mail["Subject"], mail.get_body().get_content()))
        return Receipt()

    monkeypatch.setattr(_Submission, "send", send)
    return left


def send_everything(at):
    for channel in dispatch.channels_due("emergency", at=at):
        for claimed in dispatch.claim("emergency", channel, limit=50, at=at):
            errand = dispatch.hand_over(claimed, worker="tests", at=at)
            dispatch.settle(errand, dispatch.send(errand, channel), at=at)


def warn(desk, clock):
    """The first telegram of the drill, released and sent two minutes after it began."""
    play(at=NIGHT)
    prepare_waiting(NIGHT)
    clock.shift(2 * MINUTE)
    edition = release(desk, Draft.objects.get(), at=NIGHT + 2 * MINUTE)
    send_everything(NIGHT + 2 * MINUTE)
    return edition


def code_in(text):
    return text.rstrip().rstrip("/").rpartition("/")[2]


# ---- agreeing ----


def test_whoever_agrees_gets_the_drill_at_the_address_of_their_own_account(desk, drill, mio, mails, clock):
    join(drill, mio)

    warn(desk, clock)

    ((recipient, subject, text),) = mails
    assert recipient == MAIL
    assert subject.startswith("【訓練】")
    assert "これは訓練です。" in text
    assert "/drill-reply/" in text


def test_the_consent_says_for_what_and_until_when_and_the_record_holds_no_address(drill, mio):
    part = join(drill, mio)

    assert (part.purpose, part.ends_at, part.agreed_at) == ("届き方を確かめる", LATER, NIGHT)
    assert (part.destination.reach, part.destination.joins_drills) == (Reach.STAFF, True)
    entry = Entry.objects.get(what="emergency.drill-joined")
    assert MAIL not in str(entry.payload)
    assert "届き方" in str(entry.payload)


def test_nothing_in_earnest_ever_goes_there(desk, drill, mio, city):
    part = join(drill, mio)

    assert part.destination.takes(Mode.EXERCISE)
    assert part.destination.takes(Mode.TEST)
    assert not part.destination.takes(Mode.ACTUAL)


def test_the_channel_itself_writes_nothing_in_earnest(desk, drill, mio, clock, mails):
    join(drill, mio)
    edition = warn(desk, clock).frozen()
    with pytest.raises(Never, match="訓練のときだけ"):
        drill_mail().prepare(replace(edition, mode=Mode.ACTUAL), Address("x", "x", MAIL))


def test_another_drill_does_not_reach_them(desk, drill, mio, leader, clock):
    join(drill, mio)
    end_drill(drill.pk, viewer=leader, at=NIGHT)
    again = begin_drill(drill.scenario_id, speed=1, viewer=leader, at=NIGHT)
    play(at=NIGHT)
    prepare_waiting(NIGHT)

    keys = [place.key for place in audience_of(Draft.objects.get(incident=again.incident), NIGHT)]

    assert not [key for key in keys if key.startswith("drill-")]


def test_after_its_end_nothing_more_comes(desk, drill, mio, clock):
    join(drill, mio, ends_at=NIGHT + MINUTE)
    play(at=NIGHT)
    prepare_waiting(NIGHT)

    assert [place.channel for place in audience_of(Draft.objects.get(), NIGHT)].count("emergency.drill-mail") == 1
    assert "emergency.drill-mail" not in [
        place.channel for place in audience_of(Draft.objects.get(), NIGHT + 2 * MINUTE)
    ]


def test_who_leaves_gets_no_further_edition(desk, drill, mio, clock):
    part = join(drill, mio)
    leave(part.pk, viewer=mio, at=NIGHT)
    play(at=NIGHT)
    prepare_waiting(NIGHT)

    assert "emergency.drill-mail" not in [place.channel for place in audience_of(Draft.objects.get(), NIGHT)]
    assert join(drill, mio).pk != part.pk


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"ends_at": NIGHT}, BadEnd),
        ({"ends_at": NIGHT + timedelta(days=8)}, BadEnd),
        ({"way": Way.TELEPHONE, "telephone": "内線"}, BadNumber),
        ({"way": Way.TELEPHONE, "telephone": ""}, BadNumber),
    ],
)
def test_what_cannot_be_agreed_to_is_refused_in_words(drill, mio, changed, refusal):
    with pytest.raises(refusal) as met:
        join(drill, mio, **changed)

    assert str(met.value)
    assert not DrillParticipant.objects.exists()


def test_an_account_without_an_address_takes_part_by_telephone(desk, drill):
    viewer = viewer_for(make_staff(name="番号 だけ"), NIGHT.date())

    with pytest.raises(NoAddressOfOnesOwn):
        join(drill, viewer)

    assert join(drill, viewer, Way.TELEPHONE, telephone="000-0000-0001").destination.channel == "messaging.person"


def test_nobody_takes_part_twice_on_one_way_and_the_database_says_so_too(drill, mio):
    part = join(drill, mio)

    with pytest.raises(AlreadyTakingPart):
        join(drill, mio)
    with pytest.raises(IntegrityError, match="participant_takes_part_once_on_a_way"), transaction.atomic():
        DrillParticipant.objects.create(
            drill=drill,
            account_id=mio.account_id,
            way=Way.MAIL,
            destination=Destination.objects.exclude(pk=part.destination_id).first(),
            purpose="x",
            agreed_at=NIGHT,
            ends_at=LATER,
        )


def test_a_drill_that_is_over_takes_nobody(drill, mio, leader):
    end_drill(drill.pk, viewer=leader, at=NIGHT)

    with pytest.raises(DrillIsOver):
        join(drill, mio)


def test_nobody_leaves_for_another(drill, mio, leader):
    part = join(drill, mio)

    with pytest.raises(NotAllowed):
        leave(part.pk, viewer=leader, at=NIGHT)


# ---- saying that it came ----


def test_the_link_confirms_once_and_the_ledger_knows(desk, drill, mio, mails, clock):
    join(drill, mio)
    warn(desk, clock)
    code = code_in(mails[0][2])

    first = confirm_by_link(code, secret=drill_secret(), at=NIGHT + 3 * MINUTE)
    confirm_by_link(code, secret=drill_secret(), at=NIGHT + 9 * MINUTE)

    receipt = DrillReceipt.objects.get()
    assert (receipt.delivery, receipt.by, receipt.at) == (first, "link", NIGHT + 3 * MINUTE)
    assert Delivery.objects.get(pk=first.pk).state == "confirmed"


def test_the_page_behind_the_link_confirms_by_its_button_and_not_by_being_opened(desk, drill, mio, mails, clock):
    join(drill, mio)
    warn(desk, clock)
    address = f"/drill-reply/{code_in(mails[0][2])}/"

    opened = Client().get(address)
    assert "【訓練】" in opened.content.decode()
    assert MAIL not in opened.content.decode()
    assert not DrillReceipt.objects.exists()

    Client().post(address)
    assert DrillReceipt.objects.get().by == "link"
    assert "ありがとうございます" in Client().get(address).content.decode()


def test_a_link_that_was_cut_off_says_so(desk, drill, mio, mails, clock):
    join(drill, mio)
    warn(desk, clock)

    answer = Client().post("/drill-reply/abcdefgh/")

    assert answer.status_code == 404
    assert "リンクが途中で切れています" in answer.content.decode()


def test_somebody_else_cannot_confirm_on_their_page(desk, drill, mio, leader, mails, clock):
    part = join(drill, mio)
    warn(desk, clock)
    delivery = Delivery.objects.get(destination=part.destination)

    with pytest.raises(NothingToConfirm):
        confirm_on_page(delivery.pk, viewer=leader, at=NIGHT)
    confirm_on_page(delivery.pk, viewer=mio, at=NIGHT + 3 * MINUTE)

    assert DrillReceipt.objects.get().by == "page"


# ---- the report ----


def test_the_report_says_of_each_what_was_sent_how_soon_and_what_has_no_answer(desk, drill, mio, mails, clock, leader):
    join(drill, mio)
    silent = make_staff(name="無言 三郎")
    silent.email = "silent@city.example.jp"
    silent.save()
    join(drill, viewer_for(silent, NIGHT.date()))
    called = make_staff(name="電話 四郎")
    join(drill, viewer_for(called, NIGHT.date()), Way.TELEPHONE, telephone="000-0000-0001")
    warn(desk, clock)
    confirm_by_link(
        code_in(next(text for to, _s, text in mails if to == MAIL)), secret=drill_secret(), at=NIGHT + 5 * MINUTE
    )
    confirm_by_hand(
        Delivery.objects.get(channel="messaging.person").pk,
        viewer=desk.approver,
        note="本人と話した",
        at=NIGHT + 4 * MINUTE,
    )

    end_drill(drill.pk, viewer=leader, at=NIGHT + 10 * MINUTE)

    drill.refresh_from_db()
    told = {one["name"]: one for one in drill.report["participants"]}
    assert told["浜田 美緒"]["first_attempt"] == (NIGHT + 2 * MINUTE).isoformat()
    facts = ("way", "sent", "confirmed", "confirmed_median", "unanswered")
    assert {name: tuple(one[fact] for fact in facts) for name, one in told.items()} == {
        "浜田 美緒": ("メール", 1, 1, 180.0, 0),
        "無言 三郎": ("メール", 1, 0, None, 1),
        "電話 四郎": ("電話", 1, 1, 120.0, 0),
    }
    assert "example.jp" not in str(drill.report["participants"])
    assert drill.report["to_the_public"] == 0


def test_the_report_reads_the_ledger_as_often_for_ten_as_for_one(desk, drill, clock, django_assert_max_num_queries):
    for number in range(10):
        join(
            drill, viewer_for(make_staff(name=f"職員 {number}"), NIGHT.date()), Way.TELEPHONE, telephone="000-0000-0001"
        )

    with django_assert_max_num_queries(3):
        assert len(participation(drill)) == 10


def test_addresses_are_erased_a_week_after_the_end_and_the_report_still_stands(desk, drill, mio, mails, clock):
    part = join(drill, mio)
    warn(desk, clock)

    assert erase_addresses(at=LATER + timedelta(days=6)) == 0
    assert erase_addresses(at=LATER + timedelta(days=8)) == 1
    assert erase_addresses(at=LATER + timedelta(days=8)) == 0

    part.destination.refresh_from_db()
    assert MAIL not in part.destination.address
    assert part.destination.is_active is False
    # The ledger still shows what was written.
    drill_mail().prepare(
        Delivery.objects.get(destination=part.destination).edition.frozen(), part.destination.as_address()
    )
    assert participation(drill)[0]["sent"] == 1


# ---- the pages ----


def test_staff_without_any_right_may_take_part_and_see_what_came(desk, drill, account, mails, clock):
    client = sign_in(Client(), account)
    page = client.get(reverse("emergency:join-drill", args=[drill.pk]))
    assert MAIL in page.content.decode()

    answer = client.post(
        reverse("emergency:join-drill", args=[drill.pk]),
        {"way": "mail", "telephone": "", "purpose": "確かめる", "ends_at": "2026-11-21T06:00"},
    )
    assert answer.status_code == 302
    warn(desk, clock)

    shown = client.get(reverse("emergency:my-drills")).content.decode()
    assert "参加しています" in shown
    assert "【訓練】" in shown
    delivery = Delivery.objects.get(channel="emergency.drill-mail")
    client.post(reverse("emergency:received", args=[delivery.pk]))
    assert "受け取ったことを記録しました" in client.get(reverse("emergency:my-drills")).content.decode()
    client.post(reverse("emergency:leave-drill", args=[DrillParticipant.objects.get().pk]))
    assert "やめました" in client.get(reverse("emergency:my-drills")).content.decode()


def test_a_form_with_a_gap_says_what_is_missing(desk, drill, account):
    client = sign_in(Client(), account)

    answer = client.post(
        reverse("emergency:join-drill", args=[drill.pk]),
        {"way": "telephone", "telephone": "", "purpose": "", "ends_at": "2026-11-21T06:00"},
    )

    assert answer.status_code == 422
    assert "電話番号を書いてください" in answer.content.decode()


def test_the_channel_is_the_mail_channel_with_a_question():
    assert isinstance(channels["emergency.drill-mail"], MailChannel)
