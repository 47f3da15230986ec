"""What the machine could not do: shown to whoever handles the case, and tried again at a click."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.shared.casework.flows import AT, case
from tests.sign_in import make_staff, sign_in
from todoke.ground.audit.models import Entry
from todoke.ground.retention.actions import custody
from todoke.ground.retention.models import Custody
from todoke.shared.casework.models import Case, EffectRun

pytestmark = pytest.mark.django_db

LIST = "/desk/case-effects/"


@pytest.fixture
def stopped() -> EffectRun:
    """A letter that was refused for good, about a case of the section that `case()` opens in."""
    held = case()
    return EffectRun.objects.create(
        case=held,
        seq=1,
        effect="casework.demo-fails",
        once="x",
        next_at=AT,
        state=EffectRun.State.GAVE_UP,
        trouble="宛先の住所がありません。",
    )


def staff(section: str, *rights: str) -> Client:
    return sign_in(Client(), make_staff(rights, section=section))


def test_whoever_handles_the_case_sees_why_it_stopped_and_has_it_tried_again(stopped):
    client = staff(stopped.case.section.key, "casework.handle")

    shown = client.get(LIST).content.decode()
    home = client.get("/desk/").content.decode()
    client.post(f"{LIST}{stopped.pk}/again/")
    again = client.post(f"{LIST}{stopped.pk}/again/", follow=True)

    assert again.status_code == 200
    assert "いまの状態では" in again.content.decode()
    assert stopped.case.number in shown
    assert "宛先の住所がありません。" in shown
    assert "通知などの処理が1件、止まっています。" in home
    stopped.refresh_from_db()
    assert (stopped.state, stopped.tries) == ("waiting", 0)
    assert Entry.objects.filter(what="casework.effect-again").exists()
    assert "止まっている処理はありません。" in client.get(LIST).content.decode()
    assert LIST not in client.get("/desk/").content.decode()


def test_whoever_may_only_read_gets_no_button_and_another_section_sees_nothing(stopped):
    reader = staff(stopped.case.section.key, "casework.read")
    stranger = staff("elsewhere", "casework.handle")
    address = f"{LIST}{stopped.pk}/again/"

    assert address not in reader.get(LIST).content.decode()
    assert reader.post(address).status_code == 403
    assert stopped.case.number not in stranger.get(LIST).content.decode()
    assert stranger.post(address).status_code == 404
    stopped.refresh_from_db()
    assert stopped.state == "gave-up"


def test_nothing_is_left_to_do_about_what_was_purged(stopped, five_years):
    client = staff(stopped.case.section.key, "casework.handle")
    kept = custody.take(("test.matter", 1), five_years.code, at=AT)
    over = {"closed_on": date(2019, 3, 31), "expires_on": date(2020, 3, 31), "purged_at": AT}
    Custody.objects.filter(pk=kept.pk).update(**over, wrapped_key=None, period=None)
    Case.objects.filter(pk=stopped.case_id).update(custody=kept)

    assert stopped.case.number not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}{stopped.pk}/again/").status_code == 404


def test_a_list_of_three_asks_what_a_list_of_one_asks(stopped):
    client = staff(stopped.case.section.key, "casework.handle")
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for number in range(2):
        EffectRun.objects.create(
            case=stopped.case, seq=1, effect="casework.demo-fails", once=f"y{number}", next_at=AT, state="gave-up"
        )

    with CaptureQueriesContext(connection) as three:
        client.get(LIST)

    assert len(three) == len(one)
