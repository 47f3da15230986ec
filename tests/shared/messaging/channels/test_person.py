"""The script that is read out on the telephone."""

import pytest

from tests.shared.messaging.editions import HILLSIDE, RIVERSIDE, content, edition
from todoke.shared.messaging.channels.person import SPOKEN_MAX, PersonChannel
from todoke.shared.messaging.types import Address, EditionKind, Mode, Wording

CHIEF = Address("tel-1", "川岸自治会長", "000-0000-0001", language="en")


def lines_of(what) -> list[str]:
    return PersonChannel().prepare(what, CHIEF).preview.split("\n")


def test_the_script_says_who_speaks_the_message_twice_and_asks_to_say_it_back():
    message = "対象は、川岸地区です。警戒レベル4、避難指示。川岸地区に避難指示。危険な場所から全員避難してください。"

    assert lines_of(edition()) == [
        "川岸地区に避難指示",
        "青葉市です。川岸自治会長でいらっしゃいますか。",
        message,
        f"繰り返します。{message}",
        "復唱してください。",
        "分からないときの連絡先：防災課 000-000-0000",
    ]


def test_a_drill_is_spoken_as_one_before_the_message_and_before_its_repeat():
    title, opening, _message, repeat, *_rest = lines_of(edition(mode=Mode.EXERCISE))

    assert title.startswith("【訓練】")
    assert opening.startswith("訓練です。これは訓練です。")
    assert repeat.startswith("繰り返します。訓練です。これは訓練です。")


def test_a_cancellation_is_said_with_its_reason_and_the_order_is_not_said_again():
    what = edition(2, kind=EditionKind.CANCEL, note="区域を取り違えたため。")

    message = lines_of(what)[2]

    assert message == (
        "先にお送りしたお知らせを取り消します。取り消しの理由は、区域を取り違えたため。"
        "対象は、川岸地区です。警戒レベル4、避難指示を取り消します。"
    )


def test_each_level_is_said_with_its_own_areas():
    message = lines_of(edition(content=content(areas=(HILLSIDE, RIVERSIDE))))[2]

    assert message.startswith(
        "対象は、川岸地区です。警戒レベル4、避難指示。対象は、山手地区です。警戒レベル3、高齢者等避難。"
    )


def test_a_long_text_is_cut_and_the_level_is_not():
    what = edition(content=content(wordings=(Wording("ja", "題", "本文", "長" * 400),)))

    parcel = PersonChannel().prepare(what, CHIEF)

    message = parcel.preview.split("\n")[2]
    assert message.startswith("対象は、川岸地区です。警戒レベル4、避難指示。長")
    assert len(message) == SPOKEN_MAX + 1
    assert parcel.left_out.startswith("話す文の後ろ")


def test_it_is_put_on_the_list_and_confirmed_by_nobody_yet():
    channel, what = PersonChannel(), edition()

    receipt = channel.send(channel.prepare(what, CHIEF), what, CHIEF, key="key")

    assert (receipt.confirmed, receipt.says) == (False, "電話連絡一覧に載せました")


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("000-0000-0001", True),
        ("+81-99-000-0000", True),
        ("simulator:000-0000-0091", True),
        ("110", False),
        ("会長", False),
        ("000 0000 0001", False),
        ("０００-００００-０００１", False),
    ],
)
def test_a_number_is_checked_before_it_is_stored(address, fits):
    assert (PersonChannel().trouble_with(address) is None) is fits
