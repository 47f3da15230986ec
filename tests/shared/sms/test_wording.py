"""How long an SMS is, what it costs, and what stands in it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.shared.messaging.editions import edition as an_edition
from todoke.shared.messaging.types import Address, EditionKind, Mode, Never
from todoke.shared.sms.length import Length, septets
from todoke.shared.sms.wording import told_length, wording

SITE = "https://www.city.example.jp"
LINK = f"{SITE}/alerts/"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("あ" * 70, 1),
        ("あ" * 71, 2),
        ("あ" * 134, 2),
        ("あ" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 69 + "あ", 1),
        ("a" * 70 + "あ", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("{" * 80, 1),
        ("{" * 81, 2),
    ],
)
def test_parts_are_counted_as_telephones_count_them(text, parts):
    assert Length().parts(text) == parts


def test_a_provider_that_counts_by_66_is_believed():
    assert Length(part=66).parts("あ" * 133) == 3
    assert Length(part=66, parts_max=10, characters_max=660).room == 660


def test_the_basic_alphabet_is_known_from_all_others():
    assert septets("Evacuate now! £5 [ok]") == 23
    assert septets("逃げて") is None
    assert septets("naïve") is None


def test_the_approver_sees_how_many_parts_it_is_and_what_they_cost():
    assert told_length("あ" * 100, Length(yen_per_part=Decimal("9.9"))) == "（2通分、1人あたり約19.8円）"
    assert told_length("あ", Length()) == "（1通分）"


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en", "ko", "vi"])
@pytest.mark.parametrize("parts", [2, 3, 10])
def test_a_text_never_passes_its_room_and_ends_with_where_to_read_on(language, parts):
    length = Length(parts_max=parts)

    made = wording(an_edition(), language, SITE, length)

    assert length.weigh(made.text) <= length.room
    assert length.parts(made.text) <= parts
    assert made.text.splitlines()[-1].startswith(LINK)
    assert "4" in made.text


def test_where_there_is_no_room_the_address_gives_way_before_the_level():
    made = wording(an_edition(), "ja", SITE, Length(parts_max=1))

    assert "http" not in made.text
    assert "警戒レベル4" in made.text
    assert "続きを読むアドレス" in made.left_out
    assert Length().parts(made.text) == 1


def test_marks_stand_first_and_a_cancelled_text_is_not_repeated():
    edition = an_edition()
    drill = wording(replace(edition, mode=Mode.EXERCISE), "ja", SITE, Length())
    taken_back = wording(replace(edition, kind=EditionKind.CANCEL, note="区域の誤り"), "ja", SITE, Length())

    assert drill.text.startswith("【訓練】")
    assert taken_back.text.startswith("【取消】")
    assert "全員避難してください" not in taken_back.text


def test_what_fits_nowhere_is_refused():
    with pytest.raises(Never):
        wording(an_edition(), "ja", SITE, Length(single=12, parts_max=1))


def test_the_same_edition_gives_the_same_bytes(channel):
    address = Address("duty", "当番", "090-0000-0001")

    parcel = channel.prepare(an_edition(), address)

    assert parcel == channel.prepare(an_edition(), address)
    assert parcel.body.decode() in parcel.preview
    assert parcel.preview.endswith("円）")
