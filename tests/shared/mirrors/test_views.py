"""The page of the mirrors, the letter, the doctor and the numbers."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.sign_in import staff_client
from todoke.base.clock import now
from todoke.base.doctor import Verdict
from todoke.ground.audit.models import Entry
from todoke.shared.mirrors.actions import claims
from todoke.shared.mirrors.checkup import Mirrors
from todoke.shared.mirrors.gauges import GAUGES
from todoke.shared.mirrors.models import Mirror, MirrorFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirror(folder, public) -> Mirror:
    claims.note_places([folder], at=now())
    return Mirror.objects.get()


def page(client: Client, address: str = "/desk/mirrors/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_mirror_the_page_says_what_to_do():
    assert "TODOKE_MIRRORS" in page(staff_client("mirrors.read"))


def test_an_old_copy_is_said_to_be_old_on_the_page_and_on_the_home_with_its_age(mirror):
    at = now()
    Mirror.objects.update(public="https://copy.example.jp/", copy_at=at - timedelta(seconds=90), old_since=at)

    shown = page(staff_client("mirrors.read"))

    assert "古い" in shown
    assert "90秒" in shown or "91秒" in shown
    assert "共有フォルダー" in page(staff_client("mirrors.read"), "/desk/")
    assert "写しのサイトを開く" not in page(staff_client("watch.read"), "/desk/")


def test_who_may_only_read_finds_no_button_and_is_refused(mirror):
    reader = staff_client("mirrors.read")

    assert "すべて比べ直す" not in page(reader)
    assert reader.post(f"/desk/mirrors/{mirror.pk}/compare/").status_code == 403


def test_comparing_all_makes_every_file_due_and_is_recorded(mirror):
    MirrorFile.objects.create(mirror=mirror, name="alerts/a.html", size=1, copied_at=now(), compared_at=now())

    staff_client("mirrors.read", "mirrors.operate").post(f"/desk/mirrors/{mirror.pk}/compare/")

    assert MirrorFile.objects.get().compared_at <= now() - timedelta(minutes=10)
    assert Entry.objects.filter(what="mirrors.compared").exists()


def test_a_withdrawn_file_is_named_and_removed_on_a_click(mirror):
    MirrorFile.objects.create(mirror=mirror, name="alerts/gone/index.html", size=1, copied_at=now(), compared_at=now())
    client = staff_client("mirrors.read", "mirrors.operate")
    assert "alerts/gone/index.html" in page(client)

    answer = client.post(f"/desk/mirrors/{mirror.pk}/remove/", follow=True)

    assert "1 件を写しから削除します。" in answer.content.decode()
    assert MirrorFile.objects.get().remove_by is not None


def test_the_letter_names_every_address_and_can_be_saved(settings):
    settings.SITE_ADDRESS = "https://www.city.example.jp"
    client = staff_client("mirrors.read")

    shown = page(client, "/desk/mirrors/letter/?contact=防災課 000-000-0000")
    saved = client.get("/desk/mirrors/letter/?text=1")

    for name in ("", "feed.atom", "feed.json", "alerts.geojson", "history.csv", "state.json"):
        assert f"https://www.city.example.jp/alerts/{name}" in shown
    assert "防災課 000-000-0000" in shown
    assert saved.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in saved.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"public": "https://c.example.jp/", "seconds": 5}, Verdict.OK),
        ({"public": "https://c.example.jp/", "seconds": 65}, Verdict.FAILURE),
        ({"public": "https://c.example.jp/", "seconds": None}, Verdict.FAILURE),
        ({"public": "", "seconds": 5}, Verdict.WARNING),
    ],
)
def test_the_doctor_and_the_numbers_say_how_old_a_copy_is(mirror, values, verdict):
    seconds = values["seconds"]
    at = None if seconds is None else now() - timedelta(seconds=seconds)
    Mirror.objects.update(public=values["public"], copy_at=at, whole_at=at)

    samples = [sample.value for sample in GAUGES[0].read()]

    assert Mirrors().run().verdict is verdict
    assert [round(value) for value in samples] == ([] if seconds is None else [seconds])


def test_the_simulated_partner_hands_out_its_copy_and_nothing_else(settings, tmp_path):
    settings.SIMULATORS, settings.SIMULATOR_ROOT = True, tmp_path
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/mirror.json").write_text("{}")
    (tmp_path / "secret.json").write_text("{}")

    assert Client().get("/simulators/mirror/mirror.json").content == b"{}"
    assert Client().get("/simulators/mirror/../secret.json").status_code == 404
    assert Client().get("/simulators/mirror/%2e%2e/secret.json").status_code == 404
    settings.SIMULATORS = False
    assert Client().get("/simulators/mirror/mirror.json").status_code == 404
