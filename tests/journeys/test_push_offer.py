"""A resident allows notifications on a telephone; what arrives then stands on its screen, once."""

import json
from urllib.parse import parse_qs

import pytest
from django.template import engines

from todoke.shared.messaging.registry import channels

pytestmark = pytest.mark.django_db(transaction=True)

# No push service is reached from a test, so the browser's own part ends here.
SUBSCRIBED = {"endpoint": "https://push.simulator.invalid/hana", "keys": {"p256dh": "key", "auth": "secret"}}
STANDS_FOR_THE_SERVICE = f"""
  PushManager.prototype.subscribe = async function (wanted) {{
    window.boundTo = Array.from(wanted.applicationServerKey);
    if (!wanted.userVisibleOnly) throw new Error("silent pushes are refused");
    return {{ toJSON: () => ({json.dumps(SUBSCRIBED)}) }};
  }};
"""
PAGE = """{% load push %}<!DOCTYPE html><html lang="ja"><head><title>通知</title></head><body><main><h1>通知</h1>
<form method="post" action="/told/">{% push_offer %}</form></main></body></html>"""
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'"
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/static/messaging/");
  return (await registration.getNotifications()).map((n) => [n.title, n.body, n.renotify, n.data.edition]);
}"""


@pytest.fixture
def offered(window):
    """The offer on a page of ours, under our policy; and what its form sent."""
    sent = []

    def page(route):
        html = engines["django"].from_string(PAGE).render({})
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})

    def told(route):
        sent.append(parse_qs(route.request.post_data))
        route.fulfill(body="<title>done</title>", content_type="text/html")

    window.page.route("**/offer/", page)
    window.page.route("**/told/", told)
    window.page.add_init_script(STANDS_FOR_THE_SERVICE)
    return sent


def test_whoever_allows_notifications_is_subscribed_with_the_city_s_key(window, offered):
    window.page.context.grant_permissions(["notifications"], origin=window.base_url)
    window.page.goto("/offer/")

    window.page.get_by_role("button", name="この端末で通知を受け取る").click()
    window.page.wait_for_url("**/told/")

    (form,) = offered
    assert form["channel"] == ["messaging.push-each"]
    assert json.loads(form["address"][0]) == SUBSCRIBED
    assert window.complaints == []


def test_whoever_does_not_allow_them_reads_how_to(window, offered):
    window.page.add_init_script("Notification.requestPermission = async () => 'denied';")
    window.page.goto("/offer/")

    window.page.get_by_role("button", name="この端末で通知を受け取る").click()

    window.page.get_by_text("通知が許可されませんでした。").wait_for()
    assert offered == []


def test_a_browser_that_cannot_do_it_says_so_and_shows_no_button(window, offered):
    window.page.add_init_script("delete window.PushManager;")
    window.page.goto("/offer/")

    window.page.get_by_text("このブラウザーでは、画面への通知を使えません。").wait_for()
    assert window.page.get_by_role("button").count() == 0


def test_what_arrives_stands_on_the_screen_once_and_the_newest_stays(window, offered):
    window.page.context.grant_permissions(["notifications"], origin=window.base_url)
    window.page.goto("/offer/")
    window.page.get_by_role("button", name="この端末で通知を受け取る").click()
    window.page.wait_for_url("**/told/")
    window.page.goto("/static/messaging/push-offer.js")
    browser = window.page.context.new_cdp_session(window.page)
    registered = []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda told: registered.extend(told["registrations"]))
    browser.send("ServiceWorker.enable")
    window.page.wait_for_timeout(100)

    def arrives(data):
        order = {"origin": window.base_url, "registrationId": registered[0]["registrationId"], "data": data}
        browser.send("ServiceWorker.deliverPushMessage", order)

    def push(number, title, sent):
        told = {"title": title, "body": "本文", "lang": "ja", "tag": "a", "url": "/", "edition": number, "sent": sent}
        arrives(json.dumps(told))

    def screen(count=1):
        # What is shown is known a moment after the push was handed over; on a busy machine that takes seconds.
        for _each in range(400):
            shown = [tuple(one) for one in window.page.evaluate(SHOWN)]
            if len(shown) == count and shown != before:
                break
            window.page.wait_for_timeout(50)
        before[:] = shown
        return shown

    before = []
    push("e.1", "避難指示", "2026-11-21T03:00:00+00:00")
    assert screen() == [("避難指示", "本文", True, "e.1")]
    push("e.2", "【取消】避難指示", "2026-11-21T03:10:00+00:00")
    assert screen() == [("【取消】避難指示", "本文", True, "e.2")]
    push("e.2", "【取消】避難指示", "2026-11-21T03:10:00+00:00")
    assert screen() == [("【取消】避難指示", "本文", False, "e.2")]
    push("e.3", "避難指示（再発令）", "2026-11-21T03:20:00+00:00")
    assert screen() == [("避難指示（再発令）", "本文", True, "e.3")]
    push("e.1", "避難指示", "2026-11-21T03:00:00+00:00")
    assert screen() == [("避難指示（再発令）", "本文", False, "e.3")]
    arrives("%%% no message of ours %%%")
    assert {title for title, *_rest in screen(count=2)} == {"避難指示（再発令）", "市からのお知らせ"}


def test_the_page_gives_the_public_half_of_the_key_alone(window, offered):
    window.page.goto("/offer/")

    sender = channels["messaging.push-each"].sender
    html = window.page.content()
    assert sender.public_key in html
    assert window.page.locator("[data-push-worker]").get_attribute("data-push-worker") == (
        "/static/messaging/push-worker.js"
    )
