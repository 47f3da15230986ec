"""Forms of providers that call, what is said, recordings, the simulator's page, and the doctor's question."""

from typing import Any

import pytest

from tests.shared.messaging.editions import edition as an_edition
from tests.sign_in import staff_client
from todoke.shared.calling.automatic.checkup import Provider
from todoke.shared.calling.automatic.gateway import CallGateway, form_of
from todoke.shared.calling.automatic.recording import recorded
from todoke.shared.calling.automatic.simulator.provider import CallSimulator
from todoke.shared.calling.automatic.words import Spoken, spoken
from todoke.shared.loudspeakers.sounds import wav_seconds
from todoke.shared.loudspeakers.speech import SpeechAway, is_there
from todoke.shared.messaging.http_forms.reading import Entry
from todoke.shared.messaging.http_forms.slots import BadForm
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.simulators.faults import FaultKind
from todoke.shared.messaging.types import EditionKind, Mode

ORDER: dict[str, Any] = {"url": "https://calls.example/v1", "fields": {"to": "{number}", "say": "{text}"}}
STATUS: dict[str, Any] = {
    "method": "GET",
    "url": "https://calls.example/v1/{reference}",
    "answer": {"word": "status", "words": {"heard": ["completed"]}, "digits": "digits"},
}
GOOD: dict[str, Any] = {"order": ORDER, "status": STATUS}
FORM = """name = "事業者"
[order]
url = "https://calls.example/{secret:ACCOUNT}"
[order.fields]
to = "{number}"
say = "WHAT"
[callback]
word = "status"
"""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"status": STATUS}, "[order] is missing"),
        ({"order": ORDER}, "nobody learns who was reached"),
        ({**GOOD, "order": {**ORDER, "fields": {"to": "{number}"}}}, "says nothing"),
        ({**GOOD, "order": {**ORDER, "fields": {"say": "{words}"}}}, "knows no slot {words}"),
        ({**GOOD, "batch": 9}, "belong together"),
        ({**GOOD, "minutes": 0}, "minutes is a whole number"),
        ({**GOOD, "retry_by": "them"}, "retry_by is us, provider"),
        ({**GOOD, "status": {**STATUS, "answer": {"word": "s", "words": {"planned": ["x"]}}}}, "no state planned"),
        ({**GOOD, "cancel": {"url": "http://calls.example"}}, "begins with https"),
    ],
)
def test_a_form_that_cannot_work_is_refused_with_the_place(changed, words):
    with pytest.raises(BadForm) as trouble:
        form_of(changed)

    assert words in str(trouble.value)


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en", "vi"])
def test_what_is_said_is_said_twice_and_says_how_to_confirm(language):
    made, _left_out = spoken(an_edition(), language)

    lines = made.written.split("\n")
    assert made.written.count(lines[0]) >= 2
    assert "1" in lines[-1]
    assert "http" not in made.written
    assert Spoken.from_bytes(made.as_bytes()) == made


def test_a_drill_a_correction_and_a_cancellation_are_heard_as_such():
    drill = spoken(an_edition(mode=Mode.EXERCISE), "ja")[0]
    test = spoken(an_edition(mode=Mode.TEST), "ja")[0]
    corrected = spoken(an_edition(2, EditionKind.CORRECTION, note="区域の誤り"), "ja")[0]
    cancelled = spoken(an_edition(2, EditionKind.CANCEL, note="区域の誤り"), "ja")[0]

    assert drill.written.startswith("訓練です。")
    assert test.written.startswith("試験です。")
    assert "訂正" in corrected.written
    assert "取り消" in cancelled.written
    assert "全員避難してください" not in cancelled.written


@pytest.mark.skipif(not is_there(), reason="pyopenjtalk-plus is not installed: no voice to record")
@pytest.mark.django_db
def test_a_recording_is_made_once_by_the_citys_voice(tmp_path):
    short = Spoken("訓練です。", "訓練です。", "ja")

    name, sound = recorded(short, an_edition(), tmp_path / "sounds", tmp_path / "dictionaries")
    again = recorded(short, an_edition(), tmp_path / "sounds", tmp_path / "dictionaries")

    assert wav_seconds(sound) > 1
    assert (name, sound) == again


