"""What every test may rely on: a database, shut sockets, the published data, and no journey skipped unseen."""

import gc
import ipaddress
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.creation import DatabaseCreation
from django.test import TransactionTestCase

from tests import emptied, kept
from todoke.base.postgres.address import hosts_of

JOURNEYS = Path(__file__).parent / "journeys"
# Begun first, so that no worker is left alone with one of them at the end: the longest files by far.
LONG = ("tests/house/test_every_url.py", "tests/journeys/", "tests/mixes/", "tests/ground/places/test_real_cities.py")
BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "data"

_started = False
_making: subprocess.Popen[bytes] | None = None


class NetworkIsShut(AssertionError):
    """A test wanted to reach another machine. Suppliers are played by simulators on this one."""


# A busy machine is slow now and then; what is to be fast is held in `bench/`.
hypothesis.settings.register_profile("todoke", deadline=None)
# For `make mutations`: the same examples for each mistake, none kept, and none made smaller.
hypothesis.settings.register_profile(
    "mutations",
    deadline=None,
    derandomize=True,
    database=None,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
)
hypothesis.settings.load_profile("todoke")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "journey: played in a real browser; needs Chromium")
    config.addinivalue_line("markers", "faults: takes its time; left out unless asked for (-m faults, as .ci/run does)")
    _shut_the_network()
    DatabaseCreation._create_test_db = kept.create_as_copy  # type: ignore[method-assign]
    DatabaseCreation._destroy_test_db = _drop_whoever_is_there  # type: ignore[method-assign]
    TransactionTestCase._fixture_teardown = emptied.empty_what_has_rows  # type: ignore[method-assign]
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    # Under pytest-xdist this is the controller: it prepares what its workers use.
    if settings.EMBEDDED_SERVER and not settings.EMBEDDED_SERVER.is_running():
        global _started  # noqa: PLW0603 - one session, one server
        settings.EMBEDDED_SERVER.start()
        _started = True
    if config.getoption("numprocesses", None) and not kept.is_there():
        global _making  # noqa: PLW0603 - the same
        _making = subprocess.Popen([sys.executable, "-m", "tests.kept"], cwd=config.rootpath, stdout=subprocess.DEVNULL)


def _drop_whoever_is_there(creation: DatabaseCreation, test_database_name: str, verbosity: int) -> None:
    """A thread of some test that is still at it when all are done keeps no database."""
    del verbosity
    creation.connection.close_pool()
    with creation._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {creation.connection.ops.quote_name(test_database_name)} WITH (FORCE)")


def pytest_unconfigure() -> None:
    if _making:
        _making.wait()
    if _started:
        settings.EMBEDDED_SERVER.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if JOURNEYS in item.path.parents:
            item.add_marker(pytest.mark.journey)
    items.sort(key=lambda item: next((at for at, long in enumerate(LONG) if item.nodeid.startswith(long)), len(LONG)))
    if "faults" in config.option.markexpr or any("::" in word for word in config.args):
        return
    slow = [item for item in items if item.get_closest_marker("faults")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]


def pytest_collection_finish() -> None:
    # What is there now stays: ten thousand tests and all modules need not be searched for rubbish again and again.
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Where nothing may be left out (TODOKE_NO_SKIPS=1), a skipped journey has failed."""
    report = yield
    if report.skipped and os.environ.get("TODOKE_NO_SKIPS") == "1" and item.get_closest_marker("journey"):
        report.outcome = "failed"
        report.longrepr = f"a journey was skipped, and TODOKE_NO_SKIPS forbids that: {report.longrepr}"
    return report


@pytest.fixture
def no_jobs(db: None) -> None:
    """An empty queue. Tests that commit leave jobs behind: its tables are not Django's, so nobody empties them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published data beside the checkout; TODOKE_SHARED_DATA names another."""
    folder = Path(os.environ.get("TODOKE_SHARED_DATA") or BESIDE_THE_CHECKOUT)
    if not folder.is_dir():
        pytest.skip(f"the published data is not there ({folder}); TODOKE_SHARED_DATA names the folder")
    return folder


def _shut_the_network() -> None:
    """Let sockets reach this machine and the database, and nothing else."""
    databases = hosts_of(settings.DATABASES["default"].get("HOST", ""))
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_strangers(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_strangers(self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name not in databases and not _is_here(name):
            raise NetworkIsShut(f"a test looked up {name}")
        return look_up(host, *arguments, **options)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_look_up


def _refuse_strangers(used: socket.socket, address: Any) -> None:
    if used.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
        raise NetworkIsShut(f"a test wanted to connect to {address[0]}")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return host in ("localhost", "ip6-localhost", socket.gethostname())
