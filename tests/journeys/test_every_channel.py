"""One entry on every channel of the sample city, with one of them down: by keyboard, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.journeys.waiting import wait_until
from tests.sign_in import make_staff
from tests.whole_house import drop_telegram, is_at_rest, whole_house

from todoke.base.clock import now
from todoke.shared.loudspeakers.models import Broadcast
from todoke.shared.messaging.models import Delivery, Edition, FollowUp
from todoke.shared.messaging.registry import channels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

TELEGRAM = "20261004_2045_VPWW55_03_level4.xml"
# The fewest that one entry must reach, and on how many kinds of channel.
PLACES, KINDS = 20, 14
OFFICER = ("emergency.read", "emergency.draft", "messaging.read", "unforeseen.add", "loudspeakers.read")
CHIEF = (*OFFICER, "emergency.approve", "messaging.operate", "unforeseen.check")
ADDED = "山崎小学校 体育館"


@pytest.fixture
def intake(
    live_server: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[Path]:
    """The whole house; gives its intake folder."""
    with whole_house(live_server.url, tmp_path, settings, monkeypatch) as folder:
        yield folder


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Walk to it with the Tab key alone, as somebody does who has no mouse, and press a key there."""
    expect(target).to_be_visible()
    for _ in range(400):
        if target.evaluate("element => element === document.activeElement"):
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not come to {target}")


def ask_for_approval(page: Page) -> None:
    press(page, page.get_by_role("button", name="保存して、承認の依頼へ進む").first)
    press(page, page.get_by_role("button", name="承認を依頼する"))
    page.get_by_role("button", name="依頼を取り下げて直す").wait_for()


def approve(page: Page) -> None:
    page.goto("/desk/emergency/")
    press(page, page.locator("#next-act-button"))
    press(page, page.locator("input[name=seen]"), "Space")
    press(page, page.get_by_role("button", name="承認して発信する"))
    page.wait_for_url("**/editions/**")


