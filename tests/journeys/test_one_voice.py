"""Written in plain Japanese on a phone without script; decided, read by a second person and published by them."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.civic.voices.town import PARTS, viewer
from tests.towns import load_town

from todoke.base.clock import now
from todoke.civic.voices.follower import FOLLOWER
from todoke.civic.voices.models import Theme, Voice
from todoke.ground.people.models import Account
from todoke.shared.decisions.actions import marking
from todoke.shared.decisions.models import Decision

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
REPLY = "水（みず）のみ場（ば）は、来月（らいげつ） 直（なお）します。知（し）らせて くれて、ありがとう ございます。"


@pytest.fixture
def town(transactional_db: None, settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT, settings.KEY_STORE = tmp_path / "files", tmp_path / "keys"
    load_town(*PARTS)


def account(login_name: str) -> Account:
    return Account.objects.get(login_name=login_name)


def test_from_a_phone_to_the_answer_that_everybody_reads(
    town: None,
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_look: Callable[[Any], None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_window(**PHONE)
    page = window.page
    looking = open_window(viewport=PHONE["viewport"])

    def looked_at(name: str) -> None:
        """The picture of a page, and axe's word on it: axe needs script, the phone has none."""
        keep_picture(page, f"voice-{name}")
        looking.page.context.add_cookies(page.context.cookies())
        looking.page.goto(page.url)
        check_look(looking)

    page.goto("/voices/?language=ja-easy")
    looked_at("1-list")
    page.locator("form[action*='/begin/'] button").click()
    page.locator("[name='kind'][value='report']").check()
    page.locator("button.button--main[name='next']").click()
    looked_at("2-refused")
    page.locator("[name='body']").fill("公園の 水のみ場が こわれています。")
    page.locator("[name='publish'][value='yes']").check()
    page.locator("button.button--main[name='next']").click()
    looked_at("3-you")
    page.locator("button.button--main[name='next']").click()
    looked_at("4-review")
    page.locator("button.button--main").last.click()
    code = page.locator(".code").inner_text()
    looked_at("5-receipt")

    # The listener hands it on; the section writes the answer and puts it to decision.
    desk = open_staff_window(account("kikuchi"))
    desk.page.goto("/desk/voices/")
    keep_picture(desk.page, "voice-6-desk")
    check_look(desk)
    desk.page.locator("main table a").click()
    keep_picture(desk.page, "voice-7-one")
    check_look(desk)
    desk.page.get_by_role("link", name="担当課へ回す").click()
    desk.page.get_by_label("回答する課").select_option("doboku")
    desk.page.get_by_label("担当課への申し送り").fill("公園のことです。")
    check_look(desk)
    desk.page.get_by_role("button", name="担当課へ回す").click()

    clerk = open_staff_window(account("hashidate"))
    clerk.page.goto("/desk/voices/")
    clerk.page.locator("main table a").click()
    clerk.page.get_by_role("button", name="回答案を書く").click()
    clerk.page.locator("[name='title']").fill("公園の水飲み場")
    clerk.page.locator("[name='title_easy']").fill("公園（こうえん）の 水（みず）のみ場（ば）")
    clerk.page.locator("[name='reply']").fill(REPLY)
    clerk.page.locator("[name='summary']").fill("公園の水飲み場を直してほしい。")
    clerk.page.locator("[name='view']").fill("来月に直します。電話は022-261-1111です。")
    clerk.page.locator("[name^='excerpt_']").fill("公園の水飲み場が、こわれている。")
    clerk.page.get_by_role("button", name="保存して決裁に出す").click()
    keep_picture(clerk.page, "voice-8-refused")
    check_look(clerk)
    assert clerk.page.locator("[name='reply']").input_value() == REPLY
    clerk.page.locator("[name='view']").fill("来月に直します。")
    clerk.page.get_by_role("button", name="保存して決裁に出す").click()
    keep_picture(clerk.page, "voice-9-theme")
    check_look(clerk)

    paper = Decision.objects.get()
    head = open_staff_window(account("michishita"))
    head.page.goto(f"/desk/decisions/{paper.pk}/")
    assert head.page.get_by_text("来月に直します。").first.is_visible()
    keep_picture(head.page, "voice-10-decision")
    marking.decide(paper.pk, seat="doboku/kacho", revision=paper.revision, viewer=viewer("michishita"), at=now())
    FOLLOWER.step()

    # Another phone, with the receipt alone.
    page.context.clear_cookies()
    page.goto("/voices/status/?language=ja-easy")
    page.locator("#code").fill(code)
    page.locator("main form button").first.click()
    assert REPLY in page.content()
    looked_at("11-own")

    # A second person reads and publishes.
    clerk.page.reload()
    assert not clerk.page.get_by_role("button", name="確かめて公表する").count()
    head.page.goto(f"/desk/voices/themes/{Theme.objects.get().key}/")
    keep_picture(head.page, "voice-12-publish")
    check_look(head)
    head.page.get_by_role("button", name="確かめて公表する").click()
    check_look(head)

    page.goto("/voices/?language=ja-easy")
    page.get_by_role("link", name="公園（こうえん）の 水（みず）のみ場（ば）").click()
    assert "公園の水飲み場が、こわれている。" in page.content()
    looked_at("13-published")

    # And the writer thinks again.
    page.goto(f"/voices/{Voice.objects.get().response.key}/")
    page.locator("form[action$='/consent/'] button").click()
    page.goto(f"/voices/answers/{Theme.objects.get().key}/")
    assert "こわれている" not in page.content()


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_the_pages_stand_on_a_phone_in_every_language(
    town: None, open_window: Callable[..., Any], check_look: Callable[[Any], None], language: str
) -> None:
    window = open_window(viewport={"width": 320, "height": 640})
    for address in ("/voices/", "/voices/status/", "/voices/resume/"):
        window.page.goto(f"{address}?language={language}")
        check_look(window)
