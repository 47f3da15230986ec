"""Mails, byte for byte, and the conversation with the server."""

import smtplib
from email import message_from_bytes
from email.policy import default

import pytest

from tests.shared.messaging.channels.city import MAIL, City, fresh, send
from tests.shared.messaging.editions import content, edition
from todoke.base.clock import now
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import Address, EditionKind, Mode, Never, Text, Wording


@pytest.fixture
def channel():
    return City(1, 1).mail()


def opened(parcel):
    return message_from_bytes(parcel.body, policy=default)


def test_the_same_edition_and_address_give_the_same_bytes(channel):
    assert channel.prepare(edition(), MAIL).body == City(1, 1).mail().prepare(edition(), MAIL).body


def test_the_headers_are_these_bytes(channel):
    what = edition(2, mode=Mode.EXERCISE)
    numbers = [
        delivery_key(identifier, "press").encode()
        for identifier in (
            "todoke.999997.3f2a9f6e5b1c4c7e9a510d6f6c1f0a11.1",
            "todoke.999997.3f2a9f6e5b1c4c7e9a510d6f6c1f0a11.2",
        )
    ]

    headers, _blank, body = channel.prepare(what, MAIL).body.partition(b"\r\n\r\n")

    assert headers == (
        b"From: =?utf-8?b?6Z2S6JGJ5biC?= <oshirase@city.example.jp>\r\n"
        b"To: press@news.example.jp\r\n"
        b"Subject: =?utf-8?b?44CQ6KiT57e044CR5bed5bK45Zyw5Yy644Gr6YG/6Zuj5oyH56S6?=\r\n"
        b"Date: Sat, 21 Nov 2026 03:15:00 +0900\r\n"
        b"Message-ID: <" + numbers[1] + b"@city.example.jp>\r\n"
        b"In-Reply-To: <" + numbers[0] + b"@city.example.jp>\r\n"
        b"References: <" + numbers[0] + b"@city.example.jp>\r\n"
        b"Auto-Submitted: auto-generated\r\n"
        b"X-Todoke-Mode: exercise\r\n"
        b'Content-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: base64\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Language: ja"
    )
    assert body.isascii()


def test_later_editions_join_the_thread_of_this_destination(channel):
    first, second, third = (opened(channel.prepare(edition(number), MAIL)) for number in (1, 2, 3))

    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == first["Message-ID"]
    assert third["References"].split() == [first["Message-ID"], second["Message-ID"]]
    assert third["In-Reply-To"] == second["Message-ID"]


def test_another_destination_gets_a_number_of_its_own(channel):
    schools = Address("schools", "学校", "schools@example.jp")

    assert (
        opened(channel.prepare(edition(), MAIL))["Message-ID"]
        != opened(channel.prepare(edition(), schools))["Message-ID"]
    )


def test_the_subject_and_the_first_line_carry_the_marks(channel):
    what = edition(2, kind=EditionKind.CANCEL, mode=Mode.EXERCISE, note="誤り")

    mail = opened(channel.prepare(what, MAIL))

    assert mail["Subject"] == "【訓練】【取消】川岸地区に避難指示"
    assert mail.get_content().splitlines()[0] == "【訓練】【取消】川岸地区に避難指示"


def test_a_long_japanese_subject_is_folded_and_comes_back_whole(channel):
    title = (
        "川岸地区、山手地区、港地区、砂原地区に警戒レベル4　避難指示を発令しました。全員避難してください。" + "急" * 20
    )
    what = edition(content=content(wordings=(Wording("ja", title, "本文", "短"),)))

    parcel = channel.prepare(what, MAIL)

    assert opened(parcel)["Subject"] == title
    assert max(len(line) for line in parcel.body.split(b"\r\n")) <= 78


