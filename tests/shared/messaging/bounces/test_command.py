"""`todoke bounces`: what a mail server hears when it pipes a mail in."""

import io
import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import OperationalError

from tests.shared.messaging.bounces import notices
from tests.shared.messaging.bounces.notices import about
from todoke.shared.messaging.management.commands import bounces as command
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.types import ContactState


@pytest.fixture
def pipe(monkeypatch):
    """Pipe these bytes in; the exit code and what was said."""

    def pipe(raw: bytes, *options: str, **environment: str) -> tuple[int, str]:
        for name in ("ORIGINAL_RECIPIENT", "RECIPIENT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        said, wrong = io.StringIO(), io.StringIO()
        try:
            call_command("bounces", *options, stdout=said, stderr=wrong)
        except SystemExit as left:
            return int(left.code), wrong.getvalue()
        return 0, said.getvalue().strip()

    return pipe


def return_path_of(contact: Contact) -> str:
    return f"bounce+{token_of(contact.pk, contact.generation)}@city.example.jp"


def resting() -> list[int]:
    return list(Contact.objects.filter(state=ContactState.SUPPRESSED).order_by("pk").values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_bounce_by_the_option_by_the_environment_or_by_its_header(readers, pipe):
    by_option = pipe(notices.POSTFIX, "--to", return_path_of(readers[0]))
    by_environment = pipe(
        notices.EXIM, ORIGINAL_RECIPIENT=return_path_of(readers[1]), RECIPIENT="bounce@city.example.jp"
    )
    by_header = pipe(about(notices.QMAIL, token_of(readers[2].pk, 1)), RECIPIENT="bounce@city.example.jp")

    assert [by_option, by_environment, by_header] == [(0, "taken")] * 3
    assert resting() == [reader.pk for reader in readers[:3]]


@pytest.mark.django_db
def test_whatever_is_no_bounce_is_taken_off_the_servers_hands(readers, pipe):
    assert pipe(notices.HOLIDAY) == (0, "ignored")
    assert pipe(notices.POSTFIX) == (0, "foreign")
    assert pipe(notices.A_PERSON) == (0, "unread")
    assert pipe(b"\xff\x00 no mail at all") == (0, "unread")
    assert resting() == []


@pytest.mark.django_db
def test_a_long_mail_is_taken_to_its_end_and_read_at_its_beginning(readers, pipe):
    long = about(notices.POSTFIX, token_of(readers[0].pk, 1)) + b"x" * 3_000_000

    assert pipe(long) == (0, "taken")
    assert sys.stdin.buffer.read() == b""


def test_nothing_at_all_is_no_mail(pipe):
    code, says = pipe(b"\n")

    assert code == 65
    assert says


@pytest.mark.parametrize("trouble", [OperationalError("server closed the connection"), ValueError("an error of ours")])
def test_in_trouble_the_server_is_to_keep_it(pipe, monkeypatch, trouble):
    def fail(*_, **__):
        raise trouble

    monkeypatch.setattr(command, "take_in", fail)

    code, says = pipe(notices.POSTFIX)

    assert code == 75
    assert type(trouble).__name__ in says


@pytest.mark.parametrize("broken", [{"DATABASE_URL": "no database"}, {"TODOKE_PORT": "none"}])
def test_a_house_that_cannot_start_loses_no_bounce(broken, tmp_path):
    environment = {**os.environ, "TODOKE_VAR": str(tmp_path), **broken}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    token = "bounce+" + "a" * 32 + "@city.example.jp"

    left = subprocess.run(
        [sys.executable, "-m", "todoke.project.cli", "bounces", "--to", token],
        input=notices.POSTFIX,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert left.returncode == 75, left.stderr.decode()
