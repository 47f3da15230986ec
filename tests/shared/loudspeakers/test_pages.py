"""The pages: what everybody hears again, what staff see, what can be ordered from the simulated station."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from tests.sign_in import staff_client
from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.shared.loudspeakers.models import Broadcast, BroadcastState, Sounding
from todoke.shared.loudspeakers.recording import sound_path
from todoke.shared.loudspeakers.station.faults import Trouble, faults_in_force

pytestmark = pytest.mark.django_db
SOUND = b"RIFF" + bytes(range(96))


@pytest.fixture(autouse=True)
def rooms(settings, tmp_path):
    settings.LOUDSPEAKER_ROOT = tmp_path / "loudspeakers"
    settings.SIMULATOR_ROOT = tmp_path / "simulators"
    path = sound_path(settings.LOUDSPEAKER_ROOT, "a" * 64)
    path.parent.mkdir(parents=True)
    path.write_bytes(SOUND)


def make(number=1, *, hours=0.1, message="m1", kind="first", text="避難してください。", **facts) -> Broadcast:
    at = now() - timedelta(hours=hours)
    return Broadcast.objects.create(
        **{
            "key": str(uuid.uuid4()),
            "message_key": message,
            "edition": f"{message}.{number}",
            "edition_number": number,
            "edition_kind": kind,
            "mode": "actual",
            "address": "minato",
            "title": f"第{number}報",
            "text": text,
            "sound": "a" * 64,
            "seconds": 10,
            "state": BroadcastState.DONE,
            "began_at": at,
            "deadline_at": at + timedelta(minutes=5),
            "ended_at": at + timedelta(minutes=2),
            **facts,
        }
    )


def page(client=None) -> str:
    response = (client or Client()).get("/loudspeakers/")
    assert response.status_code == 200
    return response.content.decode()


def test_everybody_reads_and_hears_what_was_just_said():
    said = make()

    html = page()

    assert "避難してください。" in html
    assert f'src="/loudspeakers/{said.key}.wav"' in html
    assert "<script" not in html


def test_an_edition_that_several_groups_said_stands_there_once():
    make(address="minato")
    make(address="sumise")

    assert page().count("避難してください。") == 1


@pytest.mark.parametrize(
    "hidden", [{"mode": "exercise"}, {"hours": 24.1}, {"state": BroadcastState.HANDING, "ended_at": None}]
)
def test_drills_old_broadcasts_and_what_never_left_are_not_shown(hidden):
    make(**hidden)

    assert "避難してください。" not in page()
    assert json.loads(Client().get("/loudspeakers/said.json").content) == {"broadcasts": []}


@pytest.mark.parametrize("kind", ["cancel", "correction"])
def test_what_was_wrong_is_neither_shown_nor_heard_again(kind):
    wrong = make(hours=2)
    make(2, kind=kind, text="先ほどの放送を、取り消します。")

    html = page()

    assert "避難してください。" not in html
    assert "取り消し・訂正されました" in html
    assert "先ほどの放送を、取り消します。" in html
    assert Client().get(f"/loudspeakers/{wrong.key}.wav").status_code == 404


def test_an_update_leaves_the_earlier_text_and_says_that_there_is_a_newer_one():
    make(hours=2)
    make(2, kind="update", text="続きです。")

    html = page()

    assert "避難してください。" in html
    assert "新しい放送があります" in html


def test_the_telephone_service_gets_what_holds_newest_first():
    make(hours=3, message="other", text="ごみの収集はありません。")
    make(hours=2)
    make(2, kind="update", text="続きです。")

    response = Client().get("/loudspeakers/said.txt")
    text = response.content.decode()

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=10"
    assert "避難してください。" not in text
    assert text.index("続きです。") < text.index("ごみの収集はありません。")
    assert "分の放送です。" in text


def test_the_telephone_service_says_so_when_there_was_nothing():
    assert "放送はありません" in Client().get("/loudspeakers/said.txt").content.decode()


def test_machines_get_the_same_with_the_address_of_the_sound():
    said = make()

    (told,) = json.loads(Client().get("/loudspeakers/said.json").content)["broadcasts"]

    assert told["text"] == "避難してください。"
    assert told["sound"].endswith(f"/loudspeakers/{said.key}.wav")


def test_the_sound_comes_whole_and_in_pieces():
    address = f"/loudspeakers/{make().key}.wav"

    whole = Client().get(address)
    piece = Client().get(address, headers={"Range": "bytes=4-7"})
    rest = Client().get(address, headers={"Range": "bytes=96-"})
    last = Client().get(address, headers={"Range": "bytes=-2"})
    beyond = Client().get(address, headers={"Range": "bytes=500-"})

    assert b"".join(whole.streaming_content) == SOUND
    assert whole.headers["Content-Type"] == "audio/wav"
    assert (piece.status_code, piece.content) == (206, SOUND[4:8])
    assert piece.headers["Content-Range"] == "bytes 4-7/100"
    assert rest.content == SOUND[96:]
    assert last.content == SOUND[-2:]
    assert beyond.status_code == 416


def test_the_strict_policy_lets_the_sound_play_and_nothing_else():
    policy = Client().get("/loudspeakers/").headers["Content-Security-Policy"]

    assert "media-src 'self'" in policy
    assert "default-src 'none'" in policy


def test_staff_see_each_unit_and_each_broadcast(units):
    broadcast = make(state=BroadcastState.PARTLY, says="鳴った 1基、鳴らなかった 1基")
    Sounding.objects.create(broadcast=broadcast, unit=units["minato-01"], wave=1, state="sounded", at=now())
    Sounding.objects.create(
        broadcast=broadcast, unit=units["minato-02"], wave=1, state="failed", says="電源が切れています", at=now()
    )
    client = staff_client("loudspeakers.read")

    overview = client.get("/desk/loudspeakers/").content.decode()
    one = client.get(f"/desk/loudspeakers/{broadcast.pk}/").content.decode()

    assert "minato-01子局" in overview
    assert "鳴らなかったスピーカーがあります" in overview
    assert "電源が切れています" in one
    assert f'src="/desk/loudspeakers/{broadcast.pk}/sound.wav"' in one
    assert b"".join(client.get(f"/desk/loudspeakers/{broadcast.pk}/sound.wav").streaming_content) == SOUND


@pytest.mark.parametrize("path", ["", "{pk}/", "{pk}/sound.wav"])
def test_without_the_permission_nothing_is_shown(path):
    address = "/desk/loudspeakers/" + path.format(pk=make().pk)

    assert staff_client("watch.read").get(address).status_code == 403


def test_the_list_asks_as_many_questions_for_three_units_as_for_one(units, django_assert_max_num_queries):
    client = staff_client("loudspeakers.read")
    client.get("/desk/loudspeakers/")

    with django_assert_max_num_queries(16):
        client.get("/desk/loudspeakers/")


def test_faults_are_ordered_from_the_page_and_stand_in_the_record(units, settings):
    client = staff_client("loudspeakers.read", "messaging.operate")

    answer = client.post("/simulators/loudspeakers/faults/", {"trouble": "busy", "dead": ["minato-01"]}, follow=True)

    faults = faults_in_force(settings.SIMULATOR_ROOT / "loudspeakers")
    assert faults.trouble is Trouble.BUSY
    assert faults.dead == {"minato-01"}
    assert "模擬の操作卓の障害を設定しました。" in answer.content.decode()
    assert Entry.objects.filter(what="loudspeakers.faults-ordered").count() == 1


def test_a_fault_that_there_is_not_is_refused(units, settings):
    client = staff_client("loudspeakers.read", "messaging.operate")

    client.post("/simulators/loudspeakers/faults/", {"trouble": "explode"})

    assert faults_in_force(settings.SIMULATOR_ROOT / "loudspeakers").trouble is Trouble.NONE


def test_where_the_real_station_is_connected_there_is_no_simulator(settings):
    settings.SIMULATORS = False

    assert staff_client("loudspeakers.read").get("/simulators/loudspeakers/").status_code == 404