@pytest.mark.parametrize(
    ("way_out", "header", "post"),
    [
        ("mailto:leave@city.example.jp", "<mailto:leave@city.example.jp?subject=unsubscribe%20press>", None),
        ("https://city.example.jp/leave", "<https://city.example.jp/leave?list=press>", "List-Unsubscribe=One-Click"),
        ("", None, None),
    ],
)
def test_the_way_out_of_a_list_is_named_where_there_is_one(way_out, header, post):
    mail = opened(City(1, 1).mail(unsubscribe=way_out).prepare(edition(), MAIL))

    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (header, post)


def test_the_server_gets_the_prepared_bytes_and_its_number_is_the_receipt(city, simulator):
    what = fresh()

    receipt = send(city.mail(), MAIL, what)

    (arrival,) = simulator.arrivals("mail")
    assert arrival.content["to"] == ["press@news.example.jp"]
    assert arrival.content["from"] == "oshirase@city.example.jp"
    assert arrival.key == f"<{delivery_key(what.identifier, 'press')}@city.example.jp> press@news.example.jp"
    assert (receipt.confirmed, receipt.reference) == (False, "OK simulated mail 1")


def test_a_repeat_carries_the_same_number(city, simulator):
    what = fresh()

    send(city.mail(), MAIL, what)
    send(city.mail(), MAIL, what)

    first, second = simulator.arrivals("mail")
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.digest == second.digest


def test_a_simulated_address_goes_to_the_simulator_although_a_real_server_is_configured(city, simulator):
    real = MailServer("127.0.0.1", 1)
    twin = Address("press-drill", "報道（訓練用）", "simulator:press@news.example.jp")

    send(city.mail(server=real), twin, fresh(mode=Mode.EXERCISE))

    (arrival,) = simulator.arrivals("mail")
    assert (arrival.mode, arrival.content["to"]) == ("exercise", ["press@news.example.jp"])


def test_without_a_configured_server_nothing_leaves_and_the_setting_is_named(city, simulator):
    with pytest.raises(Never, match="TODOKE_MAIL_SERVER"):
        send(city.mail(server=None), MAIL)

    assert simulator.arrivals("mail") == []


def test_a_refused_sign_in_names_the_setting(city, simulator, monkeypatch):
    def refuse(*_):
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(smtplib.SMTP, "login", refuse)

    with pytest.raises(Never, match="TODOKE_MAIL_SERVER"):
        send(city.mail(server=MailServer("127.0.0.1", simulator.smtp_port, user="todoke", password="x")), MAIL)


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://relay.example", MailServer("relay.example", 25)),
        ("smtp+starttls://a%40b:s%3A1@relay.example", MailServer("relay.example", 587, "starttls", "a@b", "s:1")),
        ("smtps://relay.example:4650", MailServer("relay.example", 4650, "tls")),
    ],
)
def test_a_mail_server_is_read_from_one_address(address, server):
    assert MailServer.from_address(address) == server


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("press@news.example.jp", True),
        ("simulator:press@news.example.jp", True),
        ("a+b@example", True),
        ("press", False),
        ("press@news.example.jp\r\nBcc: all@example.jp", False),
        ("報道@example.jp", False),
        ("a@b@example.jp", False),
        ("x" * 250 + "@example.jp", False),
    ],
)
def test_an_address_is_checked_before_it_is_stored(channel, address, fits):
    assert (channel.trouble_with(address) is None) is fits


@pytest.mark.django_db
def test_a_letter_reaches_one_person_and_a_repeat_carries_the_same_number(city, simulator):
    channel = city.mail()
    posted_at = now()
    text = Text(
        "hana@example.jp", "ja-easy", "登録の確認", "次の住所を開いてください。\n.\nhttps://city.example.jp/c/a"
    )

    channel.send_letter(text, key="subscriptions.request:7", at=posted_at)
    channel.send_letter(text, key="subscriptions.request:7", at=posted_at)

    first, second = simulator.arrivals("mail")
    assert first.content["to"] == ["hana@example.jp"]
    assert (first.digest, second.duplicate) == (second.digest, True)
