"""A mailbox of the city, by IMAP: one header of one mail is read, whatever the server does."""

import ssl
import time

import pytest

from tests.shared.watch.imap_server import PASSWORD, USER, ImapServer, running
from todoke.shared.messaging.types import Never, TryLater
from todoke.shared.watch.readers import mailbox
from todoke.shared.watch.readers.mailbox import ImapMailbox

NUMBER = "<3f0c2f0e-3a52-5d5e-9a2c-0b6f1f6c9d11@city.example.jp>"
SUBJECT = b"Subject: =?utf-8?b?44CQ6YG/6Zuj5oyH56S644CR?=\r\n =?utf-8?b?6auY5qOu5Zyw5Yy6?=\r\n\r\n"


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setattr(mailbox, "LOOK_SECONDS", 0.7)
    one = ImapServer(mails={"<other@example.jp>": b"Subject: other\r\n\r\n", NUMBER: SUBJECT})
    with running(one, tmp_path) as trust:
        one.trust = trust
        yield one


def box(server: ImapServer, **changed) -> ImapMailbox:
    facts = {"host": "localhost", "user": USER, "password": PASSWORD, "port": server.port, "context": server.trust}
    return ImapMailbox(**{**facts, **changed})


def test_a_mail_that_is_there_is_found_by_its_number_with_its_subject(server) -> None:
    assert box(server).subject_of(NUMBER) == "【避難指示】高森地区"


def test_a_mail_that_is_not_there_is_not_found(server) -> None:
    assert box(server).subject_of("<missing@city.example.jp>") is None


def test_nothing_is_read_but_the_subject_and_nothing_is_marked(server) -> None:
    box(server).subject_of(NUMBER)

    verbs = [words.split(" ")[0] if not words.startswith("UID") else words for words in server.asked]
    assert verbs == [
        "CAPABILITY",
        "LOGIN",
        "EXAMINE",
        f'UID SEARCH HEADER Message-ID "{NUMBER}"',
        "UID FETCH 2 (BODY.PEEK[HEADER.FIELDS (SUBJECT)])",
        "LOGOUT",
    ]


def test_a_wrong_password_is_told_by_the_name_of_the_variable_and_not_by_itself(server) -> None:
    with pytest.raises(Never) as trouble:
        box(server, password="wrong-secret").subject_of(NUMBER)

    assert "TODOKE_READBACK_MAILBOX" in trouble.value.says
    assert "wrong-secret" not in trouble.value.says


def test_a_folder_that_is_not_there_is_told(server) -> None:
    with pytest.raises(Never, match="「Alarms」がありません"):
        box(server, folder="Alarms").subject_of(NUMBER)


def test_a_certificate_that_nobody_trusts_is_told(server) -> None:
    with pytest.raises(TryLater, match="TLS"):
        box(server, context=ssl.create_default_context()).subject_of(NUMBER)


@pytest.mark.parametrize("fault", ["hang", "garbage", "drip", "drop"])
def test_a_server_that_misbehaves_is_left_in_time(server, fault) -> None:
    server.fault = fault
    began = time.monotonic()

    with pytest.raises(TryLater) as trouble:
        box(server).subject_of(NUMBER)

    assert time.monotonic() - began < 2
    assert trouble.value.says.startswith("localhost")


def test_a_server_that_is_not_there_is_told(server) -> None:
    with pytest.raises(TryLater, match="接続を断りました"):
        box(server, host="127.0.0.1", port=1).subject_of(NUMBER)


def test_only_a_number_of_ours_is_looked_for(server) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        box(server).subject_of('<a" OR ALL@x>')


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "imaps://kakunin%40city.example.jp:pa%2Fss@imap.example/Alarms",
            ("imap.example", "kakunin@city.example.jp", "pa/ss", 993, "Alarms"),
        ),
        ("imaps://a%40b.example:x@imap.example:1993", ("imap.example", "a@b.example", "x", 1993, "INBOX")),
    ],
)
def test_its_address_is_read(address, expected) -> None:
    one = ImapMailbox.from_address(address)

    assert (one.host, one.user, one.password, one.port, one.folder) == expected


@pytest.mark.parametrize(
    "address", ["imap://a%40b:x@h", "imaps://a:x@h", "imaps://a%40b@h", "imaps://h/INBOX", "kakunin@city.example.jp"]
)
def test_an_address_that_is_none_is_refused_here_and_at_the_start(address) -> None:
    from todoke.project.environment import BadVariable, read_environment

    with pytest.raises(ValueError, match="imaps"):
        ImapMailbox.from_address(address)
    with pytest.raises(BadVariable, match="TODOKE_READBACK_MAILBOX"):
        read_environment({"TODOKE_READBACK_MAILBOX": address})
