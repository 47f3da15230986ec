"""The feeds: read by readers that we did not write, complete, and never a drill among them."""

import csv
import gzip
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import etree
from pytest_django import Settings

from tests.shared.messaging.editions import ALL_CLEAR, HILLSIDE, RIVERSIDE, SENT_AT, content, edition
from todoke.shared.messaging.cap import cap_of
from todoke.shared.messaging.channels import feeds
from todoke.shared.messaging.channels.feeds import FeedsChannel
from todoke.shared.messaging.feeds import FeedState, chosen_feed, chosen_json_feed, chosen_rss, feed_files
from todoke.shared.messaging.public_files import FolderBusy, Upkeep, bring_about, locked
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.registry import ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, EditionKind, FrozenEdition, Mode, TryLater, Wording

OTHER = "11111111-2222-4333-8444-555555555555"
ADDRESS = Address(key="feeds", name="データ配信", address="")

FIRST = edition()
CORRECTED = edition(2, EditionKind.CORRECTION, note="地区名に誤りがありました。")
CANCELLED = edition(3, EditionKind.CANCEL, note="誤って送信しました。")
LIFTED = edition(2, message_key=OTHER, content=content(level=None, areas=(), cap=ALL_CLEAR))
BEFORE_LIFTED = edition(1, message_key=OTHER)


def state(*recent: FrozenEdition, in_force: tuple[FrozenEdition, ...] = (), mode: Mode = Mode.ACTUAL) -> FeedState:
    return FeedState(
        mode=mode,
        city="青葉市",
        site="https://www.city.example.jp",
        published=Published(in_force=in_force, recent=tuple(recent)),
        caps={said.identifier: cap_of(said) for said in (*recent, *in_force)},
    )


WHOLE_STORY = state(CANCELLED, CORRECTED, LIFTED, FIRST, BEFORE_LIFTED)


@pytest.fixture
def roots(tmp_path: Path, settings: Settings) -> Iterator[tuple[Path, Path]]:
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.DRILL_ROOT = tmp_path / "drill"
    feeds._kept_caps.clear()
    yield settings.PUBLIC_ROOT, settings.DRILL_ROOT
    feeds._kept_caps.clear()


def caps_of(*editions: FrozenEdition) -> dict[str, bytes]:
    return {said.identifier: cap_of(said) for said in editions}


def test_feedparser_reads_every_edition_with_its_own_lasting_id() -> None:
    read = feedparser.parse(feed_files(WHOLE_STORY)["feed.atom"])

    assert not read.bozo
    assert read.feed.title == "青葉市 緊急・防災情報"
    assert [entry.title for entry in read.entries] == [
        "【取消】川岸地区に避難指示",
        "【訂正】川岸地区に避難指示",
        "川岸地区に避難指示",
        "川岸地区に避難指示",
        "川岸地区に避難指示",
    ]
    assert len({entry.id for entry in read.entries}) == 5
    assert all(entry.id.startswith("urn:uuid:") for entry in read.entries)
    assert read.entries[0].updated == "2026-11-21T03:25:00+09:00"
    assert read.entries[0].published == "2026-11-21T03:05:00+09:00"


def test_an_entry_leads_to_its_page_and_its_cap() -> None:
    entry = feedparser.parse(feed_files(state(FIRST))["feed.atom"]).entries[0]

    links = {link.type: link.href for link in entry.links}
    assert links == {
        "text/html": f"https://www.city.example.jp/alerts/{FIRST.message_key}/",
        "application/cap+xml": f"https://www.city.example.jp/alerts/cap/{FIRST.identifier}.xml",
    }
    assert {tag.scheme.rsplit(":")[-1]: tag.term for tag in entry.tags} == {
        "level": "4",
        "mode": "actual",
        "kind": "first",
    }
    assert "対象: 川岸地区（警戒レベル4 避難指示）" in entry.content[0].value
    assert entry.content[0].language == "ja"


def test_a_notice_leads_to_the_page_that_it_names() -> None:
    notice = edition(content=content(page="/notices/{message}/"))

    files = feed_files(state(notice))

    [entry] = feedparser.parse(files["feed.atom"]).entries
    [item] = json.loads(files["feed.json"])["items"]
    assert entry.link == item["url"]
    assert item["url"].endswith(f"/notices/{notice.message_key}/")


