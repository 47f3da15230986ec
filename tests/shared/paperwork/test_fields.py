"""What each kind makes of what people really type, by table."""

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from tests.shared.paperwork.questions import CHOICES, question
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Read

TODAY = date(2026, 5, 10)


def read(asked: Question, **raw: str | list[str]) -> Read:
    """What is made of these boxes; `text` is the only box of a field."""
    boxes = {
        "" if part == "text" else part: [typed] if isinstance(typed, str) else typed for part, typed in raw.items()
    }
    found = field_kinds[asked.kind].read(boxes, asked)
    if found.value is None or found.troubles:
        return found
    return Read(found.value, tuple(field_kinds[asked.kind].check(found.value, asked, TODAY)), found.notes)


def said(found: Read) -> str:
    return " ".join(str(trouble) for trouble in found.troubles)


NUMBER = question("paperwork.number", {"least": "-5", "most": "12.5", "places": 1, "unit": {"ja": "人"}})
MONEY = question("paperwork.money", {"most": 50_000})


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        (NUMBER, "１２．５", "12.5"),
        (NUMBER, "3人", "3"),
        (NUMBER, "−5", "-5"),
        (NUMBER, "+2.0", "2"),
        (NUMBER, "-0", "0"),
        (MONEY, "¥1,200", 1200),
        (MONEY, "１２００円", 1200),
        (MONEY, "￥50,000 円", 50_000),
        (question("paperwork.time"), "午後3時30分", "15:30"),
        (question("paperwork.time"), "15時半", "15:30"),
        (question("paperwork.time"), "９：０５", "09:05"),
        (question("paperwork.time"), "1530", "15:30"),
        (question("paperwork.time"), "12:00 am", "00:00"),
        (question("paperwork.time"), "午前12時", "00:00"),
        (question("paperwork.time"), "午後0時", "12:00"),
        (question("paperwork.time"), "3:30 PM", "15:30"),
        (question("paperwork.mail"), "Hanako.＠EXAMPLE.jp", "Hanako.@example.jp"),
        (question("paperwork.telephone"), "060-1234-5678", "06012345678"),
        (question("paperwork.telephone"), "＋81 22 261 1111", "0222611111"),
        (question("paperwork.municipality-code"), "92011", "092011"),
        (question("paperwork.corporate-number"), "T8000020041009", "8000020041009"),
        (question("paperwork.date", {"boxes": "one"}), "令６．４．１", "2024-04-01"),
        (question("paperwork.date", {"boxes": "one"}), "慶応3年10月14日", "慶応3年10月14日"),
        (question("paperwork.date", {"boxes": "one", "unknown": "day"}), "昭和20年4月日不詳", "1945-04-XX"),
        (question("paperwork.date", {"boxes": "one", "unknown": "all"}), "不詳", "XXXX-XX-XX"),
        (question("paperwork.short-text"), " 髙﨑 神 ㈱① ", "髙﨑 神 ㈱①"),
        (question("paperwork.long-text"), "一行\r\n\r\n二行 ", "一行\n\n二行"),
        (question("paperwork.yes-no"), "no", False),
    ],
)
def test_what_people_type_is_read(asked: Question, text: str, value: Any) -> None:
    found = read(asked, text=text)

    assert (found.value, said(found)) == (value, "")


@pytest.mark.parametrize(
    ("asked", "text", "sentence"),
    [
        (NUMBER, "三人", "数として読めません。数字だけを書いてください。例：12"),
        (NUMBER, "1.25", "小数が細かすぎます。小数は1桁までです。"),
        (NUMBER, "-6", "小さすぎます。-5以上の数を書いてください。"),
        (NUMBER, "13", "大きすぎます。12.5以下の数を書いてください。"),
        (NUMBER, "1e5", "数として読めません。数字だけを書いてください。例：12"),
        (MONEY, "12.5", "小数は書けません。整数で書いてください。"),
        (MONEY, "円", "数として読めません。数字だけを書いてください。例：1200"),
        (question("paperwork.time"), "25:00", "時刻として読めません。例のように書いてください。例：午後3時30分、15:30"),
        (
            question("paperwork.mail"),
            "name@example",
            "メールアドレスとして読めません。@の前と後ろを確かめて、例のように書いてください。例：name@example.jp",
        ),
        (question("paperwork.short-text", {"most": 3}), "辻󠄀𠮷野が", "1文字、長すぎます。3文字までにしてください。"),
        (
            question("paperwork.choice", {"choices": CHOICES}),
            "west",
            "選べないものが選ばれています。一覧から選び直してください。",
        ),
        (question("paperwork.yes-no"), "maybe", "選べないものが選ばれています。一覧から選び直してください。"),
        (
            question("paperwork.date", {"boxes": "one", "when": "past"}),
            "2026-05-11",
            "まだ来ていない日です。今日までの日付を書いてください。",
        ),
        (
            question("paperwork.date", {"boxes": "one", "when": "future"}),
            "2026-05-09",
            "もう過ぎた日です。今日からあとの日付を書いてください。",
        ),
        (question("paperwork.date", {"boxes": "one"}), "令和6年4月", "日付が足りません。年、月、日を書いてください。"),
    ],
)
def test_what_cannot_be_read_is_told_with_how_to_mend_it(asked: Question, text: str, sentence: str) -> None:
    assert said(read(asked, text=text)) == sentence


