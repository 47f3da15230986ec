"""What the reader makes of the weather service's own samples, and of what is no telegram."""

import gzip
from collections import Counter

import pytest

from todoke.civic.emergency.telegrams import BYTES_MAX, NotValid, NotWellFormed, TooLarge, read
from todoke.civic.emergency.telegrams.schema import schema_in


def test_fukui_shows_each_city_its_own_level(fukui):
    telegram = read(fukui, "20260830_VPWW55_fukui_L5.xml")

    levels = {area.name: area.level for area in telegram.areas}
    assert (levels["福井市"], levels["坂井市"], levels["鯖江市"], levels["越前市"]) == (5, 4, 3, 2)
    assert (telegram.code, telegram.family, telegram.reason) == ("VPWW55", "jma.rain", None)
    assert telegram.doubts == ()


def test_municipality_without_a_warning_has_an_empty_row(fukui):
    telegram = read(fukui)

    tsuruga = next(area for area in telegram.areas if area.name == "敦賀市")
    assert (tsuruga.code, tsuruga.kind, tsuruga.kind_code, tsuruga.level, tsuruga.in_force) == (
        "1820200",
        "",
        "",
        None,
        False,
    )
    assert len(telegram.areas) == 17


def test_last_kind_tells_what_was_in_force_before(fukui):
    echizen = next(area for area in read(fukui).areas if area.name == "越前町")

    assert (echizen.status, echizen.kind_code, echizen.last_kind_code) == ("発表", "03", "10")


def test_every_sample_is_read_with_the_values_of_the_index(index):
    for path, row in index.items():
        telegram = read(path.read_bytes(), path.name)

        assert (telegram.code, telegram.title, telegram.status, telegram.info_type) == (
            row["code"],
            row["control_title"],
            row["status"],
            row["info_type"],
        ), path.name
        assert (telegram.event_id, telegram.serial, telegram.report_time) == (
            row["event_id"],
            row["serial"],
            row["report_datetime"],
        ), path.name
        assert telegram.doubts == (), path.name
        assert (telegram.reason is None) == bool(telegram.family), path.name


def test_samples_of_the_families_name_their_areas(index):
    without = Counter()
    for path, row in index.items():
        telegram = read(path.read_bytes(), path.name)
        if telegram.family and not telegram.areas:
            without[telegram.code, row["info_type"]] += 1

    # Cancellations name nothing, and the five reports of a quake in Chile no Japanese municipality.
    assert without == {("VXSE51", "取消"): 1, ("VTSE41", "取消"): 1, ("VTSE51", "取消"): 1, ("VXSE53", "発表"): 5}


def test_every_sample_fits_the_schema_of_the_weather_service(index, jma):
    schema = schema_in(jma / "jma-xml" / "schema")

    for path in list(index)[::9]:
        assert read(path.read_bytes(), path.name, schema).title


def test_schema_refuses_what_our_own_check_lets_pass(made, jma):
    unknown = made(extra_head="<Invented>x</Invented>").xml()

    with pytest.raises(NotValid, match="スキーマ"):
        read(unknown, schema=schema_in(jma / "jma-xml" / "schema"))
    assert read(unknown).family == "jma.rain"


def test_schema_is_optional(tmp_path):
    assert schema_in(tmp_path) is None


@pytest.mark.parametrize(
    ("file_name", "code"),
    [
        ("15_17_01_250630_VPWW55.xml", "VPWW55"),
        ("20260829215102_0_VPWW55_180000.xml", "VPWW55"),
        ("afeedc52-107a-3d1d-9196-b108234d6e0f.xml", "VPWW55"),
        ("wrongly_named_VXSE53.xml", "VPWW55"),
        ("", "VPWW55"),
    ],
)
def test_code_comes_from_the_name_or_else_from_the_title(made, file_name, code):
    assert read(made().xml(), file_name).code == code


def test_river_has_no_code_without_a_name_since_it_carries_a_running_number(made):
    river = made(title="指定河川洪水予報").xml()

    assert read(river, "VXKO70.xml").code == "VXKO70"
    assert read(river).code == ""


def test_title_of_several_codes_leaves_the_code_empty(made):
    telegram = read(made(title="台風解析・予報情報（５日予報）（Ｈ３０）").xml())

    assert (telegram.code, telegram.family) == ("", "")
    assert telegram.reason == (
        "「台風解析・予報情報（５日予報）（Ｈ３０）」は、このシステムが内容を読み取る電文の対象外です。原文は保存しています。"
    )


@pytest.mark.parametrize(("status", "mode"), [("通常", "actual"), ("訓練", "exercise"), ("試験", "test")])
def test_mode_follows_the_status(made, status, mode):
    assert read(made(status=status).xml()).mode == mode


def test_gzip_is_read_like_plain(fukui):
    assert read(gzip.compress(fukui)) == read(fukui)


def test_indented_copy_has_the_same_fingerprint(made):
    plain = made().xml()

    assert read(plain.replace(b"</Item>", b"</Item>\n   ")).fingerprint == read(plain).fingerprint
    assert read(made(serial="2").xml()).fingerprint != read(plain).fingerprint


def test_too_large_is_not_read():
    with pytest.raises(TooLarge, match="5MB"):
        read(b" " * (BYTES_MAX + 1))


def test_packed_bomb_stops_at_the_limit():
    with pytest.raises(TooLarge):
        read(gzip.compress(b"0" * (BYTES_MAX * 20)))


@pytest.mark.parametrize("length", [0, 1, 40, 900, -1])
def test_cut_off_is_not_well_formed(made, length):
    with pytest.raises(NotWellFormed):
        read(made().xml()[:length])


def test_cut_off_gzip_is_not_well_formed(made):
    with pytest.raises(NotWellFormed, match="gzip"):
        read(gzip.compress(made().xml())[:-9])


def test_entities_are_never_expanded(made, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    attack = (
        made(office="&x;")
        .xml()
        .replace(b"?>\n<Report", f'?>\n<!DOCTYPE Report [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n<Report'.encode(), 1)
    )

    with pytest.raises(NotValid, match="DOCTYPE"):
        read(attack)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"status": "本番"}, "Control/Status"),
        ({"info_type": "解除"}, "Head/InfoType"),
        ({"title": " "}, "Control/Title"),
        ({"office": ""}, "Control/EditorialOffice"),
        ({"report_time": "2026-06-31T00:00:00+09:00"}, "Head/ReportDateTime"),
        ({"report_time": "2026-06-30T00:00:00"}, "Head/ReportDateTime"),
        ({"issued": "yesterday"}, "Control/DateTime"),
        ({"extra_head": "<ValidDateTime>soon</ValidDateTime>"}, "Head/ValidDateTime"),
    ],
)
def test_what_we_rely_on_is_checked(made, wrong, where):
    with pytest.raises(NotValid, match=where) as refusal:
        read(made(**wrong).xml())

    assert refusal.value.where == where


def test_feed_is_no_telegram(jma):
    with pytest.raises(NotValid, match="最初の要素はfeed"):
        read((jma / "jma-feed" / "weather-sample.xml").read_bytes())


def test_warning_without_any_area_is_never_taken_for_all_clear(made):
    telegram = read(made(kinds={}).xml())

    assert telegram.areas == ()
    assert telegram.reason == "対象地域を読み取れませんでした（Bodyの要素: Warning）。原文を見てください。"
