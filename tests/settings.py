"""The settings of the tests: the house's own, writing into a folder of their own.

Read before any conftest, so this is the one place where the folder can be chosen. Workers of pytest-xdist share the
database server and nothing else.
"""

import os
import socket
from pathlib import Path

# Kept between runs, so that the embedded server need not be made anew each time.
os.environ.setdefault("TODOKE_VAR", str(Path(__file__).resolve().parents[1] / "var" / "test"))
# Nobody else's: neither those of a house that runs on this machine, nor of another worker or another run of the tests.
if "PYTEST_XDIST_WORKER" in os.environ or "TODOKE_SIMULATOR_PORTS" not in os.environ:
    with socket.socket() as _one, socket.socket() as _other:
        _one.bind(("127.0.0.1", 0))
        _other.bind(("127.0.0.1", 0))
        os.environ["TODOKE_SIMULATOR_PORTS"] = f"{_one.getsockname()[1]},{_other.getsockname()[1]}"
# Beside those of a house that may be running on this machine, and of the other workers.
os.environ.setdefault(
    "TODOKE_SIMULATOR_PORTS", "{0}1,{0}2".format(1832 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]))
)
os.environ.setdefault(
    "TODOKE_LALERT_SIMULATOR_PORT", "{}3".format(1832 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]))
)

from todoke.base.ui.catalogues import compile_catalogues

# Before Django reads its first sentence: what it has read once it keeps.
compile_catalogues()

from todoke.project.settings import *  # noqa: E402, F403 - after the folder is chosen; every setting is the house's

# What is committed here need not outlive a power cut, and passwords here guard nothing.
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"  # noqa: F405 - from the star
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    _shared, VAR = VAR, VAR / worker  # noqa: F405 - from the star
    for _name, _path in list(globals().items()):
        if _name.isupper() and isinstance(_path, Path) and _path != VAR and _path.is_relative_to(_shared):
            globals()[_name] = VAR / _path.relative_to(_shared)
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