@pytest.mark.parametrize(
    ("era", "year", "month", "day", "value"),
    [
        ("令和", "元", "5", "1", "2019-05-01"),
        ("平成", "31", "４", "30", "2019-04-30"),
        ("", "2019", "05", "1", "2019-05-01"),
        ("西暦", "２０１９年", "5月", "1日", "2019-05-01"),
        ("", "S64", "1", "7", "1989-01-07"),
        ("昭和", "1989", "1", "7", "1989-01-07"),
        ("昭和", "65", "1", "7", "1990-01-07"),
    ],
)
def test_dates_in_several_boxes(era: str, year: str, month: str, day: str, value: str) -> None:
    found = read(question("paperwork.date"), era=era, year=year, month=month, day=day)

    assert (found.value, said(found)) == (value, "")
    assert bool(found.notes) == (year == "65")


@pytest.mark.parametrize(
    ("boxes", "part"),
    [
        ({"year": "6", "month": "4", "day": "1"}, "year"),
        ({"era": "令和", "month": "4", "day": "1"}, "year"),
        ({"era": "令和", "year": "6", "day": "1"}, "month"),
        ({"era": "令和", "year": "6", "month": "4"}, "day"),
        ({"era": "令和", "year": "0", "month": "4", "day": "1"}, "year"),
        ({"era": "令和", "year": "6", "month": "2", "day": "30"}, "year"),
    ],
)
def test_a_trouble_with_a_date_stands_at_its_box(boxes: dict[str, str], part: str) -> None:
    found = read(question("paperwork.date"), **boxes)

    assert [trouble.part for trouble in found.troubles] == [part]
    assert str(found.troubles[0])


def test_a_day_nobody_knows_is_kept_as_unknown_and_no_formula_takes_it() -> None:
    asked = question("paperwork.date", {"unknown": "day", "least": "1940-01-01", "most": "1945-03-31"})

    found = read(asked, era="昭和", year="20", month="3", unknown="yes")

    assert found.value == "1945-03-XX"
    assert field_kinds[asked.kind].for_formula(found.value, asked) is None
    assert field_kinds[asked.kind].words(found.value, asked) == "昭和20年(1945年)3月日不詳"
    assert "遅すぎる" in said(read(asked, era="昭和", year="20", month="4", unknown="yes"))
    assert "早すぎる" in said(read(asked, era="昭和", year="14", unknown="yes"))


NAME = question("paperwork.person-name", {"former": True, "alias": True, "roman": True})


def test_names_are_kept_as_they_are_typed() -> None:
    found = read(NAME, family="髙橋", given="辻󠄀子", family_reading="たかはし", given_reading="ﾂｼﾞｺ", alias="太郎")

    assert said(found) == ""
    assert found.value["family"] == "髙橋"
    assert found.value["given"] == "辻󠄀子"
    assert (found.value["family_reading"], found.value["given_reading"]) == ("タカハシ", "ツジコ")
    assert field_kinds[NAME.kind].words(found.value, NAME) == "髙橋 辻󠄀子（太郎）（タカハシ ツジコ）"


def test_one_name_alone_and_a_very_long_one_are_names() -> None:
    single = read(NAME, family="スカルノ", family_reading="スカルノ", single="yes")
    long = read(NAME, family="A" * 120, given="B" * 80, family_reading="ア", given_reading="ビ", roman="A B")

    assert (said(single), single.value) == ("", {"family": "スカルノ", "family_reading": "スカルノ"})
    assert said(long) == ""
    assert [trouble.part for trouble in read(NAME, given="花子").troubles] == [
        "family",
        "family_reading",
        "given_reading",
    ]
    assert "印を付けて" in said(read(NAME, family="スカルノ", family_reading="スカルノ"))
    assert "ほかの文字" in said(read(NAME, family="山", given="川", family_reading="山", given_reading="カワ"))


ADDRESS = question("paperwork.address")


def test_a_code_of_two_prefectures_offers_both_and_takes_the_chosen_one() -> None:
    kind = field_kinds[ADDRESS.kind]
    boxes = kind.boxes(ADDRESS, {"postal_code": ["498-0000"]})
    offered = next(box for box in boxes if box.part == "place").choices
    chosen = next(choice for choice in offered if "三重県" in str(choice.words))

    found = read(ADDRESS, postal_code="498-0000", place=chosen.value, block="1")

    assert said(found) == ""
    assert (found.value["prefecture"], found.value["municipality"]) == ("三重県", "243035")
    assert "いくつかあります" in said(read(ADDRESS, postal_code="498-0000", block="1"))


