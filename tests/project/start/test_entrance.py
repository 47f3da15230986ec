import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from todoke.project.start.entrance import NotReady, alone_in, check_port_is_free, wait_for_answer


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_refused_with_another_one_to_try(taken_port: int):
    with pytest.raises(NotReady, match=f"ポート {taken_port} は、ほかのプログラムが使っています。.*--port"):
        check_port_is_free(taken_port)


def test_a_port_that_was_just_left_is_free(taken_port: int):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    check_port_is_free(port)


def test_only_one_works_in_a_folder_at_a_time(tmp_path: Path):
    with alone_in(tmp_path), pytest.raises(NotReady, match="すでに動いています"), alone_in(tmp_path):
        pass

    with alone_in(tmp_path):
        pass  # the first one has left


class Demo(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("status", "answered"), [(200, True), (404, True), (500, False)])
def test_a_site_answers_once_it_gives_no_fault_of_its_own(status: int, answered: bool):
    answering = type("Answering", (Demo,), {"status": status})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"

        result = wait_for_answer(address, 0.5, threading.Event(), meanwhile=lambda: None)

        server.shutdown()
    assert result is answered
