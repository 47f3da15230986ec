"""What is forgotten, what the doctor asks, what the numbers say."""

from datetime import timedelta

import pytest

from tests.shared.messaging.ledger import NIGHT, make_destination
from tests.shared.watch.test_page import bad, good, make_route
from todoke.base.clock import now
from todoke.base.doctor import Verdict
from todoke.base.health.collecting import read
from todoke.base.health.registry import gauges
from todoke.shared.watch import checkup
from todoke.shared.watch.actions.upkeep import prune
from todoke.shared.watch.checkup import ReadBacks, Routes
from todoke.shared.watch.models import Probe, ReadBack, Route, Trouble
from todoke.shared.watch.readers.mail import mail_reader

pytestmark = pytest.mark.django_db


def read_back(sent, state: str, **facts) -> ReadBack:
    delivery = sent().deliveries.get()
    times = dict.fromkeys(("began_at", "deadline_at", "due_at"), now())
    ended = None if state == "waiting" else now()
    return ReadBack.objects.create(
        **{
            "delivery": delivery,
            "edition": delivery.edition,
            "channel": "tests.plain",
            "state": state,
            "ended_at": ended,
            **times,
            **facts,
        }
    )


def test_probes_are_forgotten_after_two_weeks_and_troubles_are_kept() -> None:
    route, _trouble = bad()
    for days in (13.9, 14.1):
        Probe.objects.create(route=route, at=NIGHT - timedelta(days=days), milliseconds=1, ok=True)

    assert prune(at=NIGHT) == 1

    assert Probe.objects.get().at == NIGHT - timedelta(days=13.9)
    assert Trouble.objects.count() == 1


def test_read_backs_are_forgotten_after_four_hundred_days(sent, reader) -> None:
    read_back(sent, "seen", began_at=NIGHT - timedelta(days=401))

    assert (prune(at=NIGHT), ReadBack.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("routes", "verdict", "word"),
    [
        ([], Verdict.WARNING, "まだどの経路も"),
        ([good], Verdict.OK, "すべて応答"),
        ([good, bad], Verdict.FAILURE, "メール：接続を断りました。"),
        ([good, lambda: good("tests.old", 301)], Verdict.WARNING, "5分以上"),
        ([good, lambda: make_route("tests.new")], Verdict.WARNING, "5分以上"),
        ([lambda: make_route("tests.once", ok=False, failures=1, probed_at=now())], Verdict.WARNING, "1回失敗"),
    ],
    ids=["none", "good", "bad", "stale", "never", "doubtful"],
)
def test_the_doctor_asks_how_the_routes_are(routes, verdict, word) -> None:
    for make in routes:
        make()

    finding = Routes().run()

    assert finding.verdict is verdict
    assert word in finding.says


def test_the_doctor_finds_what_could_not_be_seen(sent, reader) -> None:
    assert ReadBacks().run().verdict is Verdict.OK

    read_back(sent, "missed")

    finding = ReadBacks().run()
    assert (finding.verdict, "1 件" in finding.says) == (Verdict.FAILURE, True)


def test_the_doctor_finds_looks_that_nobody_makes(sent, reader) -> None:
    read_back(sent, "waiting", deadline_at=now() - timedelta(minutes=2))

    assert "行われていません" in ReadBacks().run().says


def test_the_doctor_asks_for_a_mailbox_where_mail_is_sent_in_earnest(settings, officers) -> None:
    settings.SIMULATORS, settings.READBACK_MAILBOX = False, ""
    assert ReadBacks().run().verdict is Verdict.OK
    make_destination("press", channel="messaging.mail")

    finding = ReadBacks().run()

    assert finding.verdict is Verdict.WARNING
    assert "TODOKE_READBACK_MAILBOX" in finding.mend


def test_the_numbers_say_how_the_routes_are(sent, reader) -> None:
    good()
    bad()
    make_route("tests.new")
    read_back(sent, "missed")

    found = {
        key: {tuple(sample.labels.values()): sample.value for sample in read(gauges[key]).samples}
        for key in ("watch.probe-ok", "watch.probe-seconds", "watch.troubles", "watch.read-backs")
    }

    assert found == {
        "watch.probe-ok": {("tests.good",): 1, ("tests.bad",): 0},
        "watch.probe-seconds": {("tests.good",): 0.12, ("tests.bad",): 0},
        "watch.troubles": {("no",): 1, ("yes",): 0},
        "watch.read-backs": {("waiting",): 0, ("missed",): 1},
    }
    ages = {sample.labels["route"]: sample.value for sample in read(gauges["watch.probe-age-seconds"]).samples}
    assert ages["tests.good"] == pytest.approx(10, abs=5)
    assert "tests.new" not in ages
    assert Route.objects.count() == 3


def test_the_doctor_asks_for_a_destination_that_is_the_mailbox(settings, officers, monkeypatch) -> None:
    settings.SIMULATORS = False
    settings.READBACK_MAILBOX = "imaps://kakunin%40city.example.jp:secret@imap.example/INBOX"
    monkeypatch.setattr(checkup, "reader_for", lambda _channel: mail_reader())
    place = make_destination("press", channel="messaging.mail")

    finding = ReadBacks().run()
    assert (finding.verdict, "destinations.csv" in finding.mend) == (Verdict.WARNING, True)

    place.address = "Kakunin@city.example.jp"
    place.save()
    assert ReadBacks().run().verdict is Verdict.OK
