"""The ledger's pages."""

import pytest
from django.urls import reverse

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import NIGHT, first, following, make_destination
from tests.sign_in import staff_client
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.release import release
from todoke.shared.messaging.models import Delivery, FollowUp
from todoke.shared.messaging.types import EditionKind, Never, Receipt
from todoke.shared.messaging.views import ledger as pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def telephone(monkeypatch):
    """A channel by which people are told: it is accepted at once and confirmed by a tick."""
    channel = ledger.ObedientChannel("messaging.person")
    for module in (dispatch, pages):
        monkeypatch.setattr(module, "channels", ledger.channels_of(channel))
    return channel


def sent(officers, *keys: str):
    edition = release(first(officers, *(make_destination(key, channel="messaging.person") for key in keys)), at=NIGHT)
    for claimed in dispatch.claim("emergency", "messaging.person", limit=10, at=NIGHT):
        errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)
        dispatch.settle(errand, dispatch.send(errand, "messaging.person"), at=NIGHT)
    return edition


def never(*_):
    raise Never("番号が使われていません")


def test_the_list_shows_what_was_said_and_how_far_it_came(officers, telephone):
    sent(officers, "会長A", "会長B")

    page = staff_client("messaging.read").get(reverse("messaging:messages")).content.decode()

    assert "避難指示" in page
    assert "2／2" in page


def test_a_message_shows_every_edition_destination_and_attempt(officers, telephone):
    telephone.answer = lambda *_: Receipt(says="載せました")
    edition = sent(officers, "会長A")

    page = staff_client("messaging.read").get(reverse("messaging:message", args=[edition.message.key])).content.decode()

    assert all(word in page for word in ("会長A", "受付済み", "載せました", "佐藤", "鈴木"))


@pytest.mark.parametrize("name", ["messages", "follow-ups", "calls"])
def test_the_pages_are_closed_to_staff_without_the_right(officers, telephone, name):
    assert staff_client("audit.read").get(reverse(f"messaging:{name}")).status_code == 403


def test_the_telephone_list_is_worked_through_and_ticked(officers, telephone):
    sent(officers, "会長A", "会長B")
    officer = staff_client("messaging.read", "messaging.operate", name="電話 係子")
    delivery = Delivery.objects.get(destination__key="会長A")

    before = officer.get(reverse("messaging:calls")).content.decode()
    officer.post(reverse("messaging:call-made", args=[delivery.pk]), {"note": "復唱あり"})
    after = officer.get(reverse("messaging:calls")).content.decode()

    delivery.refresh_from_db()
    assert before.count("川の水が増えています。") == 2
    assert after.count("川の水が増えています。") == 1
    assert (delivery.state, delivery.reason) == ("confirmed", "復唱あり")
    assert Entry.objects.get(what="messaging.settled-by-hand").target_key == str(delivery.pk)


def test_a_second_tick_says_that_it_was_done_already(officers, telephone):
    sent(officers, "会長A")
    officer = staff_client("messaging.read", "messaging.operate")
    address = reverse("messaging:call-made", args=[Delivery.objects.get().pk])

    officer.post(address)
    page = officer.post(address, follow=True).content.decode()

    assert "すでに変わっています" in page
    assert Entry.objects.filter(what="messaging.settled-by-hand").count() == 1


def test_ticking_needs_the_right_to_operate(officers, telephone):
    sent(officers, "会長A")

    answer = staff_client("messaging.read").post(reverse("messaging:call-made", args=[Delivery.objects.get().pk]))

    assert answer.status_code == 403
    assert Delivery.objects.get().state == "accepted"


def test_a_failed_delivery_waits_in_the_list_until_a_person_has_decided(officers, telephone):
    telephone.answer = never
    sent(officers, "会長A")
    officer = staff_client("messaging.read", "messaging.operate")
    delivery = Delivery.objects.get()

    waiting = officer.get(reverse("messaging:follow-ups")).content.decode()
    officer.post(reverse("messaging:delivery", args=[delivery.pk]), {"decision": "confirmed", "note": "副会長に伝えた"})

    assert "番号が使われていません" in waiting
    assert FollowUp.objects.get().closing_note == "副会長に伝えた"
    assert Delivery.objects.get().state == "confirmed"


def test_a_decision_without_a_reason_is_refused_and_keeps_what_was_chosen(officers, telephone):
    telephone.answer = never
    sent(officers, "会長A")

    page = (
        staff_client("messaging.read", "messaging.operate")
        .post(reverse("messaging:delivery", args=[Delivery.objects.get().pk]), {"decision": "give_up", "note": ""})
        .content.decode()
    )

    assert "field__error" in page
    assert "checked" in page
    assert Delivery.objects.get().state == "failed"
    assert FollowUp.objects.get().closed_at is None


@pytest.mark.parametrize("number", [1, 3])
def test_the_follow_up_list_costs_the_same_for_one_and_for_three(
    officers, telephone, number, django_assert_max_num_queries
):
    telephone.answer = never
    sent(officers, *(f"会長{n}" for n in range(number)))
    officer = staff_client("messaging.read")

    with django_assert_max_num_queries(12):
        page = officer.get(reverse("messaging:follow-ups")).content.decode()

    assert page.count("番号が使われていません") == number


def test_somebody_who_may_not_tick_sees_the_list_without_buttons(officers, telephone):
    sent(officers, "会長A")

    page = staff_client("messaging.read").get(reverse("messaging:calls")).content.decode()

    assert "川の水が増えています。" in page
    assert "連絡がつきました" not in page


def test_whoever_has_a_newer_edition_coming_is_told_that_one_alone(officers, telephone):
    one = sent(officers, "会長A")
    release(following(one, EditionKind.UPDATE, Delivery.objects.get().destination), at=NIGHT)
    for claimed in dispatch.claim("emergency", "messaging.person", limit=10, at=NIGHT):
        errand = dispatch.hand_over(claimed, worker="w", at=NIGHT)
        dispatch.settle(errand, dispatch.send(errand, "messaging.person"), at=NIGHT)

    page = staff_client("messaging.read").get(reverse("messaging:calls")).content.decode()

    assert "水は引きました。" in page
    assert "川の水が増えています。" not in page


def test_the_menu_marks_one_place_as_here(officers, telephone):
    page = staff_client("messaging.read").get(reverse("messaging:calls")).content.decode()

    menu = page.split('<nav class="menu"', 1)[1].split("</nav>", 1)[0]
    assert menu.count('aria-current="page"') == 1


def test_an_auditor_reads_a_delivery_and_decides_nothing(officers, telephone):
    telephone.answer = never
    sent(officers, "会長A")
    address = reverse("messaging:delivery", args=[Delivery.objects.get().pk])
    auditor = staff_client("messaging.read")

    page = auditor.get(address).content.decode()
    auditor.post(address, {"decision": "confirmed", "note": "x"})

    assert "番号が使われていません" in page
    assert "あなたの判断" not in page
    assert Delivery.objects.get().state == "failed"
