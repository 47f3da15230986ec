"""Loading the city's people from plain files, and the accounts of the fictional city."""

import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from tests.cities import SAMPLE_CITY

from todoke.base.clock import now
from todoke.ground.people.city import PeoplePart
from todoke.ground.people.models import Account, Posting, Role, Section, Staff
from todoke.ground.people.rules import totp_code
from todoke.ground.people.sample import sample_accounts_file, sample_accounts_lines
from todoke.ground.places.models import City
from todoke.ground.places.registry import LoadReport

pytestmark = pytest.mark.django_db

SECTIONS = """key,name,reading,name_en,parent
kiki,危機管理課,ききかんりか,Crisis Management Section,somu
somu,総務部,そうむぶ,General Affairs,
"""
POSTS = "key,name,rank\nkacho,課長,3\nshuji,主事,9\n"
ROLES = """[[roles]]
key = "auditor"
name = "監査"
permissions = ["audit.read"]
"""
STAFF = """login_name,staff_number,name,reading,section,post,role,start_date,end_date,concurrent
Sato,1001,佐藤 一,さとう はじめ,kiki,kacho,auditor,2026-04-01,,
Sato,1001,佐藤 一,さとう はじめ,somu,shuji,auditor,2026-04-01,2027-03-31,1
suzuki,1002,鈴木 花,すずき はな,kiki,shuji,auditor,2026-04-01,,
"""


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    settings.VAR = tmp_path / "var"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for name, text in (("sections.csv", SECTIONS), ("posts.csv", POSTS), ("roles.toml", ROLES), ("staff.csv", STAFF)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def city(*, sample: bool) -> None:
    City.objects.all().delete()
    City.objects.create(pk=1, name="見本市", code="999999", sample=sample)


def load(folder: Path) -> LoadReport:
    report = LoadReport(folder)
    PeoplePart().load(folder, report)
    return report


def test_files_become_sections_posts_roles_and_postings(folder: Path) -> None:
    city(sample=False)

    report = load(folder)

    assert report.faults == []
    assert Section.objects.get(key="kiki").parent == Section.objects.get(key="somu")
    assert [role.permission for role in Role.objects.get().permissions.all()] == ["audit.read"]
    assert list(Staff.objects.order_by("staff_number").values_list("account__login_name", flat=True)) == [
        "sato",
        "suzuki",
    ]
    postings = Posting.objects.filter(staff__staff_number="1001").order_by("section__key")
    assert [(each.section.key, each.is_concurrent, str(each.end_date)) for each in postings] == [
        ("kiki", False, "None"),
        ("somu", True, "2027-03-31"),
    ]


@pytest.mark.parametrize("sample", [True, False])
def test_loading_twice_changes_nothing(folder: Path, sample: bool, django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    city(sample=sample)
    with django_capture_on_commit_callbacks(execute=True):
        load(folder)
    passwords = list(Account.objects.order_by("pk").values_list("password", flat=True))

    with django_capture_on_commit_callbacks(execute=True):
        report = load(folder)

    assert report.changes() == 0
    assert list(Account.objects.order_by("pk").values_list("password", flat=True)) == passwords


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"),
    [
        ("sections.csv", "Section,somu", "Section,soumu", "sections.csv:2:5", "上位の課・係がこのファイルにない"),
        ("sections.csv", "Affairs,\n", "Affairs,kiki\n", "sections.csv:2:5", "互いに上位"),
        ("sections.csv", "somu,総務部", "kiki,総務部", "sections.csv:3:1", "もう使われています"),
        ("posts.csv", "主事,9", "主事,nine", "posts.csv:3:3", "整数ではありません"),
        ("roles.toml", '"auditor"', '"Auditor"', "roles.toml:2:1", "キーは半角"),
        ("staff.csv", "suzuki,1002", "suzuki,1001", "staff.csv:4:2", "ほかの人が使っています"),
        ("staff.csv", "suzuki,", "鈴木,", "staff.csv:4:1", "半角の英小文字"),
        ("staff.csv", "kiki,shuji", "mori,shuji", "staff.csv:4:5", "「mori」というキーはありません"),
        ("staff.csv", "2027-03-31", "2026-03-31", "staff.csv:3:9", "始まりの日より前"),
        ("staff.csv", "2027-03-31", "令和9年", "staff.csv:3:9", "日付ではありません"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(
    folder: Path, *, file: str, old: str, new: str, place: str, words: str
) -> None:
    city(sample=False)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")

    report = load(folder)

    assert str(report.faults[0].place).startswith(place)
    assert words in report.faults[0].text


def test_a_permission_that_no_room_knows_is_a_warning_and_one_taken_out_is_taken_away(folder: Path) -> None:
    city(sample=False)
    load(folder)
    (folder / "roles.toml").write_text(ROLES.replace("audit.read", "audit.raed"), encoding="utf-8")

    report = load(folder)

    assert "「audit.raed」という権限はありません" in report.warnings[0].text
    assert [role.permission for role in Role.objects.get().permissions.all()] == ["audit.raed"]


def test_the_fictional_citys_staff_can_sign_in_with_what_is_printed(  # type: ignore[no-untyped-def]
    folder: Path, django_capture_on_commit_callbacks, capsys
) -> None:
    city(sample=True)
    with django_capture_on_commit_callbacks(execute=True):
        load(folder)
    kept = {
        account["login_name"]: account for account in json.loads(sample_accounts_file().read_text(encoding="utf-8"))
    }

    lines = sample_accounts_lines()
    call_command("people", "code", "sato")
    page = Client().get("/simulators/authenticator").content.decode()

    assert stat.S_IMODE(sample_accounts_file().stat().st_mode) == 0o600
    assert f"  sato  {kept['sato']['password']}  佐藤 一" in lines
    code = totp_code(kept["sato"]["totp_secret"], now())
    assert capsys.readouterr().out.strip() == code
    assert code in page
    assert "これは模擬です" in page
    client = Client()
    client.post("/accounts/login/", {"login": "sato", "password": kept["sato"]["password"]})
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/desk/audit/").status_code == 200


@pytest.mark.parametrize(("sample", "simulators"), [(False, True), (True, False)])
def test_outside_the_fictional_city_its_accounts_show_nothing_and_open_nothing(  # type: ignore[no-untyped-def]
    folder: Path, settings, sample: bool, simulators: bool, django_capture_on_commit_callbacks
) -> None:
    city(sample=True)
    with django_capture_on_commit_callbacks(execute=True):
        load(folder)
    sato = json.loads(sample_accounts_file().read_text(encoding="utf-8"))[0]
    client = Client()
    client.force_login(Account.objects.get(login_name="sato"))

    city(sample=sample)
    settings.SIMULATORS = simulators

    assert sample_accounts_lines() == []
    assert Client().get("/simulators/authenticator").status_code == 404
    with pytest.raises(CommandError, match="no account of the fictional city"):
        call_command("people", "code", "sato")
    answer = Client().post("/accounts/login/", {"login": "sato", "password": sato["password"]})
    assert answer.status_code == 200
    assert client.get("/desk/audit/").headers["Location"].startswith("/accounts/login/")


def test_a_real_citys_staff_get_no_password_from_loading(folder: Path, django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    city(sample=False)

    with django_capture_on_commit_callbacks(execute=True):
        load(folder)

    assert not any(account.has_usable_password() for account in Account.objects.all())
    assert not sample_accounts_file().exists()


def test_the_fictional_city_loads_as_it_is(folder: Path) -> None:
    city(sample=False)

    report = load(SAMPLE_CITY)

    assert report.faults == []
    assert Staff.objects.count() >= 5
    assert set(Role.objects.values_list("key", flat=True)) >= {"drafter", "approver", "auditor"}
    assert Account.objects.filter(is_sample=True).count() == 0
