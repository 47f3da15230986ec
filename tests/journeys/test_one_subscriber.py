"""One subscriber from the form to the last click: on a phone in やさしい日本語, by keyboard alone, without script."""

import base64
import hmac
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as house
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Page, expect
from tests.cities import SAMPLE_CITY
from tests.journeys.conftest import _faults_of_axe
from tests.journeys.waiting import wait_until
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.ground.places.actions import load_city
from todoke.shared.messaging import waking
from todoke.shared.messaging.actions.release import Order, release
from todoke.shared.messaging.carriers import MassDispatcher
from todoke.shared.messaging.channels.outside import webhook_secret_of
from todoke.shared.messaging.models import Contact, Destination, Mailing
from todoke.shared.messaging.postman import Postman
from todoke.shared.messaging.registry import MessageKind, kinds
from todoke.shared.messaging.simulators.push import browser
from todoke.shared.messaging.simulators.reading import OpenedMail, open_mail
from todoke.shared.messaging.simulators.simulator import Simulator, postboxes
from todoke.shared.messaging.types import AreaMark, ContactState, Content, EditionKind, Wording
from todoke.shared.subscriptions.actions import imports

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PHONE = {"width": 320, "height": 640}
NOTICE = MessageKind("tests.notice", "お知らせ", "normal")
FOR_HER = "高森地区のごみの収集日が変わります"
FOR_OTHERS = "港地区のごみの収集日が変わります"


