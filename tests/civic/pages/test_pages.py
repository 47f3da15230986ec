"""The public alert pages: what they say, that they fit, and that they stand by themselves."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation
from lxml import html
from pytest_django import Settings

from tests.shared.messaging.editions import ALL_CLEAR, HILLSIDE, SENT_AT, content, edition
from todoke.base.ui.registry import resident_panels
from todoke.civic.pages import actions, channel
from todoke.civic.pages.channel import SiteChannel
from todoke.civic.pages.queries import state_on_disk
from todoke.civic.pages.render import WIRE_BYTES_MAX
from todoke.civic.pages.words import moment_text
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.registry import ReceiptKind, Withdrawal
from todoke.shared.messaging.types import (
    Address,
    AreaMark,
    Content,
    EditionKind,
    FrozenEdition,
    Mode,
    TryLater,
    Wording,
)

ADDRESS = Address(key="site", name="公開ページ", address="")
NOW = SENT_AT + timedelta(minutes=30)
LANGUAGES = ("index.html", "index.easy.html", "index.en.html")
FOLDERS = {Mode.ACTUAL: "public/alerts", Mode.EXERCISE: "drill/alerts", Mode.TEST: "drill/test/alerts"}


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.DRILL_ROOT = tmp_path / "drill"
    yield tmp_path
    actions._kept.clear()


def refresh(*editions: FrozenEdition, at: datetime = NOW, mode: Mode = Mode.ACTUAL) -> list[str]:
    published = Published(recent=tuple(reversed(editions)), city="青葉市")
    return actions.refresh(mode, at=at, source=lambda _mode, _at: published)


def page(root: Path, name: str = "index.html", mode: Mode = Mode.ACTUAL) -> html.HtmlElement:
    return html.document_fromstring((root / FOLDERS[mode] / name).read_bytes())


def message(number: int) -> str:
    return f"{number:08}-0000-4000-8000-000000000000"


def said(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def alerts_on(document: html.HtmlElement) -> list[str]:
    return [said(alert) for alert in document.xpath("//article")]


# ---- What the list says ---------------------------------------------------------------------------------------------


def test_the_list_says_level_word_act_areas_contact_and_absolute_times(root: Path) -> None:
    refresh(edition())

    (alert,) = alerts_on(page(root))
    assert alert == (
        "警戒レベル4 避難指示 川岸地区に避難指示 危険な場所から全員避難 対象の地域 警戒レベル4 避難指示 川岸地区 "
        "青葉川があふれるおそれが高まっています。 川岸地区の危険な場所にいる方は、全員避難してください。 "
        "発表 11月21日(土) 3時05分 有効期限 11月22日(日) 3時05分 問い合わせ 防災課 000-000-0000"
    )


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("index.html", "大雨特別警報"),
        ("index.en.html", "Heavy Rain Emergency Warning"),
        ("index.easy.html", "とても 強（つよ）い 雨（あめ）"),
    ],
)
def test_a_warning_of_the_weather_service_never_bears_the_words_of_the_mayors_order(
    root: Path, name: str, word: str
) -> None:
    warned = AreaMark(
        key="a",
        name="川岸地区",
        level=5,
        notice="大雨特別警報",
        notice_en="Heavy Rain Emergency Warning",
        notice_easy="とても 強（つよ）い 雨（あめ）",
    )

    refresh(edition(content=content(areas=(warned,), level=5)))

    head = said(page(root, name).xpath("//h2[contains(@class, 'head')]")[0])
    assert word in head
    assert "緊急安全確保" not in head
    assert "Emergency Safety Measures" not in head


def test_the_list_begins_with_the_highest_level_and_ends_with_plain_notices(root: Path) -> None:
    notice = edition(message_key=message(1), content=content(level=None, areas=()))
    three = edition(message_key=message(2), content=content(level=3, areas=(HILLSIDE,)))
    five = edition(message_key=message(3), content=content(level=5))

    refresh(five, notice, three)

    assert [alert.split()[0] for alert in alerts_on(page(root))] == ["警戒レベル5", "警戒レベル3", "お知らせ"]
    assert said(page(root).xpath("//h1")[0]) == "いま出ている情報 3件"


def test_where_nothing_is_in_force_the_list_says_so_and_when_that_was_written(root: Path) -> None:
    refresh(at=NOW)

    text = said(page(root).xpath("//main")[0])
    assert "いま出ている避難情報や緊急のお知らせはありません。" in text
    assert "この一覧を書いた時刻 11月21日(土) 3時35分" in text


def test_an_alert_leaves_the_list_at_the_moment_it_expires_without_anybody_sending(root: Path) -> None:
    alert = edition()
    refresh(alert, at=alert.expires_at - timedelta(seconds=1))
    assert len(alerts_on(page(root))) == 1

    refresh(alert, at=alert.expires_at)

    assert alerts_on(page(root)) == []
    assert "期限切れ 川岸地区に避難指示" in said(page(root).xpath("//main")[0])
    assert "有効期限を過ぎ、終わりました" in said(page(root, f"{alert.message_key}/index.html"))


def test_a_lifted_order_is_no_longer_in_force_and_says_lifted(root: Path) -> None:
    lifted = edition(2, content=content(level=None, areas=(), cap=ALL_CLEAR))

    refresh(edition(), lifted)

    assert alerts_on(page(root)) == []
    assert "解除した情報 川岸地区に避難指示" in said(page(root).xpath("//main")[0])
    assert json.loads((root / "public/alerts/state.json").read_text())["level"] is None


def test_a_cancelled_alert_is_large_for_a_day_with_its_reason_and_asks_nobody_to_evacuate(root: Path) -> None:
    cancelled = edition(2, EditionKind.CANCEL, note="誤って送信しました。")
    refresh(edition(), cancelled)

    box = said(page(root).xpath("//section[@class='taken-back']")[0])
    assert box == (
        "取消 川岸地区に避難指示 この情報は取り消しました。内容に従わないでください。 "
        "理由: 誤って送信しました。 取消 11月21日(土) 3時15分"
    )
    own = page(root, f"{cancelled.message_key}/index.html")
    assert own.xpath("//*[@class='act']") == []
    assert said(own.xpath("//div[@class='taken-back']")[0]).startswith("取消 この情報は取り消しました。")

    refresh(edition(), cancelled, at=cancelled.sent_at + timedelta(hours=24))
    assert page(root).xpath("//section[@class='taken-back']") == []


def test_a_correction_is_marked_with_its_reason_on_the_list_and_on_its_page(root: Path) -> None:
    corrected = edition(2, EditionKind.CORRECTION, note="地区名に誤りがありました。")

    refresh(edition(), corrected)

    for name in ("index.html", f"{corrected.message_key}/index.html"):
        text = said(page(root, name))
        assert "訂正" in text
        assert "理由: 地区名に誤りがありました。" in text


def test_the_history_says_what_each_edition_changed_newest_first(root: Path) -> None:
    worse = AreaMark(key="kawagishi", name="川岸地区", level=5, notice="緊急安全確保")
    second = edition(2, content=content(areas=(worse, HILLSIDE), level=5), expires_at=SENT_AT + timedelta(hours=30))
    third = edition(3, content=content(areas=(worse,), level=5), expires_at=second.expires_at)
    fourth = edition(
        4,
        content=content(areas=(AreaMark(key="kawagishi", name="川岸地区", notice="緊急安全確保 解除"),), cap=ALL_CLEAR),
        expires_at=second.expires_at,
    )

    refresh(edition(), second, third, fourth, at=NOW + timedelta(hours=1))

    rows = page(root, f"{second.message_key}/index.html").xpath("//ol[@class='history']/li")
    assert [[said(change) for change in row.xpath("./ul/li")] for row in rows] == [
        ["川岸地区を解除しました。"],
        ["山手地区を対象から外しました。"],
        [
            "川岸地区を警戒レベル4 避難指示から警戒レベル5 緊急安全確保に変えました。",
            "山手地区を加えました（警戒レベル3 高齢者等避難）。",
            "有効期限を2026年11月22日(日) 9時05分に変えました。",
        ],
        ["初めての発表"],
    ]
    assert rows[0].xpath(".//a/@href") == [f"../cap/{fourth.identifier}.xml"]


def test_editions_too_old_to_hold_are_still_named_with_their_time_and_cap(root: Path) -> None:
    third = edition(3)

    refresh(third)

    own = page(root, f"{third.message_key}/index.html")
    assert "30日より前の発表" in said(own)
    for reference in third.references:
        assert f"../cap/{reference.identifier}.xml" in own.xpath("//a/@href")


def test_the_levels_table_draws_the_line_between_five_and_four(root: Path) -> None:
    refresh()

    rows = [said(row) for row in page(root).xpath("//tbody/tr")]
    assert [row[:1] for row in rows] == ["5", "警", "4", "3", "2", "1"]
    assert rows[1] == "警戒レベル4までに必ず避難！"


@pytest.mark.parametrize(
    ("name", "tag", "expected"),
    [
        ("index.html", "ja", "警戒レベル4 避難指示"),
        ("index.easy.html", "ja-simple", "川岸（かわぎし）の 人（ひと）は 逃（に）げて ください"),
        ("index.en.html", "en", "Level 4 Evacuation Order"),
    ],
)
def test_every_page_is_in_three_languages(root: Path, name: str, tag: str, expected: str) -> None:
    refresh(edition())

    document = page(root, name)
    assert document.get("lang") == tag
    assert expected in said(document)
    assert document.xpath("//nav//a/@href") == [other for other in LANGUAGES if other != name]
    assert (root / "public/alerts" / edition().message_key / name).exists()


def test_a_text_that_exists_in_japanese_only_is_marked_as_japanese(root: Path) -> None:
    only = Content(wordings=(Wording("ja", "断水", "水が出ません。", "断水"),))

    refresh(edition(content=only))

    alert = page(root, "index.en.html").xpath("//article")[0]
    assert "This alert is available in Japanese only." in said(alert)
    assert [said(marked) for marked in alert.xpath(".//*[@lang='ja']")][:2] == ["断水", "水が出ません。"]


def test_what_people_write_is_text_and_never_markup(root: Path) -> None:
    nasty = Content(wordings=(Wording("ja", "<script>alert(1)</script>", "<img src=x>\x00&", "<b>"),), contact="<i>")

    refresh(edition(content=nasty, note="<u>", city="<s>"))

    for name in ("index.html", f"{edition().message_key}/index.html"):
        assert page(root, name).xpath("//script | //img | //i | //u | //s") == []


@pytest.mark.parametrize(
    ("language", "with_year", "expected"),
    [
        ("ja", False, "11月21日(土) 3時05分"),
        ("ja", True, "2026年11月21日(土) 3時05分"),
        ("ja-easy", False, "11月21日(土) 午前（ごぜん）3時5分"),
        ("en", True, "03:05, Sat 21 Nov 2026 (Japan time)"),
    ],
)
def test_a_moment_is_told_as_itself(language: str, with_year: bool, expected: str) -> None:
    assert moment_text(SENT_AT, language, with_year=with_year) == expected


def test_one_minute_to_midnight_in_utc_is_the_next_morning_in_japan() -> None:
    assert moment_text(datetime(2026, 12, 31, 15, 0, tzinfo=UTC), "ja", with_year=True) == "2027年1月1日(金) 0時00分"


# ---- That they stand by themselves ----------------------------------------------------------------------------------


def test_a_page_needs_one_request_no_script_and_only_the_style_it_vouches_for(root: Path) -> None:
    refresh(edition())

    for path in (root / "public/alerts").rglob("*.html"):
        document = html.document_fromstring(path.read_bytes())
        assert document.xpath("//script | //img | //iframe | //*[@style] | //@*[starts-with(name(), 'on')]") == []
        assert document.xpath("//link/@href") == ["data:,"]
        (style,) = re.findall(r"<style>(.*?)</style>", path.read_text(), re.DOTALL)
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        (policy,) = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert f"style-src 'sha256-{hashed}'" in policy
        assert policy.startswith("default-src 'none';")
        assert "url(" not in style
        assert "@import" not in style


def test_every_link_inside_the_folder_leads_to_a_file(root: Path) -> None:
    refresh(edition(), edition(2, EditionKind.CORRECTION, note="訂正"))

    folder = root / "public/alerts"
    # The feeds have a writer of their own.
    written_elsewhere = re.compile(r"(^|/)(cap/.*\.xml|feed\.(atom|json)|alerts\.geojson|history\.csv)$")
    for path in folder.rglob("*.html"):
        start = path.parent.parent if path.name == "top.html" else path.parent
        for address in html.document_fromstring(path.read_bytes()).xpath("//a/@href"):
            if address.startswith(("http", "#")) or written_elsewhere.search(address):
                continue
            target = (start / address.split("#")[0]).resolve()
            assert target.is_file() or (target / "index.html").is_file(), (path, address)


def test_the_top_page_is_the_list_with_links_from_one_folder_higher(root: Path) -> None:
    refresh(edition())

    top = page(root, "top.html")
    assert f"alerts/{edition().message_key}/index.html" in top.xpath("//article//a/@href")
    assert alerts_on(top) == alerts_on(page(root))


@pytest.mark.parametrize("number", [0, 1, 20, 100])
def test_the_list_fits_into_the_first_flight_of_packets(root: Path, number: int) -> None:
    areas = tuple(AreaMark(key=f"a{one}", name=f"第{one}町内会{one * 7919}番地区", level=4) for one in range(200))
    editions = [edition(message_key=message(one), content=content(areas=areas)) for one in range(number)]

    refresh(*editions)

    for path in (root / "public/alerts").rglob("*.html.gz"):
        assert path.stat().st_size <= WIRE_BYTES_MAX, path
    if number <= 20:
        assert len(alerts_on(page(root))) == number


def test_an_alert_with_fifty_editions_and_long_texts_still_fits(root: Path) -> None:
    def long(number: int) -> Content:
        body = "".join(hashlib.sha256(f"{number}-{part}".encode()).hexdigest() for part in range(40))
        return content(wordings=(Wording("ja", "長い", body, "短い"),))

    refresh(*(edition(number, content=long(number)) for number in range(1, 51)))

    assert (root / "public/alerts" / edition().message_key / "index.html.gz").stat().st_size <= WIRE_BYTES_MAX


def test_an_ordinary_list_fits_even_where_a_server_does_not_pack(root: Path) -> None:
    refresh(edition())

    assert (root / "public/alerts/index.html").stat().st_size <= 14 * 1024


def test_the_packed_sibling_is_the_page_itself(root: Path) -> None:
    refresh(edition())

    for path in (root / "public/alerts").rglob("*.gz"):
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


# ---- That they are always what the ledger says ----------------------------------------------------------------------


def test_a_day_later_and_in_another_language_the_same_editions_give_the_same_bytes(root: Path) -> None:
    first, second = edition(), edition(2, expires_at=SENT_AT + timedelta(days=9))
    refresh(first, second)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    actions._kept.clear()

    with translation.override("en"):
        changed = refresh(first, second, at=NOW + timedelta(days=1))

    assert changed == []
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_deleted_or_damaged_file_heals_as_it_was(root: Path) -> None:
    refresh(edition())
    folder = root / "public/alerts"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / "index.html").unlink()
    (folder / "index.en.html").write_text("<h1>hello")
    (folder / edition().message_key / "index.html.gz").write_bytes(b"")

    changed = refresh(edition(), at=NOW + timedelta(minutes=5))

    own = f"{edition().message_key}/index.html"
    assert changed == [
        own,
        f"{own}.gz",
        *(f"{name}{end}" for name in ("index.html", "index.en.html") for end in ("", ".gz")),
    ]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_damaged_state_file_is_written_anew(root: Path) -> None:
    refresh(edition())
    (root / "public/alerts/state.json").write_text('["half')

    refresh(edition(), at=NOW + timedelta(minutes=5))

    state = json.loads((root / "public/alerts/state.json").read_text())
    assert state["written_at"] == "2026-11-21T03:40:00+09:00"


def test_the_state_tells_the_portal_level_mode_and_when(root: Path) -> None:
    refresh(edition(), edition(message_key=message(1), content=content(level=5)))

    state = json.loads((root / "public/alerts/state.json").read_text())
    assert (state["level"], state["mode"], state["written_at"]) == (5, "actual", "2026-11-21T03:35:00+09:00")
    assert [one["level"] for one in state["in_force"]] == [5, 4]


# ---- Drills ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "sentence"), [(Mode.EXERCISE, "これは訓練です"), (Mode.TEST, "これは試験です")])
def test_a_drill_says_so_at_the_top_and_the_bottom_of_every_page_and_touches_nothing_public(
    root: Path, mode: Mode, sentence: str
) -> None:
    refresh(edition(mode=mode), mode=mode)

    assert not (root / "public").exists()
    pages = list((root / FOLDERS[mode]).rglob("*.html"))
    assert len(pages) == 7
    for path in pages:
        document = html.document_fromstring(path.read_bytes())
        assert document.xpath("//body/@class") == ["drill"]
        assert len(document.xpath("//*[@id='drill-top']")) == len(document.xpath("//*[@id='drill-bottom']")) == 1
        assert document.xpath("//meta[@name='robots']/@content") == ["noindex, nofollow"]
        assert (
            "訓練" in path.read_text()
            or "試験" in path.read_text()
            or "DRILL" in path.read_text()
            or ("TEST" in path.read_text() or "テスト" in path.read_text())
        )
    for edge in ("drill-top", "drill-bottom"):
        assert said(page(root, mode=mode).get_element_by_id(edge)).startswith(sentence)


def test_a_page_in_earnest_has_no_frame_and_no_word_of_a_drill(root: Path) -> None:
    refresh(edition())

    text = (root / "public/alerts/index.html").read_text()
    assert "訓練" not in text
    assert 'class="drill"' not in text


# ---- The channel ----------------------------------------------------------------------------------------------------


def publish(monkeypatch: pytest.MonkeyPatch, *editions: FrozenEdition) -> None:
    published = Published(recent=tuple(reversed(editions)), city="青葉市")
    monkeypatch.setattr(actions, "published_on", lambda _channel, _mode, _at: published)


def test_sending_writes_the_pages_reads_them_back_and_confirms(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, edition())
    site = SiteChannel()

    receipt = site.send(site.prepare(edition(), ADDRESS), edition(), ADDRESS, key="k")

    assert (receipt.confirmed, receipt.reference) == (True, f"alerts/{edition().message_key}/")
    assert (root / "public/alerts" / edition().message_key / "index.html").exists()


def test_an_edition_whose_words_are_not_on_the_page_is_not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, edition())
    other = edition(content=content(wordings=(Wording("ja", "別の文面", "別の本文", "別"),)))
    site = SiteChannel()

    with pytest.raises(TryLater, match="見つかりません"):
        site.send(site.prepare(other, ADDRESS), other, ADDRESS, key="k")


def test_an_older_edition_sent_late_is_found_in_the_history_and_changes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = edition(2, content=content(level=5))
    publish(monkeypatch, edition(), second)
    site = SiteChannel()

    site.send(site.prepare(second, ADDRESS), second, ADDRESS, key="new")
    receipt = site.send(site.prepare(edition(), ADDRESS), edition(), ADDRESS, key="old")

    assert receipt.confirmed
    shown = page(root, f"{second.message_key}/index.html").xpath("//article/@data-edition")
    assert shown == [second.identifier]


def test_a_full_disk_is_told_as_try_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_mode: Mode) -> list[str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(channel, "refresh", full)
    site = SiteChannel()

    with pytest.raises(TryLater, match="No space left"):
        site.send(site.prepare(edition(), ADDRESS), edition(), ADDRESS, key="k")


def test_preparing_is_pure_and_shows_what_residents_read() -> None:
    site = SiteChannel()
    said_wrong = edition(2, EditionKind.CORRECTION, note="地区名の訂正")

    assert site.prepare(said_wrong, ADDRESS) == site.prepare(said_wrong, ADDRESS)
    assert site.prepare(said_wrong, ADDRESS).preview.startswith(
        "【訂正】川岸地区に避難指示\n\n地区名の訂正\n\n川岸地区"
    )
    assert (site.facts.withdrawal, site.facts.receipt) == (Withdrawal.REPLACES, ReceiptKind.READ_BACK)
    assert site.trouble_with("なんでも") is None


# ---- The panel on the resident's home -------------------------------------------------------------------------------


def drawn() -> str:
    from todoke.base.ui.registry import resident_panels  # the panel is found at start-up, as in the house

    panel = resident_panels["pages.in-force"]
    return panel.draw(RequestFactory().get("/")) or ""


def test_the_panel_shows_what_is_in_force_and_leads_to_the_pages() -> None:
    refresh(edition())

    panel = drawn()

    assert "川岸地区に避難指示" in panel
    assert f'href="/alerts/{edition().message_key}/"' in panel
    assert 'href="/alerts/"' in panel


def test_the_panel_says_that_there_is_nothing() -> None:
    refresh()

    assert "いま出ている避難情報や緊急のお知らせはありません。" in drawn()


def test_before_the_first_writing_the_panel_claims_nothing() -> None:
    assert state_on_disk(Mode.ACTUAL) is None
    assert "ありません" not in drawn()
    assert 'href="/alerts/"' in drawn()


def test_the_homes_panel_speaks_the_readers_language_and_keeps_the_mayors_words_for_orders(root: Path) -> None:
    warned = AreaMark(key="a", name="川岸地区", level=4, notice="大雨危険警報", notice_en="Heavy Rain Danger Warning")
    refresh(edition(content=content(areas=(warned,))))

    with translation.override("en"):
        panel = next(panel for panel in resident_panels if panel.key == "pages.in-force").draw(
            RequestFactory().get("/")
        )

    assert "Heavy Rain Danger Warning" in panel
    assert "Evacuation Instruction" not in panel
    assert "Evacuation order for Kawagishi" in panel
    assert "index.en.html" in panel
