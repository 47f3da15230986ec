"""Loading the permanent destinations from the city folder."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.cities import SAMPLE_CITY
from todoke.ground.places.models import Area
from todoke.ground.places.registry import LoadReport
from todoke.shared.calling.city import TreesPart
from todoke.shared.messaging.channels.outside import webhook_secret_of
from todoke.shared.messaging.city import DestinationsPart
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import Mode

pytestmark = pytest.mark.django_db

HEAD = "key,channel,name,address,reach,joins_drills,language,areas\n"
PRESS = "press,messaging.mail,報道,press@news.example.jp,public,0,ja,\n"


@pytest.fixture(autouse=True)
def areas() -> list[Area]:
    city = Area.objects.create(key="nagihama", kind="municipality", name="凪浜市")
    return [
        Area.objects.create(key=f"{key}-chiku", kind="district", name=key, parent=city)
        for key in ("takamori", "chuo", "minato", "sumise", "sunahara")
    ]


def load(folder: Path, rows: str | None = None) -> LoadReport:
    if rows is not None:
        (folder / "destinations.csv").write_text(HEAD + rows, encoding="utf-8")
    report = LoadReport(folder)
    # The destinations of call trees name them.
    TreesPart().load(folder, report)
    DestinationsPart().load(folder, report)
    return report


def test_the_fictional_city_has_destinations_on_every_channel_and_loads_twice_the_same():
    first = load(SAMPLE_CITY)
    second = load(SAMPLE_CITY)

    # The page on which we speak for another city comes with that city's delegation, and mail to those who take part in
    # a drill with their consent, never with our own file.
    brought = ("messaging.demo-", "delegation.page", "emergency.drill-mail")
    every = {channel.key for channel in channels if not channel.key.startswith(brought)}
    assert [str(fault) for fault in first.faults] == []
    assert 50 <= Destination.objects.filter(is_active=True).count() <= 200
    assert set(Destination.objects.values_list("channel", flat=True)) == every
    assert second.changes() == 0


def test_a_drill_in_the_fictional_city_reaches_every_other_channel_and_nobody_outside():
    load(SAMPLE_CITY)

    drilled = [place for place in Destination.objects.all() if place.takes(Mode.EXERCISE)]

    every = set(Destination.objects.values_list("channel", flat=True))
    # An ordinary notice is never a drill.
    assert {place.channel for place in drilled} == every - {"notices.page"}
    assert {place.reach for place in drilled} == {"simulator", "staff"}
    assert all(place.joins_drills for place in drilled if place.reach == "staff")


def test_a_destination_serves_the_areas_of_its_row(tmp_path):
    load(tmp_path, "list,messaging.mail,登録者,list@example.jp,public,0,ja,chuo-chiku;minato-chiku\n")
    load(tmp_path, "list,messaging.mail,登録者,list@example.jp,public,0,ja,minato-chiku\n")

    assert [area.key for area in Destination.objects.get().areas.all()] == ["minato-chiku"]


@pytest.mark.parametrize(
    ("row", "place", "words"),
    [
        (
            "press,messaging.mail,報道,news.example.jp,public,0,ja,",
            "2:4（列 address）",
            "メールアドレスとして読めません",
        ),
        ("line,messaging.line,LINE,everybody,public,0,ja,", "2:4（列 address）", "LINEの宛先として読めません"),
        ("hook,messaging.webhook,放送局,http://a.example/,public,0,ja,", "2:4（列 address）", "https://"),
        ("tel,messaging.person,会長,でんわ,public,0,ja,", "2:4（列 address）", "電話番号として読めません"),
        ("fax,messaging.fax,学校,0,public,0,ja,", "2:2（列 channel）", "messaging.mail"),
        ("press,messaging.mail,報道,a@b.example,everybody,0,ja,", "2:5（列 reach）", "simulator"),
        ("press,messaging.mail,報道,a@b.example,public,1,ja,", "2:6（列 joins_drills）", "訓練を送れません"),
        ("press,messaging.mail,報道,a@b.example,simulator,0,ja,", "2:4（列 address）", "simulator: で始めて"),
        (
            "press,messaging.mail,報道,simulator:a@b.example,public,0,ja,",
            "2:4（列 address）",
            "本番では誰にも届きません",
        ),
        ("press,messaging.mail,報道,a@b.example,public,0,fr,", "2:7（列 language）", "ja-easy"),
        ("press,messaging.mail,報道,a@b.example,public,0,ja,atlantis", "2:8（列 areas）", "atlantis"),
        ("Press,messaging.mail,報道,a@b.example,public,0,ja,", "2:1（列 key）", "半角の小文字"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place_and_a_remedy(tmp_path, row, place, words):
    report = load(tmp_path, row + "\n")

    assert len(report.faults) == 1
    assert str(report.faults[0]).startswith(f"destinations.csv:{place}")
    assert words in report.faults[0].text


def test_a_key_may_stand_in_the_file_once(tmp_path):
    report = load(tmp_path, PRESS + PRESS)

    assert "もう上の行にあります" in report.faults[0].text
    assert report.faults[0].place.line == 3


def test_a_row_that_is_taken_out_is_switched_off_and_one_added_by_a_person_stays(tmp_path, django_user_model):
    officer = django_user_model.objects.create(login_name="sato", name="佐藤")
    Destination.objects.create(
        key="added", channel="messaging.mail", name="追加", address="a@b.example", added_by=officer
    )
    load(tmp_path, PRESS + "second,messaging.mail,二つ目,second@news.example.jp,public,0,ja,\n")

    load(tmp_path, PRESS)

    assert dict(Destination.objects.values_list("key", "is_active")) == {"press": True, "second": False, "added": True}


def test_a_city_without_the_file_has_no_destinations_and_no_fault(tmp_path):
    report = load(tmp_path)

    assert report.faults == []
    assert Destination.objects.count() == 0


def test_the_secret_of_a_partner_can_be_told_to_it_and_no_other_destination_has_one(capsys):
    load(SAMPLE_CITY)

    call_command("webhook", "hook-mirror")

    assert capsys.readouterr().out.strip() == webhook_secret_of("hook-mirror")
    with pytest.raises(CommandError, match="hook-mirror"):
        call_command("webhook", "mail-press")
