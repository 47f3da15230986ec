"""A drill as whoever leads it sees it, played by the house's own workers: begun, watched, answered, ended, reported."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.urls import reverse
from tests.journeys.waiting import wait_until
from tests.sign_in import make_staff
from tests.whole_house import whole_house

from todoke.civic.emergency.models import Draft, Drill, DrillReceipt
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.simulators.reading import open_mail
from todoke.shared.messaging.simulators.simulator import postboxes
from todoke.shared.messaging.types import Mode, Reach

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"width": 320, "height": 640}
RIGHTS = ("emergency.read", "emergency.draft", "emergency.approve", "emergency.drill", "messaging.read")
MAIL = "mio.hamada@city.nagihama.example.jp"


@pytest.fixture
def running(
    live_server: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[None]:
    with whole_house(live_server.url, tmp_path, settings, monkeypatch):
        yield


def link_in_the_mail() -> str:
    """The page that the newest mail to the participant asks to open."""
    for arrival in postboxes(house.SIMULATOR_ROOT)["mail"].newest():
        text = open_mail(arrival).body
        if MAIL in arrival.content["to"] and "/drill-reply/" in text:
            return "/drill-reply/" + text.split("/drill-reply/")[1].split("/", maxsplit=1)[0] + "/"
    return ""


@pytest.mark.usefixtures("running")
def test_a_drill_is_begun_watched_answered_ended_and_reported(
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_staff_window(make_staff(RIGHTS, name="訓練 進"))
    writer = open_staff_window(make_staff(RIGHTS, name="入力 一郎"))
    approver = open_staff_window(make_staff(RIGHTS, name="承認 二郎"))
    account = make_staff(name="浜田 美緒")
    account.email = MAIL
    account.save()
    participant = open_staff_window(account, viewport=PHONE)
    page = window.page

    page.goto(reverse("emergency:drills"))
    check_page(window)
    page.get_by_label("大雨から避難指示まで").check()
    page.get_by_label("進む速さ").select_option("60")
    page.get_by_role("button", name="この筋書きで始める").click()
    page.get_by_text("進行中").wait_for()
    # The telegrams come in by themselves; a draft is there.
    wait_until(page, lambda: Draft.objects.filter(mode=Mode.EXERCISE).exists(), "a draft of the drill")
    # People take the time that they need: the drill's clock stands still meanwhile.
    page.get_by_role("button", name="時計を止める").click()
    page.get_by_text("休止中").wait_for()

    # Somebody without any right agrees, on a telephone, to get it at an address of their own.
    phone = participant.page
    phone.goto(reverse("emergency:my-drills"))
    phone.get_by_role("link", name="参加する").click()
    phone.get_by_label("参加の目的").fill("夜中に気づくかを確かめる")
    keep_picture(phone, "drill-take-part")
    check_page(participant)
    phone.get_by_role("button", name="同意して参加する").click()
    phone.get_by_text("訓練に参加しました").wait_for()

    # Two people release it.
    draft = Draft.objects.filter(mode=Mode.EXERCISE).order_by("pk")[0]
    desk = writer.page
    desk.goto(reverse("emergency:draft", args=[draft.pk]))
    desk.get_by_role("button", name="保存して、承認の依頼へ進む").first.click()
    desk.get_by_role("button", name="承認を依頼する").click()
    desk.get_by_role("button", name="依頼を取り下げて直す").wait_for()
    second = approver.page
    second.goto(reverse("emergency:approve", args=[draft.pk]))
    second.locator("input[name=seen]").check()
    second.locator("main .acts .button--danger").click()
    second.wait_for_url("**/editions/**")

    # It reaches the participant, who says so by the link in the mail, without signing in.
    wait_until(page, link_in_the_mail, "the drill's mail")
    answer = open_window(viewport=PHONE)
    answer.page.goto(link_in_the_mail())
    check_page(answer)
    keep_picture(answer.page, "drill-reply")
    answer.page.get_by_role("button", name="受け取りました").click()
    answer.page.get_by_text("ありがとうございます").wait_for()
    assert DrillReceipt.objects.get().by == "link"
    phone.goto(reverse("emergency:my-drills"))
    keep_picture(phone, "drill-mine")
    check_page(participant)

    page.get_by_role("button", name="時計を進める").click()
    wait_until(page, lambda: Drill.objects.get().steps.exclude(says="").exclude(done_at=None).exists(), "the call")
    page.reload()
    assert "消防団から電話" in page.inner_text("main")
    keep_picture(page, "drill-under-way")
    check_page(window)

    page.get_by_role("link", name="訓練を終える").click()
    page.get_by_role("button", name="この訓練を終える").click()
    page.get_by_text("報告ができています").wait_for()
    shown = page.inner_text("main")
    assert "入力 一郎" in shown
    assert "承認 二郎" in shown
    assert "夜中に気づくかを確かめる" in shown
    assert "めざした時間" in shown
    keep_picture(page, "drill-report")
    check_page(window)
    page.set_viewport_size(PHONE)
    keep_picture(page, "drill-report-320")
    report = Drill.objects.get().report
    assert [(one["name"], one["sent"], one["confirmed"], one["unanswered"]) for one in report["participants"]] == [
        ("浜田 美緒", 1, 1, 0)
    ]
    assert len(report["channels"]) >= 10
    assert report["to_the_public"] == 0
    assert not Delivery.objects.filter(reach=Reach.PUBLIC).exists()
