"""Intake without end, and its command."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from tests.civic.emergency.intake.feed_simulator import FEED, FeedServer, hang

from todoke.civic.emergency.intake import loop
from todoke.civic.emergency.models import Telegram
from todoke.civic.emergency.queries.telegrams import telegrams_waiting
from todoke.ground.places.models import Area, AreaCode


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path, monkeypatch):
    settings.FILES_ROOT, settings.VAR = tmp_path / "files", tmp_path
    settings.INTAKE_FOLDER, settings.FEEDS = tmp_path / "intake", ()
    for name in ("FOLDER_SECONDS", "ENTRY_SECONDS", "PAUSE_SECONDS"):
        monkeypatch.setattr(loop, name, 0.01)
    settings.INTAKE_FOLDER.mkdir()
    return settings.INTAKE_FOLDER


def until(condition, stop, folder, addresses=(), prepare=lambda: 0):
    """Run the loop until the condition holds, at most ten seconds."""
    stopper = threading.Timer(10, stop.set)
    stopper.start()

    def look():
        prepare()
        if condition():
            stop.set()

    loop.run(folder, addresses, stop, look)
    stopper.cancel()


@pytest.mark.django_db
def test_draft_is_asked_for_right_after_a_telegram(surroundings, made):
    area = Area.objects.create(key="sample", kind="municipality", name="見本市")
    AreaCode.objects.create(scheme="jma.city", code="0120100", name="見本市", area=area)
    (surroundings / "a.xml").write_bytes(made(report_time="2026-01-01T00:00:00+09:00").xml())
    waiting = []

    until(lambda: waiting, threading.Event(), surroundings, prepare=lambda: waiting.extend(telegrams_waiting()))

    assert waiting[0].file_name == "a.xml"


@pytest.mark.django_db
def test_fault_in_drafting_does_not_stop_intake(surroundings, made):
    times = []

    def faulty():
        times.append(1)
        (surroundings / f"{len(times)}.xml").write_bytes(
            made(report_time="2026-01-01T00:00:00+09:00", serial=str(len(times))).xml()
        )
        if len(times) < 3:
            raise RuntimeError("a fault of ours")

    until(lambda: len(times) >= 3, threading.Event(), surroundings, prepare=faulty)

    assert Telegram.objects.count() == 2


def test_database_that_goes_away_is_waited_for(surroundings, monkeypatch):
    looks = []

    class Away:
        def __init__(self, folder):
            pass

        def look(self):
            looks.append(1)
            if len(looks) < 3:
                raise OperationalError("the server is restarting")
            return 1

    monkeypatch.setattr(loop, "WatchedFolder", Away)

    until(lambda: True, threading.Event(), surroundings)

    assert len(looks) >= 3


@pytest.mark.django_db(transaction=True)
def test_hanging_feed_does_not_hold_up_the_folder(surroundings, made, monkeypatch):
    server, folder_first = FeedServer(), threading.Event()

    def hanging(request):
        folder_first.wait(10)
        return hang(request)

    server.fail(FEED, hanging)
    monkeypatch.setattr(loop, "_client", server.client)
    (surroundings / "a.xml").write_bytes(made(report_time="2026-01-01T00:00:00+09:00").xml())

    until(Telegram.objects.exists, threading.Event(), surroundings, addresses=(FEED,), prepare=folder_first.set)

    assert Telegram.objects.get().source == "folder"


@pytest.mark.django_db
def test_command_looks_once(surroundings, made):
    (surroundings / "a.xml").write_bytes(made(report_time="2026-01-01T00:00:00+09:00").xml())
    said = StringIO()

    call_command("intake", "--once", stdout=said)

    assert said.getvalue() == "1件を取り込みました。\n"


@pytest.mark.django_db
def test_command_asks_the_feeds_too(settings, made, monkeypatch):
    server = FeedServer()
    settings.FEEDS = (FEED,)
    server.publish("20261120000100_0_VPWW55_010000.xml", made(report_time="2026-01-01T00:00:00+09:00").xml())
    monkeypatch.setattr(loop, "_client", server.client)

    call_command("intake", "--once", stdout=StringIO())

    assert Telegram.objects.get().source == "feed"
