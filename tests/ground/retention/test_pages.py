"""保存と廃棄 on the screen: one proposes, another decides, a third reads."""

import json
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.ground.retention.conftest import MAY, write_letter
from tests.ground.retention.test_purging import DUE
from tests.sign_in import staff_client
from todoke.ground.retention.actions import custody
from todoke.ground.retention.actions.purging import carry_out
from todoke.ground.retention.models import Custody, Hold, PurgeRun

pytestmark = pytest.mark.django_db
OVERVIEW = reverse("retention:overview")


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def closed(schedule, letters) -> Custody:
    return custody.close(write_letter(1), date(2026, 5, 10))


@pytest.fixture
def on_the_day():
    with time_machine.travel(DUE, tick=False):
        yield


def test_the_way_of_a_purge_over_the_screen(closed, on_the_day):
    one = staff_client("retention.read", "retention.propose", "retention.decide")
    two = staff_client("retention.read", "retention.decide")
    assert "廃棄を起案する" in text(one.get(OVERVIEW))
    assert "廃棄を起案する" not in text(two.get(OVERVIEW))

    proposed = one.post(reverse("retention:propose"), follow=True)
    run = PurgeRun.objects.get()
    alone = one.post(reverse("retention:approve", args=[run.pk]), follow=True)
    decided = two.post(reverse("retention:approve", args=[run.pk]), follow=True)
    carry_out(run, at=DUE)
    page = text(two.get(reverse("retention:run", args=[run.pk])))
    file = two.get(reverse("retention:certificate", args=[run.pk]))

    assert "ほかの人が決定すると" in text(proposed)
    assert "廃棄を起案した人は、決定できません" in text(alone)
    assert "廃棄を決定しました" in text(decided)
    run.refresh_from_db()
    assert run.certificate_sha256 in page
    assert json.loads(file.content)["records"] == 1
    assert file.headers["Content-Disposition"] == f'attachment; filename="purge-{run.pk}.json"'


def test_nothing_due_is_said(schedule, on_the_day):
    one = staff_client("retention.read", "retention.propose")

    said = text(one.post(reverse("retention:propose"), follow=True))

    assert "廃棄の時期が来た記録はありません" in said
    assert not PurgeRun.objects.exists()


def test_a_run_is_withdrawn_over_the_screen(closed, on_the_day):
    one = staff_client("retention.read", "retention.propose")
    one.post(reverse("retention:propose"))
    run = PurgeRun.objects.get()

    said = text(one.post(reverse("retention:drop", args=[run.pk]), follow=True))

    assert "廃棄の起案を取り下げました" in said
    assert "廃棄決定が取り下げられた" in said
    assert one.get(reverse("retention:certificate", args=[run.pk])).status_code == 404


def test_a_record_is_held_and_let_go_over_the_screen(closed, on_the_day):
    one = staff_client("retention.read", "retention.hold")
    form = {"target_type": "test.letter", "target_key": "1", "reason": "dispute", "why": "第1号", "until": ""}

    wrong = one.post(reverse("retention:hold"), {**form, "target_key": "2"})
    empty = one.post(reverse("retention:hold"), {})
    held = one.post(reverse("retention:hold"), form, follow=True)
    lifted = one.post(reverse("retention:lift", args=[Hold.objects.get().pk]), follow=True)

    assert (wrong.status_code, empty.status_code) == (422, 422)
    assert "この種類と番号の記録は、保管していません" in text(wrong)
    assert "第1号" in text(held)
    assert "第1号" not in text(lifted)


def test_a_selection_is_noted_over_the_screen(schedule, letters):
    made = custody.close(write_letter(1, "y10a", at=MAY), date(2026, 5, 10))
    address = reverse("retention:select", args=[made.pk])
    with time_machine.travel(DUE, tick=False):
        early = staff_client("retention.read", "retention.propose").post(address, {"selection": "delete"}, follow=True)
    with time_machine.travel("2037-04-02T00:00:00Z", tick=False):
        one = staff_client("retention.read", "retention.propose")
        before = text(one.get(OVERVIEW))
        unknown = one.post(address, {"selection": "burn"})
        after = text(one.post(address, {"selection": "handed_over"}, follow=True))

    assert "この記録は、選別を待っていません" in text(early)
    assert "選別を待っている記録" in before
    assert unknown.status_code == 404
    assert "選別を記録しました" in after
    assert "選別を待っている記録" not in after


def test_nobody_else_comes_in(closed):
    assert Client().get(OVERVIEW).status_code == 302
    assert staff_client("audit.read").get(OVERVIEW).status_code == 403