def test_the_one_place_behind_a_code_fills_its_boxes_and_no_other() -> None:
    raw = {"postal_code": ["９８０ー０８０３"], "building": ["メゾン"], "block": ["3-7-1"]}

    filled = field_kinds[ADDRESS.kind].act("look-up", raw, ADDRESS)

    assert filled == {**raw, "prefecture": ["宮城県"], "city": ["仙台市青葉区"], "town": ["国分町"]}


def test_an_address_that_does_not_fit_its_code_is_told_and_not_refused() -> None:
    found = read(ADDRESS, postal_code="980-0803", prefecture="岩手県", city="盛岡市", town="内丸", block="12-2")

    assert said(found) == ""
    assert len(found.notes) == 1
    assert "municipality" not in found.value
    assert next(trouble.part for trouble in read(ADDRESS, postal_code="98").troubles) == "postal_code"


def test_an_account_of_the_post_bank_is_taken_from_its_passbook() -> None:
    account = question("paperwork.bank-account")

    found = read(account, sort="yucho", symbol="10530", passbook="12345671", holder="やまだ　はなこ")

    assert said(found) == ""
    assert (found.value["bank"], found.value["branch"], found.value["number"]) == ("9900", "058", "1234567")
    assert found.value["holder"] == "ﾔﾏﾀﾞ ﾊﾅｺ"
    wrong = read(account, sort="bank", bank="0009", branch="123", number="1234567", holder="山田")
    assert sorted(trouble.part for trouble in wrong.troubles) == ["holder", "kind"]


def test_a_consent_names_the_text_in_the_language_that_was_shown() -> None:
    consent = question("paperwork.consent", {"text": {"ja": "同意", "en": "I agree"}, "sign": True})
    with override("en"):
        shown = field_kinds[consent.kind].boxes(consent, {})[1].choices[0].value

    found = read(consent, agreed="yes", shown=shown, name="Hanako")

    assert (found.value["language"], found.value["name"]) == ("en", "Hanako")
    assert [trouble.part for trouble in read(consent, agreed="yes", shown="x").troubles] == ["name", "agreed"]
    assert read(consent, shown=shown).value is None


def test_a_place_is_pressed_on_the_map_or_written() -> None:
    point = question("paperwork.map-point")
    kind = field_kinds[point.kind]

    pressed = kind.act("here", {"words": ["橋"], "x": ["300"], "y": ["100"], "frame": ["140,38,141,39,600,400"]}, point)

    assert pressed == {"words": ["橋"], "lat": ["38.750000"], "lon": ["140.500000"]}
    assert read(point, lat="38.268222", lon="１４０．８６９").value == {"lat": "38.268222", "lon": "140.869000"}
    assert [trouble.part for trouble in read(point, lat="91", lon="140").troubles] == ["lat"]
    assert kind.act("here", {"x": ["a"], "frame": ["0"]}, point) == {}


def test_files_are_what_the_house_keeps_and_never_what_a_browser_says() -> None:
    files = question("paperwork.files", {"most": 1})
    kind = field_kinds[files.kind]
    kept = kind.raw_of([{"file": "1", "name": "甲.pdf", "size": 2_500_000, "type": "application/pdf"}], files)

    assert kind.words(kind.read(kept, files).value, files) == "甲.pdf（2.5 MB）"
    assert kind.held == {"kept", "refused"}
    assert kind.boxes(files, kept) == ()
    assert kind.act("remove.0", kept, files) == {"kept": []}
    assert said(kind.read({**kept, "kept": kept["kept"] * 2, "refused": ["だめ"]}, files)).startswith(
        "だめ ファイルが多すぎます"
    )


def test_the_reading_of_a_former_name_is_asked_where_both_are_and_is_kana():
    kind = field_kinds["paperwork.person-name"]
    typed = {"family": ["佐藤"], "given": ["花子"], "family_reading": ["サトウ"], "given_reading": ["ハナコ"]}

    def parts(settings):
        asked = question("paperwork.person-name", settings)
        return [box.part for box in kind.boxes(asked, {})]

    assert "former_family_reading" in parts({"former": True})
    assert "former_family_reading" not in parts({"former": True, "reading": False})
    assert "former_family_reading" not in parts({})
    right = kind.parse({**typed, "former_family": ["鈴木"], "former_family_reading": ["すずき"]}, NAME)
    wrong = kind.parse({**typed, "former_family": ["鈴木"], "former_family_reading": ["鈴木"]}, NAME)
    without = kind.parse({**typed, "former_family": ["鈴木"]}, NAME)
    assert (right.value["former_family_reading"], right.troubles, without.troubles) == ("スズキ", (), ())
    assert [(each.part, str(each.what)) for each in wrong.troubles] == [
        ("former_family_reading", "旧氏のフリガナに、ほかの文字があります。")
    ]