def test_the_json_feed_says_what_became_of_each_item() -> None:
    read = json.loads(feed_files(WHOLE_STORY)["feed.json"])

    assert read["version"] == "https://jsonfeed.org/version/1.1"
    told = {
        item["_todoke"]["identifier"]: (
            item["_todoke"]["kind"],
            item["_todoke"]["lifted"],
            item["_todoke"]["cancelled"],
            item["_todoke"]["replaced_by"],
        )
        for item in read["items"]
    }
    assert told == {
        FIRST.identifier: ("first", False, False, CORRECTED.identifier),
        CORRECTED.identifier: ("correction", False, False, CANCELLED.identifier),
        CANCELLED.identifier: ("cancel", False, True, None),
        BEFORE_LIFTED.identifier: ("first", False, False, LIFTED.identifier),
        LIFTED.identifier: ("update", True, False, None),
    }
    assert read["items"][0]["_todoke"]["note"] == "誤って送信しました。"
    assert read["items"][0]["attachments"][0]["mime_type"] == "application/cap+xml"


def test_atom_and_json_name_the_same_ids() -> None:
    files = feed_files(WHOLE_STORY)

    atom = [entry.id for entry in feedparser.parse(files["feed.atom"]).entries]
    assert atom == [item["id"] for item in json.loads(files["feed.json"])["items"]]


def test_the_history_has_a_line_for_each_area_and_says_what_became_of_it() -> None:
    two = edition(content=content(areas=(RIVERSIDE, HILLSIDE)))
    files = feed_files(state(CANCELLED, CORRECTED, LIFTED, two, BEFORE_LIFTED))

    lines = list(csv.DictReader(io.StringIO(files["history.csv"].decode("utf-8-sig"))))

    assert [(line["identifier"], line["area"], line["state"]) for line in lines] == [
        (CANCELLED.identifier, "川岸地区", "cancelled"),
        (CORRECTED.identifier, "川岸地区", "replaced"),
        (LIFTED.identifier, "", "lifted"),
        (two.identifier, "川岸地区", "replaced"),
        (two.identifier, "山手地区", "replaced"),
        (BEFORE_LIFTED.identifier, "川岸地区", "replaced"),
    ]
    assert (lines[4]["area_level"], lines[4]["notice"]) == ("3", "高齢者等避難")
    assert lines[0]["note"] == "誤って送信しました。"
    assert {line["licence"] for line in lines} == {"https://creativecommons.org/licenses/by/4.0/deed.ja"}


def test_the_history_as_shapes_names_the_same_ids_and_keeps_what_was_cancelled() -> None:
    files = feed_files(WHOLE_STORY)

    features = json.loads(files["history.geojson"])["features"]
    ids = {item["id"] for item in json.loads(files["feed.json"])["items"]}

    assert {feature["properties"]["id"] for feature in features} < ids
    assert [feature["properties"]["state"] for feature in features] == ["cancelled", "replaced", "replaced", "replaced"]
    assert len({feature["id"] for feature in features}) == len(features)


@pytest.mark.parametrize("title", ["=1+1", "+81", "-1", "@you"])
def test_no_cell_of_the_history_is_a_formula(title: str) -> None:
    odd = edition(content=content(wordings=(Wording("ja", title, "本文\n二行目", "短"),)))

    [line] = csv.DictReader(io.StringIO(feed_files(state(odd))["history.csv"].decode("utf-8-sig")))

    assert line["title"] == f"'{title}"


def test_every_form_says_under_which_licence_it_may_be_used() -> None:
    files = feed_files(WHOLE_STORY)

    assert feedparser.parse(files["feed.atom"]).feed.rights.startswith("CC BY 4.0 https://creativecommons.org/")
    assert json.loads(files["feed.json"])["_todoke"]["licence"].startswith("https://creativecommons.org/")
    for name in ("alerts.geojson", "history.geojson"):
        assert json.loads(files[name])["licence"].startswith("https://creativecommons.org/")


