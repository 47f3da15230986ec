"""While the database is away, nothing that was entered is lost."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from tests.sign_in import staff_client

from todoke.base import journal
from todoke.base.clock import now
from todoke.ground.people import gate
from todoke.project.start.checkup import look_at_journal

ENTERED = {"ja_title": "避難指示", "ja_body": "1行目\n2行目", "to": ["a", "b"]}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR = tmp_path
    return tmp_path / "journal"


@pytest.fixture
def away(monkeypatch):
    """The database goes away between two clicks."""

    def refuse(*_):
        raise OperationalError("connection refused")

    def go(*, back=False):
        monkeypatch.undo() if back else monkeypatch.setattr(gate, "viewer_for", refuse)

    return go


def post(client: Client, fields=ENTERED, address="/desk/emergency/start/"):
    client.raise_request_exception = False
    return client.post(address, fields)


@pytest.mark.django_db
def test_what_staff_sent_comes_back_ready_to_be_sent_again_and_is_kept(away):
    client = staff_client("emergency.read", "emergency.draft")
    away()

    answer = post(client)

    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "no-store" in answer.headers["Cache-Control"]
    for part in ('value="避難指示"', 'name="to" value="a"', 'name="to" value="b"', "1行目<br>2行目"):
        assert part in page
    assert 'action="/desk/emergency/start/"' in page
    [name] = journal.names()
    assert name in page
    assert journal.read(name).fields == {
        **{key: [value] for key, value in ENTERED.items() if key != "to"},
        "to": ["a", "b"],
    }


@pytest.mark.django_db
def test_the_copy_on_the_disk_is_sealed_and_has_no_mark_of_the_form(away, folder):
    client = staff_client("emergency.read", "emergency.draft")
    away()

    post(client, {**ENTERED, "csrfmiddlewaretoken": "x" * 32})

    [path] = folder.iterdir()
    assert "避難".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "csrfmiddlewaretoken" not in journal.read(path.stem).fields


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "cookie"), [("/accounts/login/", True), ("/subscriptions/", True), ("/desk/emergency/start/", False)]
)
def test_secrets_residents_and_strangers_are_written_to_no_disk(away, address, cookie, monkeypatch):
    client = staff_client("emergency.read") if cookie else Client()
    away()
    monkeypatch.setattr("django.middleware.csrf.CsrfViewMiddleware.process_request", _refuse)

    answer = post(client, {"password": "secret words", "login": "sato"}, address)

    assert answer.status_code == 503
    assert journal.names() == []
    assert ("secret words" in answer.content.decode()) == (address != "/accounts/login/")


def _refuse(*_):
    raise OperationalError("connection refused")


@pytest.mark.django_db
def test_a_page_that_is_only_read_says_to_come_back(away):
    client = staff_client("emergency.read")
    client.raise_request_exception = False
    away()

    answer = client.get("/desk/emergency/")

    assert answer.status_code == 503
    assert "もう一度送る" not in answer.content.decode()
    assert "/alerts/" in answer.content.decode()


def test_the_journal_takes_no_more_than_its_limits(monkeypatch):
    monkeypatch.setattr(journal, "ENTRIES_MAX", 2)

    first, second, third = (journal.keep("/desk/", {"a": ["b"]}, at=now()) for _ in range(3))

    assert first
    assert second
    assert third is None
    assert journal.keep("/desk/", {"a": ["b" * journal.BYTES_MAX]}, at=now()) is None


def test_after_a_month_it_is_forgotten():
    journal.keep("/desk/", {"a": ["old"]}, at=now() - journal.KEPT - timedelta(days=1))

    journal.keep("/desk/", {"a": ["new"]}, at=now())

    assert [journal.read(name).fields for name in journal.names()] == [{"a": ["new"]}]


def test_a_disk_without_room_costs_the_copy_and_not_the_page(monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "write_atomically", full)

    assert journal.keep("/desk/", {"a": ["b"]}, at=now()) is None


def test_the_command_lists_shows_and_forgets(capsys):
    name = journal.keep("/desk/emergency/start/", {"ja_title": ["避難指示"]}, at=now())

    call_command("journal")
    call_command("journal", name)
    call_command("journal", name, "--forget")
    call_command("journal")

    said = capsys.readouterr().out
    assert all(word in said for word in (name, "1件", "避難指示", "/desk/emergency/start/", "控えはありません"))


@pytest.mark.parametrize("name", ["nothing", "../secret", ""])
def test_a_name_that_is_none_is_told(name):
    with pytest.raises(CommandError, match="はありません"):
        call_command("journal", name or "x", "--forget")


def test_the_doctor_says_that_something_waits():
    assert look_at_journal().verdict.name == "OK"
    journal.keep("/desk/", {"a": ["b"]}, at=now())
    assert "1件" in look_at_journal().says
