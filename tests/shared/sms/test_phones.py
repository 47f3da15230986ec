"""The simulated telephones, the doctor's question, and the way for destinations nobody foresaw."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.shared.sms.conftest import taken
from tests.sign_in import staff_client
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.simulators.faults import FaultKind
from todoke.shared.sms.checkup import Provider
from todoke.shared.unforeseen.registry import ways

pytestmark = pytest.mark.django_db
FORM = 'name = "事業者"\n[send]\nurl = "https://sms.example/{secret:ACCOUNT}"\n[send.fields]\nto = "{number}"\n'


@pytest.fixture
def simulated(settings, tmp_path, provider):
    settings.SIMULATORS = True
    settings.SIMULATOR_ROOT = tmp_path
    settings.SMS_SIMULATOR_PORT = provider.port
    return provider


def test_every_telephone_shows_what_it_got(house, phone, simulated):
    house.release(phone(address="090-0000-0001,090-0000-0408"))
    house.carry_out()

    page = staff_client("messaging.read").get("/simulators/sms/").content.decode()

    assert "警戒レベル4" in page
    assert "090-****-0001" in page
    assert "09000000001" not in page
    assert "電源が入っていません" in page


def test_staff_read_what_became_of_every_number_and_what_it_cost(house, phone, channel, monkeypatch):
    monkeypatch.setattr("todoke.shared.sms.views.sent.length_in_use", lambda: channel.length)
    house.release(phone(address="090-0000-0001,090-0000-0404"), phone("other", "070-0000-0002"))
    house.carry_out()
    client = staff_client("messaging.read")

    page = client.get("/desk/sms/").content.decode()

    assert "090-****-0001" in page
    assert "09000000001" not in page
    assert page.count("断られました") == 1
    assert page.count("約19.8円") == 2
    assert staff_client("calling.read").get("/desk/sms/").status_code == 403


def test_a_longer_list_of_results_asks_the_database_no_more(house, phone):
    client = staff_client("messaging.read")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/sms/")
        return len(queries)

    house.release(phone())
    house.carry_out()
    client.get("/desk/sms/")
    one = asked()
    house.release(phone("other", "070-0000-0002"), phone("third", "070-0000-0003,070-0000-0004"))
    house.carry_out()

    assert asked() == one


def test_a_fault_is_ordered_and_cleared_from_the_desk(simulated):
    client = staff_client("messaging.read", "messaging.operate")

    bad = client.post("/simulators/sms/fault/", {"kind": "answer", "status": "200", "calls": "1"})
    client.post("/simulators/sms/fault/", {"kind": "answer", "status": "429", "calls": "2"})
    ordered = simulated.faults.in_force()["sms"]
    client.post("/simulators/sms/fault/", {"clear": "1"})

    assert bad.status_code == 422
    assert (ordered.kind, ordered.status, ordered.retry_after, ordered.calls) == (FaultKind.ANSWER, 429, 60, 2)
    assert simulated.faults.in_force() == {}


def test_where_the_simulator_does_not_run_the_page_says_what_to_do(settings):
    settings.SIMULATORS = True
    settings.SMS_SIMULATOR_PORT = 1

    answer = staff_client("messaging.read", "messaging.operate").post(
        "/simulators/sms/fault/", {"clear": "1"}, follow=True
    )

    assert "todoke sms_simulator" in answer.content.decode()


def test_where_a_provider_is_connected_there_are_no_simulated_telephones(settings):
    settings.SIMULATORS = False

    assert staff_client("messaging.read").get("/simulators/sms/").status_code == 404


def test_the_simulator_takes_no_stranger_and_no_nonsense(provider):
    answers = [
        provider.provider.answer("POST", "/v1/messages", {}, b"{}").status,
        provider.provider.answer("POST", "/v1/messages", {"authorization": "Bearer simulator"}, b"[1").status,
        provider.provider.answer("GET", "/v1/messages/9", {"authorization": "Bearer simulator"}, b"").status,
        provider.provider.answer("GET", "/v2", {"authorization": "Bearer simulator"}, b"").status,
    ]

    assert answers == [401, 400, 404, 404]
    assert taken(provider) == []


@pytest.mark.parametrize(
    ("form", "secret", "verdict", "words"),
    [
        (None, "", "failure", "送る事業者がありません"),
        (FORM, "", "failure", "TODOKE_SMS_SECRET_ACCOUNT"),
        (FORM, "x", "warning", "2回頼まれたことに気づけません"),
        ('remembers_key = "ref"\n' + FORM, "x", "ok", "配信先 1 件"),
        ("send = 1", "", "failure", "読めません"),
    ],
)
def test_the_doctor_says_whether_numbers_can_be_reached(settings, tmp_path, form, secret, verdict, words):
    Destination.objects.create(key="duty", channel="sms.gateway", name="当番", address="090-0000-0001", reach="staff")
    settings.SIMULATORS = False
    settings.SMS = None
    settings.SMS_SECRETS = {"TODOKE_SMS_SECRET_ACCOUNT": secret}
    if form is not None:
        settings.SMS = tmp_path / "sms.toml"
        settings.SMS.write_text(form, encoding="utf-8")

    finding = Provider().run()

    assert finding.verdict.value == verdict
    assert words in finding.says


def test_a_number_can_be_added_in_an_incident():
    assert "sms.gateway" in ways
