"""A record reaches its end: one proposes in the browser, another decides, and the certificate stands there."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from tests.ground.retention.conftest import key_store, letters, schedule, write_letter  # noqa: F401 - fixtures
from tests.sign_in import make_staff

from todoke.ground.looks.actions import record_look
from todoke.ground.retention.actions import custody
from todoke.ground.retention.caretaker import CARETAKER
from todoke.ground.retention.models import Custody, Hold, PurgeRun
from todoke.ground.retention.rules import CountsFrom

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

JANUARY = datetime(2026, 1, 5, 3, tzinfo=UTC)


def test_one_proposes_another_decides(
    schedule: Any,  # noqa: F811 - the fixture
    letters: Any,  # noqa: F811 - the fixture
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    assert schedule["d30"].counts_from == CountsFrom.EVENT
    for number in (1, 2, 3):
        custody.close(write_letter(number, "d30", at=JANUARY), date(2026, 1, 10))
    held = Custody.objects.get(target_key="3")
    custody.hold(held, Hold.Reason.DISPUTE, why="令和8年（行ウ）第1号", until=None, by="one", at=JANUARY)
    rights = ("retention.read", "retention.propose", "retention.decide", "retention.hold")
    one, two = (open_staff_window(make_staff(rights, name=name)) for name in ("文書 一郎", "文書 二子"))

    one.page.goto(reverse("retention:overview"))
    keep_picture(one.page, "retention-overview")
    check_page(one)
    one.page.get_by_role("button", name="廃棄を起案する").click()
    expect(one.page.get_by_text("ほかの人が決定すると")).to_be_visible()
    one.page.get_by_role("button", name="廃棄を決定する").click()
    expect(one.page.get_by_text("廃棄を起案した人は、決定できません")).to_be_visible()
    run = PurgeRun.objects.get()
    two.page.goto(reverse("retention:run", args=[run.pk]))
    check_page(two)
    keep_picture(two.page, "retention-decide")
    two.page.get_by_role("button", name="廃棄を決定する").click()
    expect(two.page.get_by_text("廃棄を決定しました")).to_be_visible()
    CARETAKER.step()
    two.page.goto(reverse("retention:run", args=[run.pk]))

    expect(two.page.get_by_role("heading", name="廃棄証明")).to_be_visible()
    check_page(two)
    keep_picture(two.page, "retention-certificate")
    two.page.set_viewport_size({"width": 320, "height": 640})
    keep_picture(two.page, "retention-certificate-320")
    assert Custody.objects.exclude(purged_at=None).count() == 2


def test_looks_are_read(
    open_staff_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Callable[..., Any], db: None
) -> None:
    clerk = make_staff()
    seen_by = type("Clerk", (), {"account_id": clerk.pk, "name": clerk.name, "section_keys": frozenset({"kiki"})})()
    record_look(seen_by, ("test.case", 7), of_person="p1", what="氏名・住所", purpose="looks.asked", note="電話で質問")
    window = open_staff_window(make_staff(("looks.read",), name="監査 花子"))

    window.page.goto(reverse("looks:looks"))

    expect(window.page.get_by_text("電話で質問")).to_be_visible()
    check_page(window)
    keep_picture(window.page, "looks")
    window.page.set_viewport_size({"width": 320, "height": 640})
    keep_picture(window.page, "looks-320")
