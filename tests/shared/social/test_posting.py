import random
from dataclasses import replace

import pytest

from tests.shared.messaging.editions import HILLSIDE, RIVERSIDE, WORDINGS, content, edition
from todoke.shared.messaging.channels.phrases import level_words
from todoke.shared.messaging.levels import LEVELS
from todoke.shared.messaging.types import Content, EditionKind, Mode, Never, Register, Wording
from todoke.shared.social.channels.mastodon import length
from todoke.shared.social.channels.x import weight
from todoke.shared.social.posting import make_post

SITE = "https://bosai.city.example.jp"
MANY = tuple(replace(RIVERSIDE, key=str(number), name=f"第{number}川岸地区") for number in range(60))


def post(told, language="ja", limit=280, measure=weight):
    return make_post(told, language, SITE, limit, measure)


def written(text: str) -> Content:
    return content(wordings=(replace(WORDINGS[0], registers={Register.POST: text}), *WORDINGS[1:]))


def test_a_post_says_level_word_place_action_instant_and_where_to_read_on():
    made = post(edition())

    assert made.text == (
        "警戒レベル4　避難指示：川岸地区\n危険な場所から全員避難\n"
        "川岸地区に避難指示。危険な場所から全員避難してください。\n11/21 3:05 青葉市\n"
        "https://bosai.city.example.jp/alerts/3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a11/"
    )
    assert made.left_out == ""


def test_what_somebody_wrote_for_posts_is_said_and_gets_the_marks_of_the_system_once():
    told = edition(mode=Mode.EXERCISE, content=written("【訓練】川岸地区に避難指示。すぐ避難を。"))

    made = post(told)

    assert made.text.startswith("【訓練】川岸地区に避難指示。すぐ避難を。\n11/21 3:05")
    assert made.text.count("【訓練】") == 1


def test_a_written_text_that_is_too_long_gives_way_to_ours_and_the_approver_is_told():
    made = post(edition(content=written("避難してください。" * 20)))

    assert made.text.startswith("警戒レベル4　避難指示：川岸地区")
    assert made.left_out == "投稿用に書かれた文（長すぎるため）"


def test_of_many_places_some_are_named_and_the_others_counted():
    made = post(edition(content=content(areas=(*MANY, HILLSIDE))))

    assert "警戒レベル4　避難指示：第0川岸地区" in made.text
    assert "地域\n警戒レベル3　高齢者等避難：山手地区\n危険な場所から全員避難" in made.text
    assert "ほか" in made.text
    assert made.left_out == "本文、地域の一部"


def test_a_cancellation_repeats_no_call_to_act_and_says_what_was_wrong():
    told = edition(2, EditionKind.CANCEL, note="誤って発信しました", content=written("全員避難してください。"))

    made = post(told)

    assert "全員避難" not in made.text
    assert made.text.startswith("【取消】取り消した内容：警戒レベル4　避難指示：川岸地区\n")
    assert "取り消しの理由：誤って発信しました" in made.text


def test_a_correction_says_what_changed():
    made = post(edition(2, EditionKind.CORRECTION, note="山手地区は含みません"))

    assert made.text.startswith("【訂正】警戒レベル4")
    assert "訂正した点：山手地区は含みません" in made.text


def test_an_alert_that_is_lifted_calls_nobody_to_act():
    made = post(
        edition(2, content=content(facts={"lifted": "yes"}, wordings=(Wording("ja", "解除", "終わり", "解除"),)))
    )

    assert "全員避難" not in made.text


def test_a_matter_without_levels_is_named_by_its_title_which_alone_is_cut():
    told = edition(content=Content(wordings=(Wording("ja", "ごみの収集日が変わります" * 20, "本文", "短い文"),)))

    made = post(told)

    assert weight(made.text) <= 280
    assert made.text.startswith("ごみの収集日が変わります")
    assert "…\n11/21 3:05 青葉市\nhttps://" in made.text
    assert made.left_out == "題名の後ろの部分、本文"


def test_what_cannot_be_carried_is_refused_in_words():
    with pytest.raises(Never, match="投稿の上限（40）を超えます"):
        post(edition(), limit=40)


def test_the_same_edition_gives_the_same_post_always():
    assert post(edition()) == post(edition())


@pytest.mark.parametrize("seed", range(120))
def test_no_post_passes_its_limit_or_loses_mark_level_place_action_or_link(seed):
    chance = random.Random(seed)
    areas = tuple(
        replace(
            chance.choice((RIVERSIDE, HILLSIDE)),
            key=str(number),
            name=f"{number}の" + "字" * chance.randint(1, 12),
            name_en="",
        )
        for number in range(chance.choice((1, 2, 3, 20, 90)))
    )
    kind = chance.choice((EditionKind.UPDATE, EditionKind.CORRECTION, EditionKind.CANCEL))
    mode = chance.choice(tuple(Mode))
    told = edition(
        2,
        kind,
        mode=mode,
        note="理由" * chance.randint(1, 60),
        content=content(areas=areas, level=max(area.level for area in areas)),
    )
    limit, measure = chance.choice(((280, weight), (500, length)))
    language = chance.choice(("ja", "en", "vi"))

    made = post(told, language, limit, measure)

    assert measure(made.text) <= limit
    assert made.text.startswith(told.marks(language))
    for area in areas:
        assert level_words(area.level, area.notice_in(language), language) in made.text
    assert any(area.name in made.text for area in areas)
    assert made.text.endswith(("/", ".html"))
    act = LEVELS[told.content.level].in_language(language).act
    assert (f"\n{act}\n" in made.text) == (kind is not EditionKind.CANCEL)
