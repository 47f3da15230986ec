"""One alert by telephone: an SMS to the officers, a machine that rings the tree, and people who ring the rest."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.shared.calling.conftest import make_tree
from tests.shared.messaging import ledger
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.base.registry import Registry
from todoke.shared.calling.actions import advance
from todoke.shared.calling.automatic.channel import KEY as AUTOMATIC
from todoke.shared.calling.automatic.channel import AutomaticChannel
from todoke.shared.calling.automatic.listener import Listener
from todoke.shared.calling.automatic.simulator.provider import CallSimulator
from todoke.shared.calling.automatic.simulator.provider import simulated_gateway as machine_at
from todoke.shared.calling.models import Round, Seat
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.models import Delivery
from todoke.shared.sms.channel import KEY as SMS
from todoke.shared.sms.channel import SmsChannel
from todoke.shared.sms.clockwork import Clockwork
from todoke.shared.sms.simulator.provider import SmsSimulator
from todoke.shared.sms.simulator.provider import simulated_gateway as provider_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
DESK = ["calling.read", "calling.operate", "messaging.read", "messaging.operate"]


@pytest.fixture
def sent(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_server: Any) -> Iterator[None]:
    """An alert to two officers by SMS and to a tree of three: one presses 1, one presses nothing, one is busy."""
    settings.SIMULATORS, settings.SIMULATOR_ROOT, settings.SITE_ADDRESS = True, tmp_path, live_server.url
    kinds: Registry[Any] = Registry("tests.kinds")
    kinds.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    monkeypatch.setattr("todoke.shared.calling.views.telephones.RING_SECONDS", 0)
    ledger.make_city()
    tree = make_tree(rule="all", people=("港 一郎", "沢 花子", "岡 次郎"))
    for name, telephone in (("沢 花子", "022-000-0480"), ("岡 次郎", "022-000-0486")):
        Seat.objects.filter(name=name).update(telephone=telephone)
    with SmsSimulator(tmp_path) as provider, CallSimulator(tmp_path, ring_seconds=0) as machine:
        sms, calls = provider_at(provider.address), machine_at(machine.address)
        by_sms = SmsChannel(gateway=sms, simulator=sms, site=live_server.url)
        by_call = AutomaticChannel(
            gateway=calls, simulator=calls, site=live_server.url, recordings=tmp_path, dictionaries=tmp_path
        )
        channels: Registry[Any] = Registry("tests.channels")
        channels.register(by_sms)
        channels.register(by_call)
        monkeypatch.setattr(dispatch, "channels", channels)
        places = (
            ledger.make_destination("duty", SMS, name="当番", address="090-0000-0001,090-0000-0408"),
            ledger.make_destination("auto", AUTOMATIC, name="自主防災会", address=tree.key),
        )
        order = ledger.first(ledger.make_officers(), *places)
        release.release(replace(order, expires_at=now() + timedelta(hours=6)), at=now())
        for key in (SMS, AUTOMATIC):
            for claim in dispatch.claim("emergency", key, limit=10, at=now()):
                errand = dispatch.hand_over(claim, worker="tests", at=now())
                assert errand
                dispatch.settle(errand, dispatch.send(errand, key), at=now())
        Clockwork(by_sms).tick()
        Listener(by_call).tick()
        yield


def test_the_machine_rings_first_and_people_ring_whoever_it_did_not_reach(
    sent: None,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    desk = open_staff_window(make_staff(DESK))

    desk.page.goto("/simulators/sms/")
    expect(desk.page.get_by_text("警戒レベル4").first).to_be_visible()
    keep_picture(desk.page, "sms-phones")
    check_page(desk)

    desk.page.goto("/simulators/telephones/")
    expect(desk.page.get_by_text("出て、1を押しました")).to_have_count(1)
    keep_picture(desk.page, "telephones")
    check_page(desk)

    desk.page.goto("/desk/calling/")
    expect(desk.page.get_by_text("自動電話で確認（1を押しました）")).to_be_visible()
    keep_picture(desk.page, "calling-machine")
    check_page(desk)

    Round.objects.update(rings_until=now())
    advance(at=now())
    desk.page.reload()
    expect(desk.page.get_by_role("button", name="沢 花子 さんに伝えました")).to_be_visible()
    keep_picture(desk.page, "calling-people")
    check_page(desk)
    for name in ("沢 花子", "岡 次郎"):
        desk.page.get_by_role("button", name=f"{name} さんに伝えました").click()
        expect(desk.page.get_by_text("記録しました。")).to_be_visible()

    assert Delivery.objects.get(destination__key="auto").state == "confirmed"
