"""What every channel says first, what may be cut, and where."""

import pytest

from tests.shared.messaging.editions import HILLSIDE, RIVERSIDE, content, edition
from todoke.shared.messaging.channels.clusters import characters, clusters, longest_start, utf16_units
from todoke.shared.messaging.channels.wording import AREAS_SHOWN_MAX, fit_text, fit_title, in_each_language
from todoke.shared.messaging.types import AreaMark, Content, EditionKind, Mode, Never, Wording

SITE = "https://www.city.example.jp"
CANCEL = edition(number=2, kind=EditionKind.CANCEL, note="区域を取り違えたため")
CORRECTION = edition(number=2, kind=EditionKind.CORRECTION, note="正しくは山手地区")


def text_of(what, language="ja", limit=None, measure=characters) -> str:
    return fit_text(what, language, SITE, limit, measure).text


def long_edition(**changed):
    body = "川の水位が上がっています👨‍👩‍👧‍👦🇯🇵か\u3099。" * 600
    return edition(content=content(wordings=(Wording("ja", "川岸地区に避難指示", body, "短い文"),)), **changed)


def test_the_whole_text_of_a_first_edition():
    text = text_of(edition())

    assert text == (
        "川岸地区に避難指示\n"
        "警戒レベル4　避難指示\n"
        "対象地域：川岸地区\n"
        "\n"
        "青葉川があふれるおそれが高まっています。\n\n川岸地区の危険な場所にいる方は、全員避難してください。\n"
        "\n"
        "お問い合わせ：防災課 000-000-0000\n"
        "詳しくは：https://www.city.example.jp/alerts/3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a11/\n"
        "発信：青葉市　2026年11月21日 3時05分"
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "これは訓練です。実際の災害ではありません。"),
        ("ja-easy", "これは 訓練（くんれん）です。本当（ほんとう）の 災害（さいがい）では ありません。"),
        ("en", "This is a drill. There is no real disaster."),
    ],
)
def test_a_drill_says_so_in_the_first_line_and_in_the_second(language, sentence):
    what = edition(mode=Mode.EXERCISE)

    first, second = text_of(what, language).split("\n")[:2]

    assert first == what.marks(language) + what.content.wording(language).title
    assert second == sentence


def test_a_cancellation_begins_with_what_is_taken_back_and_never_says_the_level_as_if_it_held():
    lines = text_of(CANCEL).split("\n")

    assert lines[:4] == [
        "【取消】川岸地区に避難指示",
        "先にお送りしたお知らせを取り消します。",
        "取り消した内容：警戒レベル4　避難指示",
        "取り消しの理由：区域を取り違えたため",
    ]
    assert "警戒レベル4　避難指示" not in lines


def test_a_cancellation_does_not_say_the_cancelled_order_again():
    fitted = fit_text(CANCEL, "ja", SITE, None, characters)

    assert "避難してください" not in fitted.text
    assert fitted.left_out.startswith("取り消したお知らせの本文")


def test_a_correction_says_what_changed():
    lines = text_of(CORRECTION).split("\n")

    assert lines[0] == "【訂正】川岸地区に避難指示"
    assert lines[1] == "先にお送りしたお知らせを訂正します。"
    assert "訂正した点：正しくは山手地区" in lines


def test_each_level_stands_beside_its_own_areas_the_highest_first():
    text = text_of(edition(content=content(areas=(HILLSIDE, RIVERSIDE))))

    assert "警戒レベル4　避難指示、警戒レベル3　高齢者等避難" in text
    assert "警戒レベル4　避難指示：川岸地区\n警戒レベル3　高齢者等避難：山手地区" in text


def test_the_official_words_are_spoken_in_the_language_of_the_reader():
    text = text_of(edition(), "en")

    assert "Alert Level 4 Evacuation Order\nAreas: Kawagishi" in text


def test_many_areas_are_counted_not_listed():
    areas = tuple(AreaMark(key=str(n), name=f"{n}丁目", level=3, notice="高齢者等避難") for n in range(40))

    text = text_of(edition(content=content(areas=areas)))

    assert f"{AREAS_SHOWN_MAX - 1}丁目、ほか10地域" in text
    assert f"{AREAS_SHOWN_MAX}丁目" not in text


@pytest.mark.parametrize("measure", [characters, utf16_units])
@pytest.mark.parametrize("limit", [150, 200, 1000, 5000])
def test_a_cut_text_fits_keeps_level_and_word_and_ends_with_where_to_read_on(limit, measure):
    what = long_edition(mode=Mode.EXERCISE)

    fitted = fit_text(what, "ja", SITE, limit, measure)

    assert limit - 12 <= measure(fitted.text) <= limit
    assert fitted.text.startswith("【訓練】川岸地区に避難指示\nこれは訓練です。")
    assert "警戒レベル4　避難指示" in fitted.text
    assert fitted.text.endswith(f"…（続きは {SITE}/drill/alerts/{what.message_key}/ ）")
    assert fitted.left_out.startswith("本文の後ろ")


