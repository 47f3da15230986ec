"""The deadline of an outside call: when it is over, nothing of the call stays behind."""

import socket
from unittest.mock import Mock

import pytest

from todoke.shared.messaging.channels.connection import Deadline


def test_a_deadline_that_has_passed_takes_no_second_hold_of_the_connection():
    connection = Mock(spec=socket.socket)

    with pytest.raises(TimeoutError), Deadline(0).cutting(connection):
        pytest.fail("the call went on")

    connection.dup.assert_not_called()