def test_the_same_choice_reads_alike_in_every_form() -> None:
    about = {"address": "https://www.city.example.jp/feed", "title": "青葉市 お知らせ（川岸地区）"}

    atom = feedparser.parse(chosen_feed(WHOLE_STORY, **about))
    rss = feedparser.parse(chosen_rss(WHOLE_STORY, **about))
    told = json.loads(chosen_json_feed(WHOLE_STORY, **about))

    assert not rss.bozo
    assert rss.version == "rss20"
    assert [entry.id for entry in rss.entries] == [entry.id for entry in atom.entries]
    assert [entry.id for entry in rss.entries] == [item["id"] for item in told["items"]]
    assert {atom.feed.title, rss.feed.title, told["title"]} == {about["title"]}
    assert told["feed_url"] == about["address"]
    assert "CC BY 4.0" in rss.feed.rights


def test_the_map_holds_what_is_in_force_and_nothing_that_was_lifted() -> None:
    two = edition(content=content(areas=(RIVERSIDE, HILLSIDE)))

    read = json.loads(feed_files(state(two, LIFTED, in_force=(two, LIFTED)))["alerts.geojson"])

    riverside, hillside = read["features"]
    assert (riverside["properties"]["level"], riverside["geometry"]["type"]) == (4, "MultiPolygon")
    assert riverside["geometry"]["coordinates"][0][0][0] == [141.0, 38.0]
    assert (hillside["properties"]["area"], hillside["geometry"]) == ("山手地区", None)


def test_the_same_editions_give_the_same_bytes() -> None:
    assert feed_files(WHOLE_STORY) == feed_files(state(CANCELLED, CORRECTED, LIFTED, FIRST, BEFORE_LIFTED))


def test_without_any_edition_the_feeds_are_valid_and_empty() -> None:
    files = feed_files(state())

    assert feedparser.parse(files["feed.atom"]).entries == []
    assert not feedparser.parse(files["feed.atom"]).bozo
    assert json.loads(files["feed.json"])["items"] == []
    assert json.loads(files["alerts.geojson"])["features"] == []


def test_the_feeds_hold_the_newest_hundred() -> None:
    many = [edition(1, message_key=f"00000000-0000-4000-8000-{number:012}") for number in range(120)]

    read = json.loads(feed_files(state(*many))["feed.json"])

    assert len(read["items"]) == 100
    assert read["items"][0]["_todoke"]["identifier"] == many[0].identifier


def test_a_text_that_no_xml_can_hold_stops_no_feed() -> None:
    strange = edition(city="青\x00葉\ud800市", note="\x0b", content=content(contact="\ufffe"))

    files = feed_files(state(strange))

    assert etree.fromstring(files["feed.atom"]) is not None
    assert len(json.loads(files["feed.json"])["items"]) == 1


def test_sending_writes_reads_back_and_confirms(roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "published_on", lambda _channel, _mode, _at: Published((FIRST,), (FIRST,)))
    monkeypatch.setattr(feeds, "artefact_bytes", lambda identifier, _name: caps_of(FIRST).get(identifier))
    channel = FeedsChannel()

    receipt = channel.send(channel.prepare(FIRST, ADDRESS), FIRST, ADDRESS, key="k")

    folder = roots[0] / "alerts"
    assert receipt.confirmed
    assert (folder / "cap" / f"{FIRST.identifier}.xml").read_bytes() == cap_of(FIRST)
    assert gzip.decompress((folder / "feed.atom.gz").read_bytes()) == (folder / "feed.atom").read_bytes()


def test_an_edition_that_cannot_be_found_afterwards_is_not_confirmed(
    roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "published_on", lambda _channel, _mode, _at: Published())
    channel = FeedsChannel()

    with pytest.raises(TryLater, match="見つかりません"):
        channel.send(channel.prepare(FIRST, ADDRESS), FIRST, ADDRESS, key="k")


