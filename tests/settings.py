"""The settings of the tests: the house's own, writing into a folder of their own.

Read before any conftest, so this is the one place where the folder can be chosen. Workers of pytest-xdist share the
database server and nothing else.
"""

import os
import socket
from contextlib import ExitStack
from pathlib import Path

# Kept between runs, so that the embedded server need not be made anew each time.
os.environ.setdefault("TODOKE_VAR", str(Path(__file__).resolve().parents[1] / "var" / "test"))
# Nobody else's: neither those of a house that runs on this machine, nor of another worker or another run of the tests.
# A worker inherits the environment of the process that started it, and with it ports that are not its own.
if "PYTEST_XDIST_WORKER" in os.environ or "TODOKE_SIMULATOR_PORTS" not in os.environ:
    with ExitStack() as _held:
        _smtp, _http, *_others = (_held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(8))
        _ports = [_one.getsockname()[1] for _one in (_smtp, _http, *_others)]
    os.environ["TODOKE_SIMULATOR_PORTS"] = f"{_ports[0]},{_ports[1]}"
    for _name, _port in zip(("SOCIAL", "CONTROL_STATION", "FAX", "LALERT", "SMS", "CALLS"), _ports[2:], strict=True):
        os.environ[f"TODOKE_{_name}_SIMULATOR_PORT"] = str(_port)

from todoke.base.ui.catalogues import compile_catalogues

# Before Django reads its first sentence: what it has read once it keeps.
compile_catalogues()

from todoke.project.settings import *  # noqa: E402, F403 - after the folder is chosen; every setting is the house's

# What is committed here need not outlive a power cut, and passwords here guard nothing.
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"  # noqa: F405 - from the star
if EMBEDDED_SERVER:  # noqa: F405 - from the star
    EMBEDDED_SERVER.options |= {"fsync": "off", "full_page_writes": "off"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    _shared, VAR = VAR, VAR / worker  # noqa: F405 - from the star
    for _name, _path in list(globals().items()):
        if _name.isupper() and isinstance(_path, Path) and _path != VAR and _path.is_relative_to(_shared):
            globals()[_name] = VAR / _path.relative_to(_shared)
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
