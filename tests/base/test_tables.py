"""Plain files: what is read, and where a fault is told."""

from pathlib import Path

import pytest

from todoke.base.tables import FAULTS_MAX, Faults, Place, read_csv, read_geojson, read_text, read_toml


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    return Faults(tmp_path)


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def told(faults: Faults) -> list[str]:
    return [str(fault) for fault in faults.faults]


def test_a_table_is_read_whatever_the_order_of_its_columns(tmp_path: Path, faults: Faults):
    path = file(tmp_path, "a.csv", "name,key\r\n港 ,1\r\n\r\n,\r\n丘,2\r\n")

    rows = read_csv(path, faults, columns=("key", "name"))

    assert [(row.line, row.text("key"), row.text("name")) for row in rows] == [(2, "1", "港"), (5, "2", "丘")]
    assert told(faults) == []


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_utf8_is_read_with_and_without_byte_order_mark(tmp_path: Path, faults: Faults, start: bytes):
    rows = read_csv(file(tmp_path, "a.csv", start + "key\n港\n".encode()), faults, columns=("key",))

    assert [row.text("key") for row in rows] == ["港"]
    assert faults.notes == []


def test_shift_jis_is_recognised_and_said(tmp_path: Path, faults: Faults):
    assert read_text(file(tmp_path, "a.csv", "髙橋①".encode("cp932")), faults) == "髙橋①"
    assert faults.notes == ["a.csv はShift_JISとして読みました。UTF-8で保存すると確実です。"]


def test_bytes_of_no_encoding_are_told_with_their_place(tmp_path: Path, faults: Faults):
    assert read_text(file(tmp_path, "a.csv", b"key\nab\xff\xfe\n"), faults) is None
    assert told(faults) == ["a.csv:2:3: UTF-8でもShift_JISでもない文字があります。UTF-8で保存し直してください。"]


def test_a_line_break_within_quotes_does_not_shift_the_lines_that_follow(tmp_path: Path, faults: Faults):
    rows = read_csv(file(tmp_path, "a.csv", 'key,name\n1,"上\n下"\n2,右\n'), faults, columns=("key", "name"))

    assert [(row.line, row.text("name")) for row in rows] == [(2, "上\n下"), (4, "右")]


def test_unknown_repeated_and_missing_columns_are_told(tmp_path: Path, faults: Faults):
    rows = read_csv(file(tmp_path, "a.csv", "key,nmae,key\n1,2,3\n"), faults, columns=("key", "name"))

    assert rows == []
    assert told(faults) == [
        "a.csv:1:2（列 nmae）: 知らない列です。使える列: key, name。",
        "a.csv:1:3（列 key）: 同じ列が2回あります。片方を消してください。",
        "a.csv:1:4（列 name）: 列がありません。見出しに加えてください。",
    ]


def test_a_row_with_a_comma_too_many_is_told_and_the_next_is_read(tmp_path: Path, faults: Faults):
    rows = read_csv(file(tmp_path, "a.csv", "key,name\n1,2,3\n4,5\n"), faults, columns=("key", "name"))

    assert [row.text("key") for row in rows] == ["4"]
    assert told(faults)[0].startswith("a.csv:2:3: この行には3列ありますが、見出しは2列です。")


def test_a_quote_that_is_never_closed_is_told(tmp_path: Path, faults: Faults):
    rows = read_csv(file(tmp_path, "a.csv", 'key\n1\n"2\n3\n'), faults, columns=("key",))

    assert [row.text("key") for row in rows] == ["1"]
    assert told(faults) == ['a.csv:3:1: 引用符（"）が閉じていません。この行から後を確かめてください。']


def test_an_empty_file_lacks_its_columns(tmp_path: Path, faults: Faults):
    assert read_csv(file(tmp_path, "a.csv", ""), faults, columns=("key",)) == []
    assert told(faults) == ["a.csv:1:1（列 key）: 列がありません。見出しに加えてください。"]


@pytest.mark.parametrize(
    ("text", "value", "faulty"), [("12", 12, False), ("", None, True), ("-1", None, True), ("1.5", None, True)]
)
def test_a_whole_number_is_read_strictly(tmp_path: Path, faults: Faults, text: str, value: int | None, faulty: bool):
    (row,) = read_csv(file(tmp_path, "a.csv", f"n,x\n{text},1\n"), faults, columns=("n", "x"))

    assert row.whole("n") == value
    assert bool(faults.faults) is faulty


