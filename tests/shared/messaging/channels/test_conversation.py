"""One lasting conversation with a relay, and everything a relay can do wrong in the midst of it."""

import time

import pytest

from tests.shared.messaging.channels.relay import ScriptedRelay
from todoke.shared.messaging.channels.conversation import Conversation, Mail, RelayGone
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.types import Fate

BREAK, HANG = ScriptedRelay.BREAK, ScriptedRelay.HANG


def mails(number: int) -> list[Mail]:
    return [
        Mail(n, f"bounce+{n}@city.example.jp", f"reader{n}@example.jp", f"Subject: {n}\r\n\r\ntext\r\n.\r\n".encode())
        for n in range(1, number + 1)
    ]


def begin(relay: ScriptedRelay, reply_seconds: float = 0.4) -> Conversation:
    return Conversation.begin(
        MailServer("127.0.0.1", relay.port), own_name="city.example.jp", reply_seconds=reply_seconds
    )


def carry(relay: ScriptedRelay, number: int = 3, *, seconds: float = 10) -> tuple[dict[int, Fate], str]:
    """The fates by mail, and what the conversation broke off with."""
    conversation = begin(relay)
    fates = {}
    try:
        for mail, fate, _says in conversation.carry(mails(number), until=time.monotonic() + seconds):
            assert mail.contact_id not in fates
            fates[mail.contact_id] = fate
    except RelayGone as gone:
        return fates, gone.says
    finally:
        conversation.drop()
    return fates, ""


@pytest.fixture(params=[True, False], ids=["pipelining", "one by one"])
def relay(request):
    with ScriptedRelay(pipelining=request.param) as relay:
        yield relay


def test_every_mail_arrives_whole_in_its_own_envelope(relay):
    fates, _trouble = carry(relay, 5)

    assert set(fates.values()) == {Fate.ACCEPTED}
    assert relay.taken == [
        (f"bounce+{n}@city.example.jp", f"reader{n}@example.jp", f"Subject: {n}\r\n\r\ntext\r\n".encode())
        for n in range(1, 6)
    ]
    assert relay.conversations == 1


def test_only_a_relay_that_offers_it_is_sent_the_next_envelope_ahead(relay):
    carry(relay, 5)

    assert (relay.most_at_once > 1) is relay.pipelining


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        ("451 4.3.0 later", Fate.LATER),
        ("452 4.2.2 mailbox full", Fate.LATER),
        ("550 5.1.1 nobody", Fate.GONE),
        ("550 5.7.1 policy", Fate.REFUSED),
        ("554 5.1.1 nobody", Fate.GONE),
        ("550 Unknown user", Fate.GONE),
        ("552 too big", Fate.REFUSED),
    ],
)
def test_one_refused_mail_harms_no_other(relay, command, reply, fate):
    relay.script = lambda said, number: reply if (said, number) == (command, 2) else None

    fates, trouble = carry(relay, 4)

    assert fates == {1: Fate.ACCEPTED, 2: fate, 3: Fate.ACCEPTED, 4: Fate.ACCEPTED}
    assert trouble == ""
    assert [recipient for _sender, recipient, _content in relay.taken] == [f"reader{n}@example.jp" for n in (1, 3, 4)]


def test_a_relay_that_wants_a_content_for_nobody_gets_an_empty_one(relay):
    relay.script = lambda said, number: (
        {"RCPT": "550 5.1.1 nobody", "DATA": "354 go on"}.get(said) if number == 2 else None
    )

    fates, _trouble = carry(relay, 3)

    assert fates == {1: Fate.ACCEPTED, 2: Fate.GONE, 3: Fate.ACCEPTED}
    assert len(relay.taken) == 2


@pytest.mark.parametrize("what", [BREAK, HANG, "%%% no reply %%%", "42", "2x0 what"])
def test_what_may_have_left_when_the_relay_fails_is_unclear_and_the_rest_is_not_spoken_of(relay, what):
    relay.script = lambda said, number: what if (said, number) == (".", 2) else None

    fates, trouble = carry(relay, 4)

    assert fates == {1: Fate.ACCEPTED, 2: Fate.UNCLEAR}
    assert trouble.endswith("。")


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("what", [BREAK, HANG, "%%% no reply %%%"])
def test_a_failure_before_the_content_leaves_no_doubt(relay, command, what):
    relay.script = lambda said, number: what if (said, number) == (command, 2) else None

    fates, trouble = carry(relay, 4)

    # Sent ahead with the first content, the second envelope may break the line before the first reply was read.
    assert fates in ({1: Fate.ACCEPTED}, {1: Fate.UNCLEAR})
    assert trouble
    assert len(relay.taken) == 1


def test_a_relay_that_closes_in_order_says_so(relay):
    relay.script = lambda said, number: "421 4.3.2 closing" if (said, number) == ("MAIL", 3) else None

    fates, trouble = carry(relay, 4)

    assert fates == {1: Fate.ACCEPTED, 2: Fate.ACCEPTED, 3: Fate.LATER}
    assert "421" in trouble


def test_after_the_time_is_over_nothing_is_begun(relay):
    fates, _trouble = carry(relay, 3, seconds=0)

    assert fates == {}
    assert relay.taken == []


def test_a_reply_without_end_is_no_reply(relay):
    relay.script = lambda said, number: "x" * 200_000 if said == "." else None

    fates, trouble = carry(relay, 2)

    assert fates == {1: Fate.UNCLEAR}
    assert trouble


def test_a_reply_of_several_lines_is_one_reply(relay):
    relay.script = lambda said, number: "250-first\r\n250-second\r\n250 last" if said == "RCPT" else None

    fates, _trouble = carry(relay, 3)

    assert set(fates.values()) == {Fate.ACCEPTED}


def test_the_relays_words_are_kept_without_the_address(relay):
    relay.script = lambda said, number: "550 5.1.1 <reader1@example.jp> unknown" if said == "RCPT" else None
    conversation = begin(relay)

    ((_mail, _fate, says),) = conversation.carry(mails(1), until=time.monotonic() + 5)
    conversation.end()

    assert says == "550 5.1.1 <…> unknown"


@pytest.mark.parametrize("greeting", ["554 no", BREAK])
def test_a_relay_that_will_not_talk_is_gone_before_anything_left(greeting):
    refusing = ScriptedRelay(lambda said, number: greeting if said in ("EHLO", "HELO") else None)

    with refusing as relay, pytest.raises(RelayGone):
        begin(relay)


def test_a_port_where_nobody_listens_is_gone_at_once():
    with ScriptedRelay() as relay:
        pass
    began = time.monotonic()

    with pytest.raises(RelayGone):
        begin(relay)
    assert time.monotonic() - began < 2