@pytest.fixture
def nagihama(settings: Any, tmp_path: Any, live_server: Any, monkeypatch: Any) -> None:
    """The sample city with folders of its own, and a kind of message to send."""
    for name in ("VAR", "PUBLIC_ROOT", "DRILL_ROOT", "SIMULATOR_ROOT", "FILES_ROOT"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.SITE_ADDRESS = live_server.url
    cache.clear()
    report = load_city(SAMPLE_CITY, by="journey")
    assert not report.faults, [str(fault) for fault in report.faults]
    monkeypatch.setitem(kinds._items, NOTICE.key, NOTICE)


@pytest.fixture
def running(nagihama: None) -> Iterator[None]:
    """Letters, mailings and the simulated mail server, as `todoke up` runs them."""
    stop = threading.Event()

    def beside(work: Callable[..., None]) -> threading.Thread:
        def run() -> None:
            try:
                work("normal", stop)
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    smtp_port, http_port = house.SIMULATOR_PORTS
    with Simulator(house.SIMULATOR_ROOT, secret_of=webhook_secret_of, smtp_port=smtp_port, http_port=http_port):
        threads = [beside(Postman().run), beside(MassDispatcher().run)]
        yield
        stop.set()
        waking.wake()
        for thread in threads:
            thread.join(timeout=10)


def mail_to(page: Page, address: str, words: str) -> OpenedMail:
    """The newest mail to this address with these words in its body, as soon as it has come."""
    found: list[OpenedMail] = []

    def is_there() -> bool:
        arrived = postboxes(house.SIMULATOR_ROOT)["mail"].newest(limit=20)
        mails = [open_mail(arrival) for arrival in arrived if address in arrival.content["to"]]
        found[:] = [mail for mail in mails if words in mail.body]
        return bool(found)

    wait_until(page, is_there, f"a mail to {address}")
    return found[0]


def link_in(mail: OpenedMail) -> str:
    found = re.search(r"https?://\S+/subscriptions/\S+", mail.body)
    assert found, mail.body
    return found[0]


def announce(title: str, area: str, *ways: str) -> None:
    """Send an ordinary message about rubbish to the subscribers of one district."""
    ways = ways or ("subscribers",)
    officers = [make_staff(["messaging.read"], name=name) for name in ("浜田 美緒", "汐見 和馬")]
    content = Content(
        wordings=(
            Wording("ja", title, f"{title}。くわしくは市のホームページをご覧ください。", title),
            Wording("ja-easy", f"{title}（やさしい）", "ごみを 出（だ）す 日（ひ）が かわります。", "ごみの 日（ひ）"),
        ),
        areas=(AreaMark(key=area, name=area),),
        topics=("gomi",),
    )
    order = Order(
        kind=EditionKind.FIRST,
        content=content,
        destinations=tuple(Destination.objects.filter(key__in=ways)),
        expires_at=now() + timedelta(hours=6),
        author=officers[0],
        approver=officers[1],
        message_kind=NOTICE.key,
    )
    release(order, at=now())


def all_mailings_have_ended(number: int) -> bool:
    return Mailing.objects.filter(ended_at__isnull=False).count() == number


def test_a_resident_subscribes_on_a_phone_changes_gets_one_of_two_and_leaves(
    running: None,
    open_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    her = open_window(viewport=PHONE)
    page = her.page

    def seen(name: str) -> None:
        page.set_viewport_size(PHONE)
        keep_picture(page, f"subscriber-{name}-320")
        check_page(her)
        page.set_viewport_size(PHONE)

    # She opens the home page, chooses やさしい日本語, and follows the invitation.
    page.goto("/?home")
    page.get_by_role("link", name="やさしい日本語").click()
    page.get_by_role("link", name="お知（し）らせを もらう").last.click()
    expect(page.locator("html")).to_have_attribute("lang", "ja-simple")
    seen("1-form")

    # Forgetting the topics costs her nothing that she has written.
    page.locator("[name=address]").fill("hana@example.jp")
    page.locator("[name=home_area]").select_option("minato-chiku")
    page.get_by_role("button", name="メールを もらう").click()
    expect(page.locator("[name=address]")).to_have_value("hana@example.jp")
    expect(page.locator("[name=home_area]")).to_have_value("minato-chiku")
    keep_picture(page, "subscriber-2-refused-320")
    # A page that answers a form cannot be opened a second time without script, so axe alone looks at it.
    assert _faults_of_axe(page, "light") == []
    page.locator("[name=home_topics][value=gomi]").check()
    page.locator("[name=home_topics][value=bousai]").check()
    page.get_by_role("button", name="メールを もらう").click()
    expect(page.locator("h1")).to_have_text("メールを 見（み）て ください")
    seen("3-sent")

    # The letter speaks her language; its link shows a button, and only the button makes it hold.
    letter = mail_to(page, "hana@example.jp", "/subscriptions/confirm/")
    page.goto(link_in(letter))
    assert Contact.objects.count() == 0
    seen("4-confirm")
    page.get_by_role("button", name="登録（とうろく）する").click()
    expect(page.locator("h1")).to_have_text("あなたの 登録（とうろく）")
    her_page = page.url
    seen("5-mine")

    # She changes her area.
    page.locator("[name=home_area]").select_option("takamori-chiku")
    page.get_by_role("button", name="これに 変（か）える").click()
    expect(page.locator("main")).to_contain_text("変（か）えました")
    expect(page.locator("[name=home_area]")).to_have_value("takamori-chiku")
    seen("6-changed")

    # Of two messages one is for her.
    announce(FOR_OTHERS, "minato-chiku")
    announce(FOR_HER, "takamori")
    wait_until(page, lambda: all_mailings_have_ended(2), "both mailings over")
    copy = mail_to(page, "hana@example.jp", "ごみを 出（だ）す 日（ひ）が かわります。")
    mails = [open_mail(arrival) for arrival in postboxes(house.SIMULATOR_ROOT)["mail"].newest(limit=20)]
    subjects = [dict(mail.headers)["Subject"] for mail in mails]
    assert [FOR_HER in subject for subject in subjects if "収集日" in subject] == [True]
    page.goto(her_page)
    page.get_by_role("link", name="あなたに 来（き）た お知（し）らせ").click()
    expect(page.locator("main .rows li, main ul.rows li")).to_have_count(1)
    expect(page.locator("main")).to_contain_text(FOR_HER)
    seen("7-received")
    page.goto(her_page)
    page.get_by_role("link", name="先月（せんげつ）").first.click()
    expect(page.locator("main")).to_contain_text("ごみの 日（ひ）")
    seen("8-preview")

    # Her mail programme ends it with one click, without page and cookie.
    ways = re.search(r"List-Unsubscribe: (?:\s*<mailto:[^>]*>,)?\s*<(http[^>]+)>", copy.raw.replace("\r\n ", " "))
    assert ways, copy.raw[:2000]
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in copy.raw
    stranger = open_window()
    answer = stranger.page.request.post(ways[1], form={"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
    assert Contact.objects.get().state == ContactState.ENDED
    page.goto(ways[1])
    expect(page.locator("h1")).to_have_text("登録（とうろく）を やめました")
    seen("9-ended")

    # It was a slip: one button, and everything is as it was.
    page.get_by_role("button", name="もう一度（いちど） 登録（とうろく）する").click()
    expect(page.locator("[name=home_area]")).to_have_value("takamori-chiku")
    assert Contact.objects.get().state == ContactState.ACTIVE


def tab_to(page: Page, selector: str) -> None:
    """Press the Tab key until this control has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not come to {selector}")


def test_everything_can_be_done_with_the_keyboard_alone(running: None, open_window: Callable[..., Any]) -> None:
    page = open_window(viewport=PHONE).page
    page.goto("/subscriptions/")

    tab_to(page, "[name=address]")
    page.keyboard.type("ken@example.jp")
    tab_to(page, "[name=home_area]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[name=home_topics][value=bouhan]")
    page.keyboard.press("Space")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "[name=work_area]")
    tab_to(page, "main form button:not([name])")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("メールを確かめてください")
    page.goto(link_in(mail_to(page, "ken@example.jp", "/subscriptions/confirm/")))
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("あなたの登録")
    tab_to(page, "main a[href$='/end']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("登録をやめますか")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("登録を解除しました")
    assert Contact.objects.get().state == ContactState.ENDED


def test_everything_can_be_done_without_script(running: None, open_window: Callable[..., Any]) -> None:
    page = open_window(viewport=PHONE, java_script_enabled=False).page
    page.goto("/subscriptions/")

    page.locator("[name=address]").fill("yuki@example.jp")
    page.locator("[name=home_area]").select_option("*")
    page.locator("[name=home_topics][value=event]").check()
    page.get_by_role("button", name="先月届いたはずのお知らせを見る").click()
    expect(page.locator("main")).to_contain_text("まだ登録していません")
    expect(page.locator("[name=address]")).to_have_value("yuki@example.jp")
    page.get_by_role("button", name="確かめるメールを受け取る").click()
    page.goto(link_in(mail_to(page, "yuki@example.jp", "/subscriptions/confirm/")))
    page.get_by_role("button", name="登録する").click()
    page.locator("summary").first.click()
    page.locator("[name=work_area]").select_option("minato-chiku")
    page.locator("[name=work_topics][value=gomi]").check()
    page.get_by_role("button", name="この内容に変える").click()
    expect(page.locator("[name=work_area]")).to_have_value("minato-chiku")
    page.get_by_role("link", name="登録をやめる").click()
    page.get_by_role("button", name="登録をやめる").click()

    expect(page.locator("h1")).to_have_text("登録を解除しました")


# No push service is reached from a test: the simulated browser's subscription stands for the one that it would give.
SUBSCRIBED = json.dumps(json.loads(browser("journey").subscription.as_text()))
STANDS_FOR_THE_SERVICE = f"PushManager.prototype.subscribe = async () => ({{ toJSON: () => ({SUBSCRIBED}) }});"


def test_a_telephone_signs_up_without_an_address_and_gets_a_first_notification(
    running: None, open_window: Callable[..., Any], check_page: Callable[..., None], keep_picture: Callable[..., Any]
) -> None:
    window = open_window(viewport=PHONE)
    page = window.page
    page.context.grant_permissions(["notifications"], origin=window.base_url)
    page.add_init_script(STANDS_FOR_THE_SERVICE)

    # What she forgot is told to her, and nothing that she has chosen is lost.
    page.goto("/subscriptions/")
    page.locator("[name=home_topics][value=gomi]").check()
    page.get_by_role("button", name="この端末で通知を受け取る").click()
    expect(page.locator("main")).to_contain_text("地域を選んでください")
    expect(page.locator("[name=home_topics][value=gomi]")).to_be_checked()
    assert _faults_of_axe(page, "light") == []
    page.locator("[name=home_area]").select_option("takamori-chiku")
    page.get_by_role("button", name="この端末で通知を受け取る").click()

    expect(page.locator("h1")).to_have_text("あなたの登録")
    expect(page.locator("main")).to_contain_text("送り先：この端末の通知")
    keep_picture(page, "subscriber-by-notification-320")
    check_page(window)

    def has_come() -> bool:
        return any(
            arrival.title == "登録しました" for arrival in postboxes(house.SIMULATOR_ROOT)["push"].newest(limit=9)
        )

    wait_until(page, has_come, "a first notification")
    (arrival,) = postboxes(house.SIMULATOR_ROOT)["push"].newest(limit=9)
    assert arrival.content["told"]["url"] == page.url
    page.get_by_role("link", name="登録をやめる").click()
    page.get_by_role("button", name="登録をやめる").click()
    expect(page.locator("h1")).to_have_text("登録を解除しました")


def test_a_new_friend_on_line_follows_the_link_and_chooses(
    running: None, open_window: Callable[..., Any], check_page: Callable[..., None], settings: Any
) -> None:
    settings.LINE_SECRET, settings.LINE_ACCOUNT = "0123456789abcdef" * 2, "@nagihama"
    window = open_window(viewport=PHONE)
    page = window.page
    page.goto("/subscriptions/")
    page.get_by_role("link", name="LINEで受け取るには").click()
    friends = page.get_by_role("link", name="（@nagihama）を友だちに追加する")
    expect(friends).to_have_attribute("href", "https://line.me/R/ti/p/%40nagihama")
    check_page(window)

    event = {"type": "follow", "mode": "active", "timestamp": 1000 * int(now().timestamp()), "webhookEventId": "01H"}
    told = json.dumps({"events": [{**event, "source": {"type": "user", "userId": "U" + "a" * 32}}]}).encode()
    signature = base64.b64encode(hmac.digest(settings.LINE_SECRET.encode(), told, "sha256")).decode()
    headers = {"X-Line-Signature": signature, "Content-Type": "application/json"}
    assert page.request.post("/subscriptions/line/webhook", data=told, headers=headers).status == 200
    talk = postboxes(house.SIMULATOR_ROOT)["line"]
    wait_until(page, lambda: bool(talk.newest(limit=1)), "the link in the talk")
    found = re.search(r"https?://\S+/subscriptions/\S+", talk.newest(limit=1)[0].content["texts"][0])
    assert found

    page.goto(found[0])
    expect(page.locator("main")).to_contain_text("まだ何も選んでいません")
    check_page(window)
    page.locator("[name=home_area]").select_option("takamori-chiku")
    page.locator("[name=home_topics][value=gomi]").check()
    page.get_by_role("button", name="この内容に変える").click()
    expect(page.locator("main")).to_contain_text("変えました")
    announce(FOR_HER, "takamori", "subscribers-line")
    wait_until(page, lambda: talk.newest(limit=1)[0].content["form"] == "multicast", "the notice in the talk")
    assert talk.newest(limit=1)[0].content["to"] == ["U" + "a" * 32]


def test_staff_take_a_list_in_count_who_is_reached_and_look_one_up(
    running: None,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    rights = ("subscriptions.read", "subscriptions.manage", "subscriptions.milestones")
    window = open_staff_window(make_staff(rights, name="係 一郎"))
    page = window.page

    def seen(name: str) -> None:
        keep_picture(page, f"subscribers-staff-{name}")
        check_page(window)

    # A list with a fault is looked through, and taken in but for that line.
    page.goto("/desk/subscriptions/lists/")
    lines = "メールアドレス,地域,分野\r\na@example.jp,高森,ごみ;防災\r\nb@example.jp,,ゴミ\r\nc@example.jp,,防災\r\n"
    page.locator("[name=file]").set_input_files(
        {"name": "l.csv", "mimeType": "text/csv", "buffer": lines.encode("cp932")}
    )
    page.locator("[name=basis]").fill("旧メール配信の登録")
    page.locator("[name=consented_on]").fill("2020-04-01")
    page.get_by_role("button", name="中を確かめる").click()
    expect(page.locator("main")).to_contain_text("処理しています")
    assert imports.step(at=now())
    expect(page.locator("main")).to_contain_text("「ゴミ」という分野はありません。使える分野：防災、")
    seen("1-list")
    page.get_by_role("button", name="取り込む", exact=True).click()
    while imports.step(at=now()):
        pass
    expect(page.locator("main")).to_contain_text("取込み済み")

    # Two people are there now; one of them lives where the message is about.
    page.goto("/desk/subscriptions/?topic=bousai&area=minato-chiku")
    expect(page.locator("#people")).to_have_text("1人に届きます")
    page.goto("/desk/subscriptions/?topic=bousai")
    expect(page.locator("#people")).to_have_text("2人に届きます")
    seen("2-reach")

    # One of them calls.
    page.goto("/desk/subscriptions/person/")
    page.locator("[name=address]").fill("a@example.jp")
    page.locator("[name=reason]").fill("本人から電話")
    page.get_by_role("button", name="調べる").click()
    expect(page.locator("main")).to_contain_text("高森（防災、ごみ）")
    keep_picture(page, "subscribers-staff-3-person")
    assert _faults_of_axe(page, "light") == []
    page.locator("[name=sure]").check()
    page.get_by_role("button", name="この人のデータを消す").click()
    expect(page.locator("main")).to_contain_text("消しました")
    page.goto("/desk/subscriptions/milestones/")
    seen("4-milestones")
