"""`todoke up` for a collector of logs: one object a line, whatever its processes and commands write."""

import json

import pytest

from todoke.base.jobs.registry import Process
from todoke.project.start.management.commands.up import Command, Told
from todoke.project.start.supervisor import Supervisor, as_object, told_as_json, told_as_text

OBJECT = '{"time": "2026-11-21T07:00:00.000+00:00", "level": "info", "message": "x"}'


def test_an_object_of_a_process_is_passed_on_as_it_is() -> None:
    assert told_as_json("worker-emergency", OBJECT) == OBJECT


def test_any_other_line_is_made_into_one_and_redacted() -> None:
    told = json.loads(told_as_json("web", "no such user hanako@mail.example.jp"))

    assert (told["message"], told["role"], told["level"]) == ("no such user ‹…›", "web", "info")
    assert told["time"].endswith("+00:00")


def test_on_a_console_a_line_begins_with_the_name() -> None:
    assert told_as_text("web", "hello") == "web        | hello"


def test_the_lines_of_a_process_go_where_they_are_retold() -> None:
    retold: list[tuple[str, str]] = []
    said: list[str] = []
    process = Process("demo.talker", ("shell", "--no-imports", "-c", "print('hello')"))
    supervisor = Supervisor([process], said.append, lambda name, line: retold.append((name, line)))

    supervisor.start()
    supervisor.children[0].running.wait(30)
    supervisor.children[0].reader.join(5)
    supervisor.stop()

    assert retold == [("talker", "hello")]
    assert said == []


def test_what_a_command_writes_is_said_line_by_line() -> None:
    said: list[str] = []
    file = Told(said.append)

    for text in ("市: 新規1\n地", "域: 新規46\n", "\n", "rest"):
        file.write(text)

    assert said == ["市: 新規1", "地域: 新規46"]


@pytest.mark.parametrize(("form", "kind"), [("json", Told), ("text", type(None))])
def test_a_command_writes_to_the_console_itself_unless_a_collector_reads(settings, form, kind) -> None:
    settings.LOGS = form

    assert isinstance(Command()._listener(), kind)


def test_an_object_has_no_line_break() -> None:
    assert "\n" not in as_object("up", "one\ntwo")
