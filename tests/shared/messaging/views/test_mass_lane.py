"""The mass lane's pages: a mailing's sums, and the answer to 「自分に届きましたか」."""

import pytest
from django.urls import reverse

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import NIGHT
from tests.shared.messaging.masses import CHANNEL
from tests.sign_in import staff_client
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.actions import contacts, lookups, mailings
from todoke.shared.messaging.models import Bundle, Contact, Mailing
from todoke.shared.messaging.sums import sum_of
from todoke.shared.messaging.views import told

pytestmark = pytest.mark.django_db

ASKED = {"channel": CHANNEL, "address": "Reader2@example.jp", "why": "電話で相談があった"}


@pytest.fixture
def ways(mass, monkeypatch):
    """The pages know the tests' channel too."""
    monkeypatch.setattr(told, "channels", ledger.channels_of(mass))


@pytest.fixture
def clerk():
    return staff_client("messaging.look-up")


# ---- sums ----


def test_a_mailing_shows_its_sums_in_words_and_numbers(mailing):
    Bundle.objects.filter(mailing=mailing).update(tally={"1": 600_000, "3": 12})
    reader = staff_client("messaging.read")

    delivery = reader.get(reverse("messaging:delivery", args=[mailing.delivery_id])).content.decode()
    message = reader.get(reverse("messaging:message", args=[mailing.delivery.message.key])).content.decode()

    assert "1,200,024人のうち1,200,024人が済みました。" in delivery
    assert all(word in delivery for word in ("受付済み", "1,200,000", "99.9％以上", "不達の返送", "24", "0.1％未満"))
    assert '<progress max="1200024" value="1200024"' in delivery
    assert "受付済み 1,200,000・不達の返送 24" in message


def test_while_it_goes_on_the_bar_shows_how_far(planned):
    found = sum_of(planned)

    assert (found.settled, found.total, found.tone) == (0, 4, "active")
    assert [(str(line.state), line.number, line.share) for line in found.lines] == [("送信待ち", "4", "100.0％")]


def test_a_mailing_that_was_called_off_says_why(planned):
    Mailing.objects.filter(pk=planned.pk).update(stopped_at=NIGHT, stop_reason="誤りのため")
    planned.refresh_from_db()

    found = sum_of(planned)

    assert (found.stage, found.note) == ("とりやめ", "誤りのため")


def test_a_mailing_to_nobody_divides_by_nothing(planned):
    Bundle.objects.all().delete()

    found = sum_of(planned)

    assert (found.total, found.bar_max, found.lines) == (0, 1, ())


# ---- one person ----


def test_what_reached_a_person_is_shown_and_the_look_recorded(mailing, readers, ways, clerk):
    page = clerk.post(reverse("messaging:told"), ASKED)
    shown = page.content.decode()

    assert all(word in shown for word in ("配信中", "避難指示", "受付済み"))
    entry = Entry.objects.get(what="messaging.looked-up")
    assert entry.target_key == str(readers[1].pk)
    assert "no-store" in page["Cache-Control"]


def test_the_address_stays_out_of_the_record(mailing, ways, clerk):
    clerk.post(reverse("messaging:told"), ASKED)

    assert "reader2" not in str(Entry.objects.filter(what="messaging.looked-up").values()).lower()


def test_who_rests_is_shown_with_the_reason(mailing, readers, ways, clerk):
    contacts.suppress([readers[1].pk], reason="5.1.1 宛先がありません", at=NIGHT)

    page = clerk.post(reverse("messaging:told"), ASKED).content.decode()

    assert "届かないため停止中" in page
    assert "5.1.1 宛先がありません" in page


def test_nobody_of_that_address_is_said_and_recorded(ways, clerk):
    page = clerk.post(reverse("messaging:told"), {**ASKED, "address": "stranger@example.jp"}).content.decode()

    assert "この宛先は登録されていません。" in page
    assert Entry.objects.get(what="messaging.looked-up").target_key == "none"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"why": ""}, "調べる理由"),
        ({"why": "hana@example.jp が困っている"}, "アドレスを書かないでください"),
        ({"address": "no address"}, "半角の@がありません。"),
        ({"channel": "tests.gone"}, "受け取り方"),
    ],
)
def test_a_look_without_reason_or_address_finds_nothing(mailing, ways, clerk, changed, says):
    answer = clerk.post(reverse("messaging:told"), {**ASKED, **changed})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Entry.objects.filter(what="messaging.looked-up").exists()


def test_reading_the_ledger_is_no_right_to_look_people_up(ways):
    assert staff_client("messaging.read", "messaging.operate").post(reverse("messaging:told"), ASKED).status_code == 403


def test_the_action_itself_refuses_who_may_not(mailing):
    class Nobody:
        def may(self, permission: str) -> bool:
            return False

    with pytest.raises(lookups.MayNotLook):
        lookups.look_up(CHANNEL, "reader2@example.jp", viewer=Nobody(), why="x", at=NIGHT)
    assert not Entry.objects.filter(what="messaging.looked-up").exists()


def test_an_empty_house_says_that_there_is_no_such_way(clerk, monkeypatch):
    monkeypatch.setattr(told, "channels", ledger.channels_of())

    assert "いまはありません" in clerk.get(reverse("messaging:told")).content.decode()


def test_many_notices_cost_no_more_questions(mailing, ways, clerk, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        clerk.post(reverse("messaging:told"), ASKED)
    assert Contact.objects.count() == 4
    assert mailings.moving("emergency") == []
