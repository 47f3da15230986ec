"""Partners that others have written: an S3 server (moto), a WebDAV server (WsgiDAV on cheroot), and public files."""

import contextlib
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cheroot import wsgi
from moto.server import ThreadedMotoServer
from wsgidav.wsgidav_app import WsgiDAVApp

from todoke.shared.mirrors.rules import Kind, Place

USER, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def public(tmp_path: Path, settings: Any) -> Path:
    """A folder of public files, with what is not public beside them."""
    root = tmp_path / "public"
    for name, text in {
        "alerts/index.html": "<p>一覧</p>",
        "alerts/state.json": "{}",
        "alerts/abc/index.html": "<p>避難指示</p>",
        "alerts/cap/todoke.1.xml": "<alert/>",
        "alerts/index.html.gz": "packed",
        "alerts/.draft.html": "not yet",
        ".alerts.lock": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    settings.PUBLIC_ROOT = root
    return root


NAMES = {"alerts/index.html", "alerts/state.json", "alerts/abc/index.html", "alerts/cap/todoke.1.xml"}


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server."""
    # Its own log of every request; ours is what is tested.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str) -> Place:
    """An empty bucket; moto makes it anew with a plain PUT, and does not check signatures (test_sigv4.py does)."""
    httpx.post(f"{s3}/moto-api/reset")
    assert httpx.put(f"{s3}/nagihama").status_code == 200
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::nagihama/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    assert httpx.put(f"{s3}/nagihama?policy", content=policy).status_code < 300
    return Place("s3", "協力先", Kind.S3, f"{s3}/nagihama/copy/", f"{s3}/nagihama/copy/", user=USER, secret=SECRET)


@pytest.fixture
def webdav(tmp_path: Path) -> Iterator[Place]:
    """A WebDAV server with a user and a password, which the public may not read."""
    folder = tmp_path / "dav"
    folder.mkdir()
    users = {"*": {"todoke": {"password": "p/w"}}}
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": users},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.bind_addr[1]}/"
    yield Place("dav", "放送局", Kind.PUT, address, address, user="todoke", secret="p/w")
    with contextlib.suppress(Exception):
        server.stop()
    thread.join(timeout=5)


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    (tmp_path / "drive").mkdir()
    return Place("drive", "共有フォルダー", Kind.FOLDER, str(tmp_path / "drive"))


@pytest.fixture(params=["bucket", "webdav", "folder"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each kind of mirror."""
    found: Place = request.getfixturevalue(request.param)
    return found
