"""One alert on paper: a facility confirms it on a telephone, another is rung up, a poster is carried and ticked."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.shared.messaging import ledger
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.shared.fax.actions.confirming import chase
from todoke.shared.fax.channel import KEY, FaxChannel
from todoke.shared.fax.hylafax import HylaFax
from todoke.shared.fax.models import Sheet
from todoke.shared.fax.simulator.server import FaxSimulator
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.paper.courier import KEY as COURIER
from todoke.shared.paper.courier import CourierChannel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def sent(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_server: Any) -> Iterator[Edition]:
    """An edition that two facilities have got by FAX, and a poster that somebody is to carry."""
    settings.SIMULATORS, settings.SIMULATOR_ROOT, settings.SITE_ADDRESS = True, tmp_path, live_server.url
    kinds: Registry[Any] = Registry("tests.kinds")
    kinds.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    ledger.make_city()
    with FaxSimulator(tmp_path / "fax", speed=400) as fax:
        way = HylaFax("127.0.0.1", fax.port, poll_seconds=0.02)
        channels: Registry[Any] = Registry("tests.channels")
        channels.register(FaxChannel(gateway=way, simulator=way, lines=2, site=live_server.url, secret="s" * 50))
        channels.register(CourierChannel(site=live_server.url))
        monkeypatch.setattr(dispatch, "channels", channels)
        places = (
            ledger.make_destination(
                "home", KEY, name="特別養護老人ホーム 澄瀬苑", address="022-000-0001 tel:022-000-0002"
            ),
            ledger.make_destination("hospital", KEY, name="市民病院", address="022-000-0003 tel:022-000-0004"),
            ledger.make_destination("hall", COURIER, name="澄瀬公民館", address="玄関の掲示板"),
        )
        order = ledger.first(ledger.make_officers(), *places)
        edition = release.release(replace(order, expires_at=now() + timedelta(hours=6)), at=now())
        for key in (KEY, COURIER):
            for claim in dispatch.claim("emergency", key, limit=10, at=now()):
                errand = dispatch.hand_over(claim, worker="tests", at=now())
                assert errand
                dispatch.settle(errand, dispatch.send(errand, key), at=now())
        yield edition


def test_one_fax_is_confirmed_by_its_facility_another_by_telephone_and_a_poster_by_who_carried_it(
    sent: Edition,
    open_window: Callable[..., Any],
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    home = Sheet.objects.get(delivery__destination__key="home")
    telephone = open_window(viewport=NARROW)

    telephone.page.goto(f"/fax/{home.code}/")
    expect(telephone.page.get_by_text("避難指示")).to_be_visible()
    keep_picture(telephone.page, "fax-confirm")
    check_page(telephone)
    telephone.page.get_by_role("button", name="受信した").click()
    expect(telephone.page.get_by_text("ありがとうございます")).to_be_visible()
    check_page(telephone)

    Sheet.objects.filter(confirmed_at=None).update(arrived_at=now() - timedelta(minutes=16))
    assert chase(at=now(), after=timedelta(minutes=15)) == 1
    desk = open_staff_window(make_staff(["fax.read", "paper.print", "messaging.read", "messaging.operate"]))
    desk.page.goto(f"/desk/fax/{sent.pk}/")
    keep_picture(desk.page, "fax-board")
    check_page(desk)
    expect(desk.page.get_by_role("link", name="0220000004")).to_be_visible()
    desk.page.get_by_label("話した相手").fill("当直の方")
    desk.page.get_by_role("button", name="電話で受信を確認した").click()
    expect(desk.page.get_by_text("電話で確認したことを記録しました。")).to_be_visible()

    desk.page.goto(f"/desk/print/{sent.pk}/")
    keep_picture(desk.page, "print-edition")
    check_page(desk)
    desk.page.get_by_label("済ませた人").fill("港 一郎")
    desk.page.get_by_role("button", name="済んだと記録する").click()
    expect(desk.page.get_by_text("手で済ませたことを記録しました。")).to_be_visible()

    desk.page.goto("/simulators/fax/")
    expect(desk.page.get_by_text("全部届いた")).to_have_count(2)
    check_page(desk)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"confirmed"}
