"""A drill as whoever leads it sees it: chosen, played, looked at while it runs, ended with its report."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.urls import reverse
from tests.sign_in import make_staff

from todoke.base.clock import in_japan, now
from todoke.civic.emergency.actions.deciding import approve, submit
from todoke.civic.emergency.actions.drills import play
from todoke.civic.emergency.actions.prepare import prepare_waiting
from todoke.civic.emergency.models import Draft, Drill
from todoke.ground.people.queries import viewer_for
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import Reach

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLE_CITY = Path(__file__).resolve().parents[2] / "city" / "sample"
RIGHTS = ("emergency.read", "emergency.draft", "emergency.approve", "emergency.drill")


@pytest.fixture
def sample_city(tmp_path: Path, settings: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    call_command("city", "load", str(SAMPLE_CITY), verbosity=0)


def officers() -> list[Any]:
    today = in_japan(now()).date()
    return [viewer_for(make_staff(RIGHTS, name=name), today) for name in ("入力 一郎", "承認 二郎")]


@pytest.mark.usefixtures("sample_city")
def test_a_drill_is_begun_watched_ended_and_reported(
    open_staff_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Callable[..., Any]
) -> None:
    window = open_staff_window(make_staff(RIGHTS, name="訓練 進"))
    page = window.page
    writer, approver = officers()

    page.goto(reverse("emergency:drills"))
    check_page(window)
    page.get_by_label("大雨から避難指示まで").check()
    page.get_by_label("進む速さ").select_option("60")
    page.get_by_role("button", name="この筋書きで始める").click()
    assert "進行中" in page.inner_text("main")

    # Sixteen minutes of the drill's clock have passed, and nobody waited for them.
    Drill.objects.update(started_at=F("started_at") - timedelta(seconds=16))
    play(at=now())
    prepare_waiting(now())
    draft = Draft.objects.order_by("pk")[0]
    submit(draft.pk, revision=draft.revision, viewer=writer, at=now())
    approve(draft.pk, revision=draft.revision, viewer=approver, at=now())
    page.reload()
    assert "消防団から電話" in page.inner_text("main")
    keep_picture(page, "drill-under-way")
    check_page(window)

    page.get_by_role("link", name="訓練を終える").click()
    page.get_by_role("button", name="この訓練を終える").click()
    shown = page.inner_text("main")
    assert "報告ができています" in page.inner_text("body")
    assert "入力 一郎" in shown
    assert "めざした時間" in shown
    keep_picture(page, "drill-report")
    check_page(window)
    assert not Delivery.objects.filter(reach=Reach.PUBLIC).exists()