@pytest.mark.django_db
def test_a_recording_is_fetched_by_its_name_alone(client, settings, tmp_path):
    settings.RECORDINGS_ROOT = tmp_path
    (tmp_path / f"{'f' * 64}.wav").write_bytes(b"RIFF")

    found = client.get(f"/calls/recordings/{'f' * 64}.wav")

    assert (found.status_code, found.content, found.headers["Content-Type"]) == (200, b"RIFF", "audio/wav")
    assert client.get(f"/calls/recordings/{'e' * 64}.wav").status_code == 404


@pytest.mark.django_db
def test_our_voice_reads_no_foreign_text(tmp_path):
    with pytest.raises(SpeechAway):
        recorded(Spoken("Evacuate.", "Evacuate.", "en"), an_edition(), tmp_path, tmp_path)


@pytest.mark.django_db
def test_the_simulators_page_shows_who_picked_up_and_what_was_said(settings, tmp_path):
    settings.SIMULATORS = True
    settings.SIMULATOR_ROOT = tmp_path
    with CallSimulator(tmp_path, ring_seconds=0) as machine:
        settings.CALLS_SIMULATOR_PORT = machine.port
        for ending in ("0001", "0480", "0486", "0408"):
            machine.board.ring(f"022000{ending}", "警戒レベル4です。", f"key-{ending}")
        machine.board.ring("0220000001", "警戒レベル4です。", "key-0001")
        client = staff_client("messaging.read", "messaging.operate")

        page = client.get("/simulators/telephones/").content.decode()
        bad = client.post("/simulators/telephones/fault/", {"kind": "answer", "status": "9", "calls": "1"})
        client.post("/simulators/telephones/fault/", {"kind": "hang", "status": "503", "calls": "2"})
        ordered = machine.faults.in_force()["calls"]
        client.post("/simulators/telephones/fault/", {"clear": "1"})
        cleared = machine.faults.in_force()
    away = client.post("/simulators/telephones/fault/", {"clear": "1"}, follow=True).content.decode()
    settings.SIMULATORS = False

    assert "警戒レベル4です。" in page
    assert "0220000001" not in page
    assert "同じ依頼がもう一度来ました" in page
    assert (bad.status_code, ordered.kind, cleared) == (422, FaultKind.HANG, {})
    assert "todoke calls_simulator" in away
    assert client.get("/simulators/telephones/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "secret", "verdict", "words"),
    [
        (None, "", "warning", "人が電話をかけます"),
        (FORM.replace("WHAT", "{text}"), "", "failure", "TODOKE_CALLS_SECRET_ACCOUNT"),
        (FORM.replace("WHAT", "{text}"), "x", "warning", "取り消す手順がありません"),
        (FORM.replace("WHAT", "{recording_url}"), "x", "warning", "録音"),
        (FORM.replace("WHAT", "{text}") + '[cancel]\nurl = "https://calls.example/{reference}"\n', "x", "ok", "1 件"),
        ("order = 1", "", "failure", "読めません"),
    ],
)
def test_the_doctor_says_whether_a_machine_can_ring(settings, tmp_path, monkeypatch, form, secret, verdict, words):
    Destination.objects.create(key="auto", channel="calling.automatic", name="自治会", address="heads")
    monkeypatch.setattr("todoke.shared.calling.automatic.checkup.is_there", lambda: False)
    settings.SIMULATORS = False
    settings.CALLS = None
    settings.CALLS_SECRETS = {"TODOKE_CALLS_SECRET_ACCOUNT": secret}
    if form is not None:
        settings.CALLS = tmp_path / "calls.toml"
        settings.CALLS.write_text(form, encoding="utf-8")

    finding = Provider().run()

    assert finding.verdict.value == verdict
    assert words in finding.says


def test_pressing_another_key_confirms_nothing():
    gateway = CallGateway(form_of(GOOD), {})

    assert gateway.state_of(Entry("heard", "completed", digits="1"))[0] == "confirmed"
    assert gateway.state_of(Entry("heard", "completed", digits="2"))[0] == "heard"
    assert gateway.state_of(Entry("busy", "busy", digits="1"))[0] == "busy"
