"""Providers of other shapes, played by Flask on cheroot: the forms of the documentation against what they describe."""

import base64
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from cheroot import wsgi

from tests.shared.messaging.ledger import HOUR
from tests.shared.sms.conftest import AT, channel_to, delivery, states
from todoke.shared.messaging.http_forms.form import tables_of
from todoke.shared.messaging.http_forms.slots import BadForm
from todoke.shared.messaging.models import FollowUp
from todoke.shared.sms.actions import receipts
from todoke.shared.sms.clockwork import Clockwork
from todoke.shared.sms.gateway import SmsGateway, form_of, read_form

FORMS = Path(__file__).resolve().parents[3] / "docs" / "channels" / "gateways"
SECRETS = {name: name.lower() for name in ("TENANT", "TOKEN", "SERVICE", "ACCOUNT", "KEY", "SECRET", "SENDER")}
FORM = "application/x-www-form-urlencoded"
Serve = Callable[[flask.Flask], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Runs a Flask programme on a free port of this machine; gives its address."""
    running = []

    def start(programme: flask.Flask) -> str:
        server = wsgi.Server(("127.0.0.1", 0), programme, numthreads=2)
        server.prepare()
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.bind_addr[1]}"

    yield start
    for server, thread in running:
        server.stop()
        thread.join(timeout=5)


def gateway(name: str, address: str) -> SmsGateway:
    """The documentation's form, asking on this machine."""
    tables = tables_of(FORMS / name)
    for part in ("send", "status"):
        if part in tables:
            tables[part]["url"] = address + "/" + tables[part]["url"].split("/", 3)[3]
    return SmsGateway(form_of(tables), SECRETS)


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.toml")), ids=lambda path: path.name)
def test_every_form_of_the_documentation_is_understood(path):
    form = read_form(path)

    assert form.secrets() <= set(SECRETS)
    assert form.send.url.startswith("https://")
    assert form.tells_arrivals


def test_karaden_takes_a_form_and_is_asked_for_its_receipt(house, phone, serve):
    programme, asked = flask.Flask("karaden"), []

    @programme.post("/api/tenant/messages")
    def take() -> Any:
        asked.append({**flask.request.form, **dict(flask.request.headers)})
        return {"id": "1b4e28ba", "object": "message"}

    @programme.get("/api/tenant/messages/1b4e28ba")
    def status() -> Any:
        return {"id": "1b4e28ba", "status": "done", "sent_result": "received"}

    house.use(channel_to(gateway("karaden.toml", serve(programme))))
    house.release(phone(address="+81 90-1234-5678"))

    house.carry_out()
    Clockwork(house.channel).tick()

    assert (asked[0]["to"], asked[0]["service_id"]) == ("09012345678", "service")
    assert (asked[0]["Authorization"], asked[0]["Karaden-Version"]) == ("Bearer token", "2023-01-01")
    assert "警戒レベル4" in asked[0]["body"]
    assert (states(), delivery().state) == (["arrived"], "confirmed")


def test_twilio_takes_a_form_with_basic_authentication_and_calls_back(house, phone, serve, client, monkeypatch):
    programme, asked = flask.Flask("twilio"), []

    @programme.post("/2010-04-01/Accounts/account/Messages.json")
    def take() -> Any:
        asked.append({**flask.request.form, **dict(flask.request.headers)})
        if flask.request.form["To"] == "+819000000404":
            return {"code": 21211, "message": "Invalid 'To' Phone Number: +819000000404", "status": 400}, 400
        return {"sid": "SM0001", "status": "queued"}, 201

    house.use(channel_to(gateway("twilio.toml", serve(programme))))
    house.release(phone(address="090-1234-5678,090-0000-0404"))
    house.carry_out()
    reading = house.channel.gateway.form.callback
    monkeypatch.setattr("todoke.shared.sms.views.receipts.reading_of_receipts", lambda: reading)

    address = asked[0]["StatusCallback"].removeprefix("https://www.city.example.jp")
    sent = client.post(address, "MessageSid=SM0001&MessageStatus=sent", content_type=FORM)
    between = states()
    client.post(address, "MessageSid=SM0001&MessageStatus=delivered", content_type=FORM)
    client.post(address, "MessageSid=SM0001&MessageStatus=undelivered", content_type=FORM)

    assert asked[0]["To"] == "+819012345678"
    assert asked[0]["Authorization"] == "Basic " + base64.b64encode(b"account:token").decode()
    assert (sent.status_code, between) == (200, ["accepted", "refused"])
    assert states() == ["arrived", "refused"]
    receipts.tell_the_ledger(at=AT)
    assert "090-****-0404" in FollowUp.objects.get().delivery.reason


def test_vonage_says_in_a_word_what_it_took(house, phone, serve):
    programme = flask.Flask("vonage")
    words = iter(["1", "0", "6"])

    @programme.post("/sms/json")
    def take() -> Any:
        assert flask.request.form["to"] in ("819012345678", "818012345678")
        word = next(words)
        return {"message-count": "1", "messages": [{"status": word, "message-id": "0A", "error-text": "anti-spam"}]}

    house.use(channel_to(gateway("vonage.toml", serve(programme))))
    house.release(phone(address="090-1234-5678"))
    house.carry_out()
    throttled = (states(), delivery().state)
    house.carry_out(at=AT + HOUR)
    house.release(phone(key="other", address="080-1234-5678"))
    house.carry_out()

    assert throttled == (["planned"], "planned")
    assert states() == ["accepted", "refused"]
    assert delivery().state == "failed"
    assert "anti-spam" in delivery().reason


def test_where_a_provider_knows_no_key_what_is_in_doubt_waits_for_a_person(house, phone, serve):
    programme, asked = flask.Flask("karaden"), []

    @programme.post("/api/tenant/messages")
    def take() -> Any:
        asked.append(flask.request.form["to"])
        if asked == ["09000000001"]:
            return "<html>down for maintenance", 502
        return {"id": str(len(asked))}

    house.use(channel_to(gateway("karaden.toml", serve(programme))))
    house.release(phone(address="090-0000-0001,090-0000-0002"))

    house.carry_out()
    house.carry_out(at=AT + HOUR)

    assert asked == ["09000000001", "09000000002"]
    assert states() == ["leaving", "accepted"]
    assert delivery().state == "unknown"
    assert FollowUp.objects.count() == 1


GOOD: dict[str, Any] = {"send": {"url": "https://sms.example/v1", "fields": {"to": "{number}", "text": "{text}"}}}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"send": {}}, "begins with https"),
        ({"send": {"url": "http://sms.example/v1"}}, "begins with https"),
        ({"send": {**GOOD["send"], "fields": {"to": "{telephone}"}}}, "knows no slot {telephone}"),
        ({"send": {**GOOD["send"], "headers": {"A": "{secret}"}}}, "{secret:NAME}"),
        ({"send": {**GOOD["send"], "headers": {"A": "{basic:USER}"}}}, "{basic:USER:PASSWORD}"),
        ({"send": {**GOOD["send"], "body": "xml"}}, "body is one of"),
        ({"send": {**GOOD["send"], "method": "SEND"}}, "method is one of"),
        ({"send": {**GOOD["send"], "adress": "x"}}, "has adress"),
        ({**GOOD, "batch": 5}, "belong together"),
        ({**GOOD, "numbers": "e164"}, "has numbers"),
        ({**GOOD, "number": "e.164"}, "number is one of"),
        ({**GOOD, "parts_max": 0}, "parts_max is a whole number"),
        ({**GOOD, "yen_per_part": "ten"}, "in yen"),
        ({"send": {**GOOD["send"], "answer": {"words": {"accepted": ["0"]}}}}, "no “word”"),
        ({"send": {**GOOD["send"], "answer": {"word": "s", "words": {"taken": ["0"]}}}}, "knows no state taken"),
        ({"send": {**GOOD["send"], "answer": {"format": "text", "word": "("}}}, "no regular expression"),
        ({"send": {**GOOD["send"], "accepted_status": ["ok"]}}, "list of statuses"),
        ({**GOOD, "status": {"url": "https://sms.example/{number}", "answer": {}}}, "knows no slot {number}"),
        ({**GOOD, "status": {"url": "https://sms.example/{reference}"}}, "status.answer"),
    ],
)
def test_a_form_that_cannot_work_is_refused_with_the_place_and_an_example(changed, words):
    with pytest.raises(BadForm) as trouble:
        form_of(changed)

    assert words in str(trouble.value)


def test_a_file_that_is_not_toml_says_so(tmp_path):
    (tmp_path / "sms.toml").write_text("name = ")

    with pytest.raises(BadForm, match="not TOML"):
        read_form(tmp_path / "sms.toml")
    with pytest.raises(BadForm, match="cannot be read"):
        read_form(tmp_path / "none.toml")


def test_an_answer_in_plain_text_is_read_by_its_pattern(house, phone, serve):
    programme = flask.Flask("plain")

    @programme.get("/send")
    def take() -> Any:
        assert flask.request.args["to"] == "09000000001"
        return "OK:4711", {"Content-Type": "text/plain"}

    answer = {"format": "text", "word": "^(OK|NG)", "words": {"accepted": ["OK"]}, "reference": "OK:(\\d+)"}
    fields = {"to": "{number}", "text": "{text}"}
    send = {"method": "GET", "url": f"{serve(programme)}/send", "body": "query", "fields": fields, "answer": answer}
    house.use(channel_to(SmsGateway(form_of({"send": send}), {})))
    house.release(phone())

    house.carry_out()

    assert states() == ["accepted"]
    assert delivery().attempts.latest("pk").reference == "4711"