@pytest.mark.parametrize("text", ["nan", "inf", "1e3", "１", "141.0.1"])
def test_a_number_that_only_programmes_understand_is_refused(tmp_path: Path, faults: Faults, text: str):
    (row,) = read_csv(file(tmp_path, "a.csv", f"n\n{text}\n"), faults, columns=("n",))

    assert row.number("n", least=0, most=1000) is None
    assert faults.fault_count == 1


def test_words_are_separated_by_semicolons(tmp_path: Path, faults: Faults):
    (row,) = read_csv(file(tmp_path, "a.csv", "w\n a; b ;;c\n"), faults, columns=("w",))

    assert row.words("w") == ["a", "b", "c"]


def test_a_hundred_faults_are_kept_and_all_are_counted(faults: Faults):
    for line in range(1, FAULTS_MAX + 6):
        faults.fault(Place("a.csv", line, 1), "x")

    assert (len(faults.faults), faults.fault_count) == (100, 105)


def test_broken_toml_is_told_with_line_and_column(tmp_path: Path, faults: Faults):
    assert read_toml(file(tmp_path, "a.toml", 'a = 1\nb = "x\n'), faults) is None
    assert told(faults)[0].startswith("a.toml:2:7: TOMLとして読めません（Illegal character '\\n'）。")


TOML = '''name = """
key = 1
"""

[sender]
mail = "x"

[[roles]]
key = "a"
[[roles]]
key = "b"
"permissions" = [
  "p",
]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("sender", "mail"), 6),
        (("sender", "reply"), 5),
        (("roles", 0, "key"), 9),
        (("roles", 1, "key"), 11),
        (("roles", 1, "permissions"), 12),
        (("absent",), 1),
    ],
)
def test_every_toml_key_knows_its_line(tmp_path: Path, faults: Faults, path: tuple, line: int):
    document = read_toml(file(tmp_path, "a.toml", TOML), faults)

    assert document.place(*path).line == line


def test_a_toml_value_of_the_wrong_kind_is_told(tmp_path: Path, faults: Faults):
    document = read_toml(file(tmp_path, "a.toml", "code = 41009\nsample = 1\nlist = [1]\n"), faults)

    values = (
        document.text(document.values, "code"),
        document.yes(document.values, "sample"),
        document.texts(document.values, "list"),
    )

    assert values == ("", False, [])
    assert [fault.place.line for fault in faults.faults] == [1, 2, 3]


def test_broken_json_is_told_with_line_and_column(tmp_path: Path, faults: Faults):
    assert read_geojson(file(tmp_path, "a.geojson", '{"type":\n "x",}'), faults) == []
    assert told(faults)[0].startswith("a.geojson:2:6: JSONとして読めません")


def test_what_is_no_feature_collection_is_told(tmp_path: Path, faults: Faults):
    assert read_geojson(file(tmp_path, "a.geojson", "[]"), faults) == []
    assert "FeatureCollectionではありません" in told(faults)[0]


def test_every_feature_knows_its_number_line_and_column(tmp_path: Path, faults: Faults):
    feature = '{"type": "Feature", "properties": {"name": null}, "geometry": null}'
    text = f'{{"type": "FeatureCollection", "features": [\n{feature},\n  {feature}, {feature}]}}'

    features = read_geojson(file(tmp_path, "a.geojson", text), faults)

    assert [(each.number, each.line, each.column) for each in features] == [(1, 2, 1), (2, 3, 3), (3, 3, 72)]
    assert features[2].text("name") == ""
    assert told(faults) == ["a.geojson:3:72（地物3 name）: 空です。値を書いてください。"]


def test_a_feature_that_is_none_is_told_and_the_next_is_read(tmp_path: Path, faults: Faults):
    text = '{"type": "FeatureCollection", "features": [1, {"type": "Feature", "properties": {"a": 1}}]}'

    (feature,) = read_geojson(file(tmp_path, "a.geojson", text), faults)

    assert feature.text("a") == "1"
    assert told(faults) == ["a.geojson:1:44（地物1）: typeがFeatureではありません。"]