def test_one_entry_speaks_on_every_channel_and_what_is_down_becomes_somebodys_task(
    intake: Path,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    officer = open_staff_window(make_staff(OFFICER, name="浜田 美緒"))
    chief = open_staff_window(make_staff(CHIEF, name="汐見 和馬"))
    desk, other = officer.page, chief.page
    desk.goto("/desk/emergency/")

    # A telegram comes in; a draft is prepared; a destination that nobody foresaw is added, and checked by another.
    drop_telegram(intake, TELEGRAM, at=now())
    button = desk.locator("#next-act-button")
    wait_until(desk, lambda: desk.goto("/desk/emergency/") and button.count(), "a prepared draft")
    press(desk, button)
    desk.wait_for_url("**/drafts/*/")
    draft = desk.url.rstrip("/").rpartition("/")[2]
    desk.goto(f"/desk/unforeseen/add/emergency.draft/{draft}/")
    desk.get_by_label("だれに").fill(ADDED)
    desk.locator("input[name=way][value='messaging.mail']").check()
    desk.get_by_label("宛先").fill("gym@yamazaki.example.jp")
    desk.get_by_label("なぜ必要か").fill("電話線が切れた")
    desk.keyboard.press("Enter")
    desk.get_by_text("送り先を追加しました").wait_for()
    other.goto("/desk/unforeseen/")
    press(other, other.get_by_role("link", name=f"「{ADDED}」を確認する"))
    press(other, other.get_by_role("checkbox"), "Space")
    press(other, other.get_by_role("button", name="確認"))
    other.get_by_text("確認しました。").wait_for()

    # One of the services refuses: somebody ordered that fault.
    other.goto("/simulators/")
    line = other.locator("form[action$='/faults/line/']")
    line.locator("[name=line-kind]").select_option("answer")
    line.locator("[name=line-status]").fill("403")
    line.locator("[name=line-span]").select_option("until")
    press(other, line.get_by_role("button", name="障害を起こす"))
    other.get_by_text("障害を設定しました").wait_for()

    # Approved by a second person, without a mouse.
    desk.goto(f"/desk/emergency/drafts/{draft}/")
    ask_for_approval(desk)
    approve(other)
    wait_until(other, lambda: is_at_rest(number=1), "the first edition everywhere")
    reached = Delivery.objects.filter(number=1, state__in=["accepted", "confirmed"])
    kinds = set(reached.values_list("channel", flat=True))
    assert reached.count() >= PLACES
    assert len(kinds) >= KINDS
    everything = {"fax.line", "loudspeakers.units", "messaging.board", "social.x", "social.mastodon", "social.facebook"}
    assert everything <= kinds, [(one.channel, one.reason) for one in Delivery.objects.exclude(pk__in=reached)]
    assert reached.filter(destination__name=ADDED).exists()

    # The desk says what is down, somebody is told, and tells the audience by other means.
    refused = FollowUp.objects.get(delivery__channel="messaging.line").delivery
    other.goto("/desk/emergency/")
    other.locator("#routes summary").click()
    assert "要対応1件" in other.locator("#routes").inner_text()
    keep_picture(other, "every-channel-desk")
    check_page(chief)
    other.goto("/desk/messages/follow-ups/")
    keep_picture(other, "every-channel-follow-ups")
    check_page(chief)
    other.goto(f"/desk/messages/deliveries/{refused.pk}/")
    press(other, other.locator("input[name=decision][value=confirmed]"), "Space")
    other.get_by_label("どのように確かめたか").fill("市の広報車で伝えた。")
    press(other, other.get_by_role("button", name="この判断を記録する"))
    other.wait_for_url("**/follow-ups/")
    wait_until(other, lambda: not FollowUp.objects.filter(delivery=refused, closed_at=None).exists(), "it is done")
    edition = Edition.objects.get(number=1)
    other.goto(f"/desk/emergency/editions/{edition.pk}/")
    keep_picture(other, "every-channel-sent")
    for name, address in (
        ("station", "/simulators/loudspeakers/"),
        ("boards", "/simulators/board/"),
        ("fax", "/simulators/fax/"),
        ("x", "/simulators/social/x/"),
    ):
        other.goto(address)
        keep_picture(other, f"every-channel-{name}")

    # A correction: the loudspeakers break off what was wrong.
    correct(desk, edition)
    ask_for_approval(desk)
    approve(other)
    wait_until(other, lambda: is_at_rest(number=2), "the correction everywhere")
    wrong = Broadcast.objects.filter(edition_number=1)
    wait_until(other, lambda: set(wrong.values_list("state", flat=True)) == {"stopped"}, "the wrong one is stopped")
    other.goto(f"/desk/loudspeakers/{wrong[0].pk}/")
    assert "止めました" in other.inner_text("main")
    keep_picture(other, "every-channel-stopped")
    check_page(chief)

    # A cancellation, and nobody hears the order any more.
    desk.goto(f"/desk/emergency/editions/{Edition.objects.get(number=2).pk}/")
    press(desk, desk.get_by_role("link", name="このお知らせを取り消す手続きへ"))
    desk.locator("[name=reason]").fill("電文を取り違えました。")
    press(desk, desk.get_by_role("button", name="取消の承認を依頼する"))
    desk.get_by_role("button", name="依頼を取り下げて直す").wait_for()
    approve(other)
    wait_until(other, lambda: is_at_rest(number=3), "the cancellation everywhere")
    last = Broadcast.objects.filter(edition_number=3).first()
    assert last is not None
    assert "取り消" in last.text
    wait_until(
        other,
        lambda: not Broadcast.objects.filter(edition_number=2, state="sounding").exists(),
        "the corrected one is stopped, too",
    )
    assert channels["messaging.line"].key not in set(
        Delivery.objects.filter(number=3, state="accepted").values_list("channel", flat=True)
    )


def correct(desk: Page, edition: Edition) -> None:
    """Begin a correction and write what was wrong."""
    desk.goto(f"/desk/emergency/editions/{edition.pk}/")
    press(desk, desk.get_by_role("link", name="訂正").first)
    button = desk.get_by_role("button").filter(has_text="訂正")
    desk.locator("[name=note]").or_(button.first).first.wait_for()
    if not desk.locator("[name=note]").count():
        button.first.click()
    desk.locator("[name=note]").fill("川の名前を加えました。")
    body = desk.locator("textarea[name=ja_body]")
    body.fill(body.input_value() + "\n足羽川のそばにも近づかないでください。")
