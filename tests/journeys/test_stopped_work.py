"""What did not go by itself is found on the staff's home, looked at, and tried again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.journeys.conftest import NARROW, WIDE
from tests.shared.casework.flows import case
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.base.rounds.models import Stuck
from todoke.shared.casework.models import EffectRun

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stopped(transactional_db: None) -> EffectRun:
    """A letter that was given up, and a row that keeps failing."""
    begun = now() - timedelta(hours=3)
    Stuck.objects.create(
        errand="procedures.settle",
        row="12",
        since=begun,
        tries=4,
        next_try_at=now() + timedelta(hours=1),
        trouble="ValueError",
        place="civic/procedures/actions/following.py:93",
    )
    return EffectRun.objects.create(
        case=case(),
        seq=1,
        effect="casework.demo-fails",
        once="x",
        next_at=begun,
        state="gave-up",
        trouble="この通知の宛先になる住所が、答えにありません。補正を求めてから、もう一度試してください。",
    )


def test_stopped_work_is_found_on_the_home_and_tried_again(
    stopped: EffectRun,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    clerk = make_staff(("casework.handle", "rounds.read"), section=stopped.case.section.key, name="杉本 剛")
    window = open_staff_window(clerk)
    page = window.page

    page.goto("/desk/")
    for width, size in (("1280", WIDE), ("320", NARROW)):
        page.set_viewport_size(size)
        keep_picture(page, f"stopped-home-{width}")
    check_page(window)
    page.set_viewport_size(WIDE)
    page.get_by_role("link", name="通知などの処理が1件、止まっています。").click()
    for width, size in (("1280", WIDE), ("320", NARROW)):
        page.set_viewport_size(size)
        keep_picture(page, f"stopped-list-{width}")
    check_page(window)

    page.get_by_role("button", name="もう一度試す").click()

    page.get_by_text("もう一度試します。").wait_for()
    stopped.refresh_from_db()
    assert stopped.state == "waiting"
    for language in ("en", "ja-easy"):
        page.goto(f"/desk/?language={language}")
        check_page(window)
        keep_picture(page, f"stopped-home-{language}")