def test_a_cut_never_falls_inside_a_character():
    what = long_edition()
    whole = clusters(text_of(what))

    for limit in range(150, 200):
        kept = clusters(text_of(what, limit=limit).rpartition("…")[0])

        assert kept == whole[: len(kept)]


def test_a_text_whose_essentials_do_not_fit_is_not_sent_at_all():
    with pytest.raises(Never, match="警戒レベルだけで60文字を超えます"):
        text_of(edition(mode=Mode.EXERCISE), limit=60)


def test_a_long_reason_gives_way_and_the_cancellation_does_not():
    what = edition(number=2, kind=EditionKind.CANCEL, note="理" * 6000)

    text = text_of(what, limit=300)

    assert text.startswith(
        "【取消】川岸地区に避難指示\n先にお送りしたお知らせを取り消します。\n取り消した内容：警戒レベル4　避難指示"
    )
    assert len(text) <= 300


@pytest.mark.parametrize(("limit", "title"), [(40, "【訓練】川岸地区に避難指示"), (13, "【訓練】川岸地区に避難指示")])
def test_a_title_that_fits_is_left_alone(limit, title):
    assert fit_title(edition(mode=Mode.EXERCISE), "ja", limit).text == title


def test_a_title_that_must_be_cut_says_level_and_official_word_first():
    wording = Wording("ja", "川岸地区、山手地区、港地区、砂原地区の皆さまにお知らせします", "本文", "短い文")

    fitted = fit_title(edition(mode=Mode.TEST, content=content(wordings=(wording,))), "ja", 24)

    assert fitted.text == "【試験】警戒レベル4　避難指示 川岸地区、山手…"
    assert fitted.left_out == "題名の後ろの部分"


def test_a_title_without_room_for_level_and_word_is_refused():
    wording = Wording("ja", "川岸地区の皆さまにお知らせします", "本文", "短い文")

    with pytest.raises(Never, match="警戒レベル4　避難指示"):
        fit_title(edition(content=content(wordings=(wording,))), "ja", 8)


@pytest.mark.parametrize(
    ("text", "count", "units"),
    [
        ("避難", 2, 2),
        ("🍎", 1, 2),
        ("か\u3099", 1, 2),
        ("ｶﾞ", 1, 2),
        ("👨‍👩‍👧", 1, 8),
        ("🇯🇵🇯🇵", 2, 8),
        ("👍🏽", 1, 4),
        ("葛󠄀", 1, 3),
    ],
)
def test_characters_are_counted_as_readers_and_as_line_count_them(text, count, units):
    assert (characters(text), utf16_units(text)) == (count, units)


def test_the_longest_start_stops_before_the_character_that_does_not_fit():
    assert longest_start("避👨‍👩‍👧難", 8, utf16_units) == "避"
    assert longest_start("避👨‍👩‍👧難", 9, utf16_units) == "避👨‍👩‍👧"


@pytest.mark.parametrize(("language", "ending"), [("ja", ""), ("en", "?language=en")])
def test_a_notice_is_read_on_where_its_content_says(language, ending):
    notice = edition(content=content(page="/notices/{message}/"))

    text = text_of(notice, language)

    assert f"{SITE}/notices/3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a11/{ending}\n" in text
    assert "/alerts/" not in text
    assert Content.from_json(notice.content.as_json()) == notice.content


def test_a_title_without_room_for_the_full_words_takes_the_tight_ones():
    wording = Wording("vi", "Thông báo khẩn cấp cho tất cả mọi người ở khu vực Kawagishi", "本文", "短い文")
    what = edition(mode=Mode.EXERCISE, content=content(wordings=(Wording("ja", "題", "本文", "短"), wording)))

    assert fit_title(what, "vi", 40).text == "[DIỄN TẬP] Mức 4 Chỉ thị sơ tán Thông b…"


def test_a_language_in_which_the_level_does_not_fit_gives_way_to_japanese_and_keeps_nobody_waiting():
    wordings = (Wording("ja", "川岸地区に避難指示", "本文", "短"), Wording("vi", "V" * 60, "本文", "短"))
    what = edition(content=content(wordings=wordings))

    made = in_each_language(what, lambda language: fit_title(what, language, 15).text)

    assert made == {"ja": "川岸地区に避難指示"}


def test_where_not_even_the_japanese_fits_nothing_is_made():
    what = edition(content=content(wordings=(Wording("ja", "川岸地区の皆さまにお知らせします", "本文", "短"),)))

    with pytest.raises(Never):
        in_each_language(what, lambda language: fit_title(what, language, 8).text)
