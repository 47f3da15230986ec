"""The simulated services' pages, as staff see them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.shared.messaging.channels.city import LINE, MAIL, WEBHOOK, City, fresh, send
from tests.shared.messaging.channels.reports import carry
from tests.sign_in import staff_client
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.simulators.faults import FaultKind
from todoke.shared.messaging.simulators.push import browser
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import Copy, EditionKind, Mode

pytestmark = pytest.mark.django_db

FORM = {"mail-kind": "answer", "mail-span": "one", "mail-seconds": "10", "mail-status": "451"}


@pytest.fixture
def simulator(tmp_path: Path, settings):
    settings.SIMULATORS = True
    settings.SIMULATOR_ROOT = tmp_path
    with Simulator(tmp_path, secret_of=City.secret_of) as running:
        settings.SIMULATOR_PORTS = (running.smtp_port, running.http_port)
        yield running


@pytest.fixture
def city(simulator) -> Iterator[City]:
    city = City(simulator.smtp_port, simulator.http_port)
    yield city
    city.close()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers
    return answer.content.decode()


def test_every_page_says_that_it_is_simulated(simulator, city):
    reader = staff_client("messaging.read")
    for channel, address in ((city.mail(), MAIL), (city.line(), LINE), (city.webhook(), WEBHOOK)):
        send(channel, address)

    addresses = ["", "mail/", "mail/1/", "line/", "push/", "webhook/", "webhook/1/"]
    pages = [page(reader, f"/simulators/{address}") for address in addresses]

    assert all("模擬（シミュレーター）の画面です。" in shown for shown in pages)


def test_a_notification_is_shown_as_the_browser_shows_it(simulator, city):
    reader = staff_client("messaging.read")
    assert "まだ届いていません" in page(reader, "/simulators/push/")
    what = fresh(mode=Mode.EXERCISE)
    for _twice in range(2):
        carry(city.push_each(), what, [Copy(1, browser("hana").subscription.as_text(), "ja", "token")])

    shown = page(reader, "/simulators/push/")

    assert "【訓練】川岸地区に避難指示" in shown
    assert "これは訓練です。実際の災害ではありません。" in shown
    assert shown.count("前の通知と置き換え") == 1
    assert "hana" in shown


def test_a_mail_is_listed_and_opened_with_its_subject_decoded(simulator, city):
    reader = staff_client("messaging.read")
    send(city.mail(), MAIL, fresh(mode=Mode.EXERCISE))

    listed, opened = page(reader, "/simulators/mail/"), page(reader, "/simulators/mail/1/")

    assert "【訓練】川岸地区に避難指示" in listed
    assert "press@news.example.jp" in listed
    assert "これは訓練です。実際の災害ではありません。" in opened
    assert "auto-generated" in opened
    assert "=?utf-8?" in opened  # the bytes as they came


def test_the_talk_shows_a_bubble_as_a_telephone_does(simulator, city):
    send(city.line(), LINE, fresh(mode=Mode.EXERCISE))

    shown = page(staff_client("messaging.read"), "/simulators/line/")

    assert (
        '<div class="phone__head level-banner level-banner--4"><p>【訓練】</p><p>警戒レベル4　避難指示</p></div>'
        in shown
    )
    assert 'class="button" href="https://www.city.example.jp/drill/alerts/' in shown


def test_the_talk_shows_the_newest_first_and_names_what_was_stopped(simulator, city):
    reader = staff_client("messaging.read")
    first, second = fresh(), fresh(number=2, kind=EditionKind.CORRECTION, note="区域の誤り")
    for edition in (first, first, second):
        send(city.line(), LINE, edition)

    shown = page(reader, "/simulators/line/")

    assert shown.index("【訂正】") < shown.index("再送を止めました")
    assert shown.count("再送を止めました") == 1


def test_a_fault_is_ordered_recorded_and_taken_back(simulator):
    operator = staff_client("messaging.read", "messaging.operate")

    operator.post("/simulators/faults/mail/", FORM)

    assert simulator.faults.in_force()["mail"].kind is FaultKind.ANSWER
    assert simulator.faults.in_force()["mail"].status == 451
    assert "断りの番号を返す" in page(operator, "/simulators/")
    operator.post("/simulators/faults/mail/", {"clear": "1"})
    assert simulator.faults.in_force() == {}
    assert list(Entry.objects.order_by("id").values_list("what", flat=True))[-2:] == [
        "messaging.fault-ordered",
        "messaging.fault-cleared",
    ]


def test_a_fault_that_makes_no_sense_is_refused_beside_its_field(simulator):
    operator = staff_client("messaging.read", "messaging.operate")

    answer = operator.post("/simulators/faults/mail/", {**FORM, "mail-status": "99"})

    assert answer.status_code == 422
    assert "id_mail-status_error" in answer.content.decode()
    assert simulator.faults.in_force() == {}


def test_who_may_only_read_orders_no_fault(simulator):
    reader = staff_client("messaging.read")

    answer = reader.post("/simulators/faults/mail/", FORM)

    assert answer.status_code == 403
    assert simulator.faults.in_force() == {}
    assert "障害を起こす" not in page(reader, "/simulators/")


@pytest.mark.parametrize("address", ["", "mail/", "mail/1/", "line/", "webhook/", "webhook/1/"])
def test_staff_without_the_permission_see_nothing(simulator, city, address):
    send(city.mail(), MAIL)
    send(city.webhook(), WEBHOOK)

    assert staff_client("emergency.read").get(f"/simulators/{address}").status_code == 403


@pytest.mark.parametrize("address", ["", "mail/", "line/", "webhook/"])
def test_where_the_real_services_are_connected_there_are_no_such_pages(simulator, settings, address):
    settings.SIMULATORS = False

    assert staff_client("messaging.read").get(f"/simulators/{address}").status_code == 404


@pytest.mark.parametrize("address", ["mail/7/", "webhook/7/", "faults/fax/"])
def test_what_never_arrived_is_not_found(simulator, address):
    client = staff_client("messaging.read", "messaging.operate")

    answer = (
        client.post(f"/simulators/{address}", FORM) if "faults" in address else client.get(f"/simulators/{address}")
    )

    assert answer.status_code == 404


def test_simulators_that_are_away_are_said_to_be_and_what_arrived_is_still_shown(tmp_path, settings):
    settings.SIMULATORS, settings.SIMULATOR_ROOT = True, tmp_path
    with Simulator(tmp_path, secret_of=City.secret_of) as running:
        settings.SIMULATOR_PORTS = (running.smtp_port, running.http_port)
        send(City(*settings.SIMULATOR_PORTS).mail(), MAIL)
    operator = staff_client("messaging.read", "messaging.operate")

    shown = page(operator, "/simulators/")
    answer = operator.post("/simulators/faults/mail/", FORM, follow=True)

    assert "模擬サービスが動いていません。" in shown
    assert "川岸地区に避難指示" in shown
    assert "模擬サービスが動いていません。" in answer.content.decode()
