"""Every simulated service's page that people look at, with something on it: at a desk and on a small telephone."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.shared.lalert.matters import OFFICE, area, frozen, order
from tests.shared.messaging.editions import HILLSIDE, content, edition
from tests.sign_in import make_staff

from todoke.base.access import permissions
from todoke.base.clock import now
from todoke.ground.places.models import Area, Facility
from todoke.shared.lalert.simulator.node import postboxes as nodes
from todoke.shared.lalert.simulator.reading import understood
from todoke.shared.lalert.types import Frozen, ShelterState
from todoke.shared.lalert.writers.pcxml1 import Pcxml1
from todoke.shared.messaging.feeds import FeedState, feed_files
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.signage import simulated_board
from todoke.shared.social.simulators.timeline import timelines

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
SMALL = {"width": 320, "height": 640}
SIZES = {"desk": {"width": 1280, "height": 900}, "telephone": SMALL}
PAGES = (
    "/simulators/lalert/",
    "/simulators/lalert/normal/1/",
    "/simulators/lalert/normal/2/",
    "/simulators/lalert/normal/3/",
    "/simulators/social/",
    "/simulators/social/x/",
    "/simulators/social/mastodon/",
    "/simulators/social/facebook/",
    "/simulators/social/apprise/",
    "/simulators/board/",
    "/signage/",
    "/signage/takamori/",
    "/kiosk/",
    "/kiosk/alerts/",
    "/kiosk/notices/",
    "/kiosk/shelters/",
    "/loudspeakers/",
    "/simulators/loudspeakers/",
    "/simulators/fax/",
    "/simulators/",
    "/simulators/mail/",
    "/simulators/line/",
    "/simulators/push/",
    "/simulators/webhook/",
)


@pytest.fixture
def services(settings: Any, tmp_path: Path) -> None:
    """Documents at the node, posts on the networks, a text on a board, two alerts in force."""
    settings.SIMULATORS = True
    settings.SIMULATOR_ROOT, settings.PUBLIC_ROOT = tmp_path / "simulators", tmp_path / "public"
    ground = Area.objects.create(key="takamori", kind="district", name="高森地区")
    Facility.objects.create(
        key="gym", kind="shelter", name="桜台小学校体育館", longitude=141.0, latitude=38.0, area=ground
    )
    _documents(settings.SIMULATOR_ROOT)
    _posts(settings.SIMULATOR_ROOT)
    for name, text, mode in (
        ("ekimae", "警戒レベル４避難指示　高森地区", "actual"),
        ("minato", "【訓練】避難", "exercise"),
    ):
        told = {"text": text, "id": name, "level": 4, "mode": mode, "language": "ja"}
        answer = simulated_board.take(settings.SIMULATOR_ROOT / "board", name, json.dumps(told).encode())
        assert answer[0] == 200
    _alerts(settings.PUBLIC_ROOT / "alerts")


def _documents(root: Path) -> None:
    first = order(1, area("kawagishi", "避難指示"), area("yamate", "高齢者等避難"))
    drill = order(2, area("kawagishi", "解除"), mode=Mode.EXERCISE, kind=EditionKind.CORRECTION)
    shelters = edition(content=content(facts={"kind": "shelter"}, areas=(), level=None))
    states = (ShelterState("gym", "桜台小学校体育館", "", 141.0, 38.0, "開設", people=35, capacity=200),)
    for said, beside in (
        (first, frozen(first)),
        (drill, frozen(first, drill)),
        (shelters, Frozen(OFFICE, shelters=states)),
    ):
        raw = Pcxml1().write(said, beside, "lalert")
        document = understood(raw)
        for box in nodes(root).values():
            box.put(
                document.key, raw, mode=document.mode, title=document.title,
                content={"raw": raw.decode(), "canonical": "", "refused": False},
            )  # fmt: skip


def _posts(root: Path) -> None:
    for kept in timelines(root).values():
        first = kept.add(
            "@nagihama_bosai", "【訓練】警戒レベル4 避難指示 高森地区 https://www.city.example.jp/alerts/1"
        )
        kept.edit(first.number, "【訓練】【訂正】警戒レベル4 避難指示 高森地区")
        wrong = kept.add("@nagihama_bosai", "誤った文", reply_to=first.number)
        kept.delete(wrong.number)


def _alerts(folder: Path) -> None:
    at = now().replace(microsecond=0)
    times = {"sent_at": at, "expires_at": at + timedelta(hours=1)}
    said = (
        edition(**times),
        edition(
            message_key="11111111-2222-4333-8444-555555555555", content=content(areas=(HILLSIDE,), level=3), **times
        ),
    )
    state = FeedState(Mode.ACTUAL, "青葉市", "https://www.city.example.jp", Published(said, said), {})
    folder.mkdir(parents=True)
    (folder / "feed.json").write_bytes(feed_files(state)["feed.json"])


@pytest.mark.parametrize("size", SIZES)
def test_everybody_can_look_at_every_simulated_service(
    size: str,
    services: None,
    open_staff_window: Callable[..., Any],
    check_look: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_staff_window(make_staff(permission.key for permission in permissions), viewport=SIZES[size])
    faults = []

    for address in PAGES:
        answer = window.page.goto(address)
        assert answer.status == 200, address
        keep_picture(window.page, f"simulated-{size}-{address}")
        try:
            check_look(window)
        except AssertionError as found:
            faults.append(str(found))

    assert faults == [], "\n".join(faults)
    assert window.complaints == []