@pytest.mark.parametrize("mode", [Mode.EXERCISE, Mode.TEST])
def test_a_drill_never_touches_the_public_folder(
    mode: Mode, roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    public, drill = roots
    said = edition(mode=mode)
    monkeypatch.setattr(feeds, "published_on", lambda _channel, _mode, _at: Published((said,), (said,)))
    monkeypatch.setattr(feeds, "artefact_bytes", lambda identifier, _name: caps_of(said).get(identifier))
    channel = FeedsChannel()

    receipt = channel.send(channel.prepare(said, ADDRESS), said, ADDRESS, key="k")

    assert receipt.confirmed
    assert not public.exists()
    assert "【訓練】" in (found := next(drill.rglob("feed.atom")).read_text()) or "【試験】" in found


def test_a_second_refresh_writes_nothing_and_a_damaged_file_heals(roots: tuple[Path, Path]) -> None:
    def source(_mode: Mode, _at: datetime) -> Published:
        return Published((FIRST,), (FIRST,))

    def refresh(at: datetime) -> list[str]:
        return feeds.refresh(Mode.ACTUAL, at=at, source=source, cap_bytes=caps_of(FIRST).get)

    assert len(refresh(SENT_AT)) == 12
    assert refresh(SENT_AT + timedelta(days=1)) == []

    folder = roots[0] / "alerts"
    (folder / "feed.json").write_text("{")
    (folder / "feed.atom.gz").unlink()

    assert refresh(SENT_AT) == ["feed.json", "feed.json.gz", "feed.atom", "feed.atom.gz"]
    assert (folder / "feed.json.gz").stat().st_mtime_ns >= (folder / "feed.json").stat().st_mtime_ns


HOLDER = """
import fcntl, pathlib, sys
file = pathlib.Path(sys.argv[1]).open("a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_while_another_process_writes_nobody_else_does_and_its_death_frees_the_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / ".alerts.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"

        with pytest.raises(FolderBusy), locked(tmp_path / "alerts", patience_seconds=0.05):
            pytest.fail("two writers at a time")

        other.kill()
    with locked(tmp_path / "alerts", patience_seconds=1):
        pass


def test_a_state_read_late_never_overwrites_a_newer_one(roots: tuple[Path, Path]) -> None:
    """A slow worker waits at the lock while the ledger moves on: it then writes what the ledger says by now."""
    ledger = [Published((FIRST,), (FIRST,))]
    at_the_lock = threading.Event()

    def slow() -> None:
        at_the_lock.set()
        feeds.refresh(Mode.ACTUAL, at=SENT_AT, source=lambda _m, _a: ledger[0], cap_bytes=caps_of(FIRST, CORRECTED).get)

    with locked(roots[0] / "alerts"):
        worker = threading.Thread(target=slow)
        worker.start()
        assert at_the_lock.wait(5)
        ledger[0] = Published((CORRECTED,), (CORRECTED, FIRST))
    worker.join(5)

    assert CORRECTED.identifier in (roots[0] / "alerts/feed.json").read_text()


def test_a_full_disk_is_told_as_try_later(roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_root: Path, _files: dict[str, bytes]) -> list[str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(feeds, "published_on", lambda _channel, _mode, _at: Published((FIRST,), (FIRST,)))
    monkeypatch.setattr(feeds, "artefact_bytes", lambda _identifier, _name: None)
    monkeypatch.setattr(feeds, "bring_about", full)
    channel = FeedsChannel()

    with pytest.raises(TryLater, match="No space left"):
        channel.send(channel.prepare(FIRST, ADDRESS), FIRST, ADDRESS, key="k")


def test_what_was_not_written_as_asked_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todoke.shared.messaging.public_files.write_atomically", lambda _path, _content: None)

    with pytest.raises(OSError, match=r"feed\.json does not hold"):
        bring_about(tmp_path, {"feed.json": b"{}"})


def test_the_upkeep_goes_through_all_modes_the_actual_one_first() -> None:
    seen: list[Mode] = []
    stop = threading.Event()

    def note(mode: Mode) -> None:
        seen.append(mode)
        if mode == Mode.TEST:
            stop.set()

    Upkeep("messaging.feeds-upkeep", note).run("emergency", stop)

    assert seen == [Mode.ACTUAL, Mode.EXERCISE, Mode.TEST]


def test_the_channel_says_that_it_replaces_and_reads_back() -> None:
    channel = FeedsChannel()

    assert (channel.key, channel.facts.withdrawal, channel.facts.receipt) == (
        "messaging.feeds",
        Withdrawal.REPLACES,
        ReceiptKind.READ_BACK,
    )
    assert channel.trouble_with("なんでも") is None
