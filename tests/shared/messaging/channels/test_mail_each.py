"""Mail to each subscriber: bytes, headers, rates, and what the relays' words become."""

from email import message_from_bytes
from email.policy import default

import pytest

from tests.shared.messaging.channels.relay import ScriptedRelay
from tests.shared.messaging.editions import content, edition
from todoke.shared.messaging.channels.mail_each import MailEachChannel
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.types import Address, Copy, EditionKind, Fate, Mode, WaysOut, Wording

SITE = "https://city.example.jp"
WAYS_OUT = WaysOut(change=f"{SITE}/subscriptions/{{token}}/", end=f"{SITE}/subscriptions/{{token}}/end")
TOKEN = "abcdefghijklmnopqrstuvwxyz234567"


NO_SERVER = MailServer("127.0.0.1", 1)


class OpenPace:
    """Lets out what the test says."""

    def __init__(self, granted: int | None = None) -> None:
        self.granted = granted
        self.asked: list[tuple[str, int, str]] = []

    def take(self, key, wanted, *, per_second, per_day=None, lane):
        self.asked.append((key, wanted, lane))
        return wanted if self.granted is None else min(wanted, self.granted)

    def free(self, key, *, per_second, per_day=None, lane):
        return self.granted != 0


def channel(*servers: MailServer, simulator: MailServer = NO_SERVER, **terms) -> MailEachChannel:
    facts = {"domain_rates": {}, "pace": OpenPace(), "reply_seconds": 0.5, **terms}
    return MailEachChannel(servers=servers, simulator=simulator, sender="oshirase@city.example.jp", site=SITE, **facts)


def copy(number: int = 1, language: str = "ja", address: str = "") -> Copy:
    return Copy(number, address or f"reader{number}@example.jp", language, TOKEN)


def opened(mail):
    assert mail.content.endswith(b"\r\n.\r\n")
    return message_from_bytes(mail.content[:-3], policy=default)


def carried(each: MailEachChannel, copies, lane="bulk", **facts) -> dict[int, Fate]:
    fates = {}

    def report(results):
        for result in results:
            assert result.contact_id not in fates
            fates[result.contact_id] = result.fate

    each.carry(each.stationery(edition(**facts), WAYS_OUT), copies, report, lane=lane)
    each.close()
    return fates


def test_a_copy_is_the_same_bytes_at_every_call_and_differs_where_the_reader_does():
    each = channel()
    paper = each.stationery(edition(), WAYS_OUT)

    assert each.mail(paper, copy()) == each.mail(paper, copy())
    assert each.mail(paper, copy(1)).content != each.mail(paper, copy(2)).content


def test_the_reader_finds_their_own_address_and_their_own_ways_out():
    each = channel()

    mail = each.mail(each.stationery(edition(), WAYS_OUT), copy())
    read = opened(mail)

    assert (mail.recipient, mail.return_path) == ("reader1@example.jp", f"bounce+{TOKEN}@city.example.jp")
    assert read["To"] == "reader1@example.jp"
    assert read["List-Unsubscribe"] == f"<{SITE}/subscriptions/{TOKEN}/end>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"{SITE}/subscriptions/{TOKEN}/" in read.get_content()
    assert len(mail.return_path.partition("@")[0]) <= 64
    assert not read.defects


def test_text_and_last_lines_read_as_one_text_and_every_line_keeps_the_limits_of_mail():
    each = channel()
    what = edition()

    mail = each.mail(each.stationery(what, WAYS_OUT), copy())
    text = opened(mail).get_content()

    assert text.startswith(what.title())
    assert what.content.wording("ja").body in text.replace("\r\n", "\n")
    assert text.rstrip().endswith(f"/subscriptions/{TOKEN}/")
    assert all(len(line) <= 78 or line.startswith(b"List-Unsubscribe: ") for line in mail.content.split(b"\r\n"))
    assert b"\n." not in mail.content[:-3]


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_each_reader_gets_their_own_language(language):
    wordings = tuple(Wording(key, f"題 {key}", f"本文 {key}", "短") for key in ("ja", "ja-easy", "en"))
    each = channel()

    read = opened(each.mail(each.stationery(edition(content=content(wordings=wordings)), WAYS_OUT), copy(1, language)))

    assert f"本文 {language}\n" in read.get_content().replace("\r\n", "\n")
    assert read["Content-Language"] == language.removesuffix("-easy")


def test_a_language_without_a_wording_gets_the_japanese_one():
    each = channel()
    paper = each.stationery(edition(), WAYS_OUT)

    assert (
        opened(each.mail(paper, copy(1, "tl"))).get_content() == opened(each.mail(paper, copy(1, "ja"))).get_content()
    )


