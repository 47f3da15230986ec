"""The readers: they see what is there, miss what is not, and never take one edition for another."""

import http.server
import threading
from dataclasses import replace
from functools import partial

import pytest

from tests.shared.messaging.channels.city import City, fresh
from tests.shared.messaging.channels.city import send as send_one
from tests.shared.messaging.editions import content, edition
from todoke.base.registry import Registry
from todoke.civic.pages.actions import refresh as refresh_pages
from todoke.civic.pages.reader import PageReader
from todoke.shared.messaging.cap import cap_of
from todoke.shared.messaging.channels import feeds
from todoke.shared.messaging.public_files import alerts_root, page_name
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import Address, EditionKind, Mode, TryLater, Wording
from todoke.shared.watch.readers import feed as feed_module
from todoke.shared.watch.readers import mail as mail_module
from todoke.shared.watch.readers.feed import FeedReader
from todoke.shared.watch.readers.mail import MailReader, mail_reader
from todoke.shared.watch.readers.mailbox import ImapMailbox, SimulatedMailbox

SITE, SITE_EN = Address("site", "市のホームページ", "public"), Address("site-en", "市のホームページ", "public", "en")
KAKUNIN = Address("mail-readback", "確認用", "kakunin@city.example.jp")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def site(tmp_path, settings, monkeypatch):
    """The public folder behind a web server, and a drill folder behind none."""
    settings.PUBLIC_ROOT, settings.DRILL_ROOT = tmp_path / "public", tmp_path / "drill"
    settings.PUBLIC_ROOT.mkdir()
    feeds._kept_caps.clear()
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(settings.PUBLIC_ROOT))
    ) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.SITE_ADDRESS = f"http://127.0.0.1:{server.server_address[1]}"
        yield settings.PUBLIC_ROOT
        server.shutdown()
    feeds._kept_caps.clear()


def publish(*editions, mode=Mode.ACTUAL) -> None:
    """Write the pages and the feeds that say these editions, the newest first."""
    latest = editions[0]
    state = Published(
        in_force=() if latest.kind is EditionKind.CANCEL else (latest,), recent=tuple(editions), city="青葉市"
    )
    refresh_pages(mode, at=latest.sent_at, source=lambda _mode, _at: state)
    caps = {one.identifier: cap_of(one) for one in editions}
    feeds.refresh(mode, at=latest.sent_at, source=lambda _mode, _at: state, cap_bytes=caps.get)


@pytest.fixture
def frozen(monkeypatch):
    """The frozen CAP messages, as the ledger has them."""
    kept: dict[str, bytes] = {}
    monkeypatch.setattr(feed_module, "artefact_bytes", lambda identifier, _name: kept.get(identifier))

    def freeze(*editions) -> None:
        kept.update({one.identifier: cap_of(one) for one in editions})

    return freeze


FIRST = edition()
SECOND = edition(2, EditionKind.CORRECTION, note="地区名に誤りがありました。")
CANCELLED = edition(3, EditionKind.CANCEL, note="誤って送信しました。")
ODD = edition(
    content=replace(
        content(), wordings=(Wording("ja", '避難 <b>&"指示"</b> 髙﨑𠮷', "川の水が増えています。", "短い"),)
    )
)


# The page


@pytest.mark.parametrize("said", [FIRST, SECOND, CANCELLED, ODD], ids=["first", "correction", "cancellation", "odd"])
@pytest.mark.parametrize("address", [SITE, SITE_EN], ids=["ja", "en"])
def test_a_page_that_shows_the_edition_is_seen(site, said, address) -> None:
    publish(said, *((FIRST,) if said.number > 1 else ()))

    sighting = PageReader().look(said, address)

    assert sighting.seen, sighting.says


def test_a_page_that_still_shows_the_edition_before_is_not_taken_for_it(site) -> None:
    publish(FIRST)

    sighting = PageReader().look(SECOND, SITE)

    assert (sighting.seen, sighting.says) == (False, "公開ページに、この版がありません。")


def test_a_page_that_bears_the_mark_without_the_words_is_not_taken_for_it(site) -> None:
    publish(FIRST)
    page = alerts_root(Mode.ACTUAL) / FIRST.message_key / page_name("ja")
    title = FIRST.content.wording("ja").title
    page.write_text(page.read_text().replace(title, "準備中"))

    assert not PageReader().look(FIRST, SITE).seen


def test_a_page_that_is_not_there_is_told_with_its_number(site) -> None:
    with pytest.raises(TryLater, match="404"):
        PageReader().look(FIRST, SITE)


