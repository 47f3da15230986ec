"""The sample city as `todoke up` runs it with simulators: its workers in threads, and every simulator."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as house
from django.core.cache import cache
from django.db import connections

from tests.cities import SAMPLE_CITY
from todoke.base.disk import write_atomically
from todoke.base.jobs.registry import Companion, companions
from todoke.civic.emergency.intake import loop
from todoke.civic.emergency.intake.drafting import prepared
from todoke.civic.emergency.player import PLAYER
from todoke.civic.emergency.rules.drills import EXERCISE, in_time
from todoke.civic.pages.actions import refresh
from todoke.ground.places.actions import load_city
from todoke.shared.calling.automatic.simulator.provider import CallSimulator
from todoke.shared.fax.simulator.server import FaxSimulator
from todoke.shared.lalert.simulator.node import NodeSimulator
from todoke.shared.loudspeakers import recording, speech
from todoke.shared.loudspeakers.listener import Listener
from todoke.shared.loudspeakers.plugs import station_for
from todoke.shared.loudspeakers.sounds import RATE
from todoke.shared.loudspeakers.station.web import ControlStation
from todoke.shared.messaging import waking
from todoke.shared.messaging.carriers import MassDispatcher
from todoke.shared.messaging.channels.outside import webhook_secret_of
from todoke.shared.messaging.dispatcher import Dispatcher
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import Mode
from todoke.shared.sms.simulator.provider import SmsSimulator
from todoke.shared.social.simulators.server import SocialSimulator

LANE = "emergency"
ROOTS = ("VAR", "PUBLIC_ROOT", "DRILL_ROOT", "SIMULATOR_ROOT", "FILES_ROOT", "INTAKE_FOLDER")
# A page then takes a fraction of a second.
FAX_SPEED = 400.0
LINE_SECONDS = 12


class QuietVoice:
    """Nothing for every line, for as long as a slow reader takes: a voice costs processor time, and is its room's
    business. The sound must outlast what people do in a browser meanwhile, on a busy machine, too."""

    def say(self, sentences: list[str]) -> dict[str, Any]:
        """As the real one does."""
        return {line: np.zeros(RATE * LINE_SECONDS, dtype=np.int16) for line in sentences}


@contextmanager
def whole_house(site: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The house with its city loaded and all of it running; gives the folder into which telegrams are dropped."""
    for name in ROOTS:
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.SITE_ADDRESS = site
    monkeypatch.setattr(speech, "is_there", lambda: True)
    monkeypatch.setattr(recording, "voice_with", lambda _words, _folder: QuietVoice())
    # Our own web server plays the boards, and listens elsewhere in a test.
    monkeypatch.setattr(channels["messaging.board"], "simulator", f"{site}/simulators/board")
    cache.clear()
    report = load_city(SAMPLE_CITY, by="journey")
    assert not report.faults, [str(fault) for fault in report.faults]
    refresh(Mode.ACTUAL)
    with simulators(), workers(settings.INTAKE_FOLDER):
        yield settings.INTAKE_FOLDER


@contextmanager
def simulators() -> Iterator[None]:
    """Everything that `todoke up` plays beside the house."""
    root = house.SIMULATOR_ROOT
    smtp_port, http_port = house.SIMULATOR_PORTS
    with ExitStack() as running:
        for one in (
            Simulator(root, secret_of=webhook_secret_of, smtp_port=smtp_port, http_port=http_port),
            NodeSimulator(root, port=house.LALERT_SIMULATOR_PORT),
            SocialSimulator(root, port=house.SOCIAL_SIMULATOR_PORT),
            ControlStation(root / "loudspeakers", port=house.CONTROL_STATION_SIMULATOR_PORT),
            FaxSimulator(root / "fax", port=house.FAX_SIMULATOR_PORT, modems=house.FAX_LINES, speed=FAX_SPEED),
            SmsSimulator(root, port=house.SMS_SIMULATOR_PORT),
            CallSimulator(root, port=house.CALLS_SIMULATOR_PORT),
        ):
            running.enter_context(one)
        yield


@contextmanager
def workers(intake: Path) -> Iterator[None]:
    """The intake, and the companions of the emergency lane."""
    stop = threading.Event()
    threads = [
        _beside(loop.run, intake, (), stop, prepared),
        *(
            _beside(companion.run, LANE, stop)
            for companion in (Dispatcher(), MassDispatcher(), PLAYER, Listener(station_for), *_waiting())
        ),
    ]
    try:
        yield
    finally:
        stop.set()
        waking.wake()
        for thread in threads:
            thread.join(timeout=10)


def _waiting() -> list[Companion]:
    """Those that ask the providers of SMS and calls what became of their errands."""
    return [companions[key] for key in ("sms.clockwork", "calling.listener", "calling.timer")]


def _beside(work: Callable[..., None], *arguments: Any) -> threading.Thread:
    def run() -> None:
        try:
            work(*arguments)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def drop_telegram(intake: Path, name: str, *, at: datetime) -> None:
    """A telegram of the sample city comes in as if the weather service had issued it now."""
    text = in_time((SAMPLE_CITY / "telegrams" / name).read_text("utf-8"), at).decode()
    write_atomically(intake / name, text.replace(f"<Status>{EXERCISE}</Status>", "<Status>通常</Status>", 1).encode())


def is_at_rest(*, number: int, mode: Mode = Mode.ACTUAL) -> bool:
    """Whether every delivery of this edition has come to an end that needs no further step of the programme."""
    moving = ["planned", "leased", "handed_over"]
    deliveries = Delivery.objects.filter(number=number, mode=mode)
    return deliveries.exists() and not deliveries.filter(state__in=moving).exists()