def test_a_drill_carries_its_mark_in_subject_header_and_text():
    each = channel()

    read = opened(each.mail(each.stationery(edition(mode=Mode.EXERCISE), WAYS_OUT), copy()))

    assert read["Subject"].startswith("【訓練】")
    assert read["X-Todoke-Mode"] == "exercise"
    assert "これは訓練です" in read.get_content()


def test_a_correction_joins_the_readers_thread():
    each = channel()
    first = edition()
    second = edition(number=2, kind=EditionKind.CORRECTION, note="区域の誤り")

    answer = opened(each.mail(each.stationery(second, WAYS_OUT), copy()))

    assert answer["In-Reply-To"] == each.number(first.identifier, 1)
    assert answer["Message-ID"] == each.number(second.identifier, 1)


def test_what_staff_see_beforehand_is_what_a_reader_gets():
    each = channel()
    what = edition()

    parcel = each.prepare(what, Address("everybody", "登録者", "tests.everybody"))

    text = opened(each.mail(each.stationery(what, WAYS_OUT), copy())).get_content()
    assert parcel.title == what.title()
    assert parcel.preview.splitlines()[0] == text.splitlines()[0]


@pytest.mark.parametrize(
    ("typed", "normal"),
    [(" Hana@Example.JP ", "hana@example.jp"), ("ｈａｎａ＠ｅｘａｍｐｌｅ．ｊｐ", "hana@example.jp")],
)
def test_an_address_typed_on_a_telephone_is_known_again(typed, normal):
    each = channel()

    assert each.trouble_with_contact(typed) is None
    assert each.normal(typed) == normal


@pytest.mark.parametrize(
    "typed", ["", "hana", "hana@", "花@example.jp", "a b@example.jp", "a@b\r\nBcc: c@d", "x" * 250 + "@a.jp"]
)
def test_what_is_no_address_is_refused_in_words(typed):
    assert "name@example.jp" in str(channel().trouble_with_contact(typed))


def test_the_relays_words_become_fates_and_each_copy_has_one():
    script = lambda said, number: {2: "550 5.1.1 nobody", 3: "451 later"}.get(number) if said == "RCPT" else None  # noqa: E731
    with ScriptedRelay(script) as relay:
        fates = carried(channel(MailServer("127.0.0.1", relay.port)), [copy(n) for n in range(1, 6)])

    assert fates == {1: Fate.ACCEPTED, 2: Fate.GONE, 3: Fate.LATER, 4: Fate.ACCEPTED, 5: Fate.ACCEPTED}


def test_without_a_relay_that_talks_everything_is_held_and_the_channel_is_not_free():
    with ScriptedRelay() as dead:
        pass
    each = channel(MailServer("127.0.0.1", dead.port))

    assert each.is_free("bulk")
    assert set(carried(each, [copy(n) for n in range(1, 4)]).values()) == {Fate.HELD}
    assert not each.is_free("bulk")


def test_a_domains_rate_holds_back_its_own_readers_alone():
    pace = OpenPace(granted=1)
    with ScriptedRelay() as relay:
        each = channel(MailServer("127.0.0.1", relay.port), domain_rates={"docomo.example": 20.0}, pace=pace)
        copies = [copy(n, address=f"r{n}@docomo.example") for n in (1, 2, 3)] + [copy(4)]

        fates = carried(each, copies)

    assert fates == {1: Fate.ACCEPTED, 2: Fate.HELD, 3: Fate.HELD, 4: Fate.ACCEPTED}
    assert pace.asked == [("mail:docomo.example", 3, "bulk")]


def test_a_relays_own_rate_is_asked_before_a_bundle_is_taken_and_again_for_its_copies():
    pace = OpenPace(granted=2)
    with ScriptedRelay() as relay:
        each = channel(MailServer("127.0.0.1", relay.port, per_second=50.0, per_day=1000), pace=pace)

        assert each.is_free("emergency")
        fates = carried(each, [copy(n) for n in range(1, 4)], lane="emergency")
        pace.granted = 0
        assert not each.is_free("emergency")

    assert sorted(fate.value for fate in fates.values()) == ["accepted", "accepted", "held"]
    assert pace.asked == [(f"relay:127.0.0.1:{relay.port}", 3, "emergency")]


def test_a_simulated_reader_is_reached_by_the_simulator_alone():
    with ScriptedRelay() as real, ScriptedRelay() as simulator:
        each = channel(MailServer("127.0.0.1", real.port), simulator=MailServer("127.0.0.1", simulator.port))

        fates = carried(each, [copy(1, address="simulator:drill@example.jp"), copy(2)], mode=Mode.EXERCISE)

    assert set(fates.values()) == {Fate.ACCEPTED}
    assert [recipient for _sender, recipient, _content in simulator.taken] == ["drill@example.jp"]
    assert [recipient for _sender, recipient, _content in real.taken] == ["reader2@example.jp"]