def test_a_drill_is_read_from_its_files_because_no_stranger_may_see_it(site) -> None:
    drill = replace(FIRST, mode=Mode.EXERCISE)
    assert not PageReader().look(drill, SITE).seen

    publish(drill, mode=Mode.EXERCISE)

    assert PageReader().look(drill, SITE).seen
    assert not (site / "alerts").exists()


# The feed


def test_a_feed_with_the_entry_and_its_frozen_message_is_seen(site, frozen) -> None:
    publish(CANCELLED, SECOND, FIRST)
    frozen(FIRST, SECOND, CANCELLED)

    assert [FeedReader().look(one, SITE).seen for one in (FIRST, SECOND, CANCELLED)] == [True] * 3


def test_a_feed_without_the_entry_is_not_taken_for_it(site, frozen) -> None:
    publish(FIRST)
    frozen(FIRST, SECOND)

    assert FeedReader().look(SECOND, SITE).says == "データ配信（Atom）に、この版がありません。"


def test_a_message_that_differs_from_what_was_frozen_is_not_taken_for_it(site, frozen) -> None:
    publish(FIRST)
    frozen(FIRST)
    path = next((alerts_root(Mode.ACTUAL) / "cap").glob("*.xml"))
    path.write_bytes(path.read_bytes().replace(b"Actual", b"Test"))

    assert "一致しません" in FeedReader().look(FIRST, SITE).says


def test_a_feed_of_a_drill_is_read_from_its_files(site, frozen) -> None:
    drill = replace(FIRST, mode=Mode.EXERCISE)
    frozen(drill)
    publish(drill, mode=Mode.EXERCISE)

    assert FeedReader().look(drill, SITE).seen


# The mail


@pytest.fixture
def post(tmp_path, monkeypatch):
    """The simulated mail server, our channel to it, and the reader of its mailbox."""
    with Simulator(tmp_path, secret_of=City.secret_of) as simulator:
        channel = City(simulator.smtp_port, simulator.http_port).mail()
        registry = Registry("tests.channels")
        registry.register(channel)
        monkeypatch.setattr(mail_module, "channels", registry)
        simulated = SimulatedMailbox(simulator.http_port)
        yield channel, MailReader("Kakunin@city.example.jp", simulated, simulated)


def test_a_mail_that_arrived_is_seen(post) -> None:
    channel, reader = post
    said = fresh()
    send_one(channel, KAKUNIN, said)

    assert reader.look(said, KAKUNIN).seen


def test_a_mail_that_did_not_arrive_is_not_seen(post) -> None:
    channel, reader = post
    send_one(channel, KAKUNIN, fresh())

    assert "まだありません" in reader.look(replace(fresh(), identifier="todoke.999997.other.1"), KAKUNIN).says


def test_a_mail_with_another_subject_is_not_taken_for_it(post) -> None:
    channel, reader = post
    said = fresh()
    send_one(channel, KAKUNIN, said)
    other = replace(said, content=replace(said.content, wordings=(Wording("ja", "ちがう題名", "本文", "短い"),)))

    assert "件名" in reader.look(other, KAKUNIN).says


def test_only_what_goes_to_our_own_mailbox_can_be_seen(post) -> None:
    _channel, reader = post

    assert reader.can_see(KAKUNIN)
    assert reader.can_see(replace(KAKUNIN, address="simulator:KAKUNIN@city.example.jp"))
    assert not reader.can_see(replace(KAKUNIN, address="press@news.example.jp"))


def test_without_a_mailbox_only_the_simulators_is_read(post) -> None:
    _channel, seeing = post
    reader = MailReader("kakunin@city.example.jp", None, seeing.simulated)

    assert not reader.can_see(KAKUNIN)
    assert reader.can_see(replace(KAKUNIN, address="simulator:kakunin@city.example.jp"))


def test_simulators_that_are_away_are_told() -> None:
    with pytest.raises(TryLater, match="接続を断りました"):
        SimulatedMailbox(1).subject_of("<a@b>")


def test_the_citys_reader_follows_the_settings(settings) -> None:
    settings.MAIL_FROM = "bousai@city.example.jp"
    settings.SIMULATORS, settings.READBACK_MAILBOX = True, ""
    assert mail_reader().can_see(KAKUNIN)

    settings.SIMULATORS = False
    assert not mail_reader().can_see(KAKUNIN)

    settings.READBACK_MAILBOX = "imaps://kakunin%40city.example.jp:secret@imap.example/INBOX"
    reader = mail_reader()
    assert reader.can_see(KAKUNIN)
    assert isinstance(reader.mailbox, ImapMailbox)
