import socket

import pytest

from tests.conftest import NetworkIsShut


def test_a_test_cannot_reach_another_machine():
    with socket.socket() as client, pytest.raises(NetworkIsShut):
        client.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine():
    with pytest.raises(NetworkIsShut):
        socket.getaddrinfo("www.example.jp", 443)


def test_a_test_reaches_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
