"""TODOKE_BOUNCE_MAILBOX: read at start, refused with an example."""

import pytest

from todoke.project.environment import BadVariable, read_environment

NAME = "TODOKE_BOUNCE_MAILBOX"


@pytest.mark.parametrize(
    "address",
    [
        "imaps://bounce:secret@imap.example/INBOX",
        "imaps://bounce%40city.example.jp:s%2Fecret@imap.example:1993/Bounces%20here",
        "imap://bounce:secret@127.0.0.1:1143",
        "",
    ],
)
def test_a_mailbox_is_taken_as_it_is_written(address):
    assert read_environment({NAME: address})[NAME] == address


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("pop3://bounce:secret@imap.example", "imaps://"),
        ("imap://bounce:secret@imap.example", "in clear"),
        ("imaps://imap.example/INBOX", "user or password"),
        ("imaps://bounce:secret@imap.example:x", "."),
        ("imaps://bounce:secret@imap.example/受信箱", "percent-encoded"),
    ],
)
def test_one_that_cannot_be_used_is_refused_with_an_example(address, says):
    with pytest.raises(BadVariable, match=says) as refused:
        read_environment({NAME: address})

    assert NAME in str(refused.value)
    assert "imaps://bounce:secret@imap.example/INBOX" in str(refused.value)
