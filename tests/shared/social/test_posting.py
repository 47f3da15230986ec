from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.messaging.editions import WORDINGS, content, edition
from tests.shared.messaging.whatever import assert_whole, editions
from todoke.shared.messaging.channels.matter import plain
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.types import Content, Mode, Never, Register, Wording
from todoke.shared.social.channels.mastodon import length
from todoke.shared.social.channels.x import weight
from todoke.shared.social.posting import make_post

SITE = "https://bosai.city.example.jp"


def post(told, language="ja", limit=280, measure=weight):
    return make_post(told, language, SITE, limit, measure)


def written(text: str) -> Content:
    return content(wordings=(replace(WORDINGS[0], registers={Register.POST: text}), *WORDINGS[1:]))


def test_a_post_says_level_word_place_action_instant_and_where_to_read_on():
    made = post(edition())

    assert made.text == (
        "警戒レベル4　避難指示\n川岸地区\n危険な場所から全員避難してください。\n11/21 3:05 青葉市\n"
        "https://bosai.city.example.jp/alerts/3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a11/"
    )
    assert made.left_out == ""


def test_what_somebody_wrote_for_posts_is_said_with_its_mark_instant_and_link():
    made = post(edition(mode=Mode.EXERCISE, content=written("川岸地区に警戒レベル4避難指示。すぐ避難を。")))

    assert made.text.startswith("【訓練】川岸地区に警戒レベル4避難指示。すぐ避難を。\n11/21 3:05 青葉市\nhttps://")


def test_a_written_text_that_is_too_long_gives_way_to_ours_and_the_approver_is_told():
    made = post(edition(content=written("川岸地区に警戒レベル4避難指示。" + "避難してください。" * 20)))

    assert made.text.startswith("警戒レベル4　避難指示\n川岸地区\n")
    assert "280文字を超える" in made.left_out


def test_a_notice_is_said_by_its_title_and_short_text_and_the_title_alone_is_cut():
    short = post(
        edition(content=Content(wordings=(Wording("ja", "ごみの収集日が変わります", "本文", "あすから金曜です。"),)))
    )
    long = post(edition(content=Content(wordings=(Wording("ja", "ごみの収集日が変わります" * 20, "本文", "短い文"),))))

    assert short.text.startswith(
        "ごみの収集日が変わります\nあすから金曜です。\n詳しくは、市の発表を見てください。\n11/21"
    )
    assert weight(long.text) <= 280
    assert "…\n" in long.text
    assert long.text.endswith("/")
    assert "題名の後ろの部分" in long.left_out


def test_what_cannot_be_carried_is_refused_in_words():
    with pytest.raises(Never, match="40文字に収まりません"):
        post(edition(), limit=40)


@settings(max_examples=60, deadline=None)
@given(what=editions(), service=st.sampled_from(((280, weight), (500, length))), language=st.sampled_from(LANGUAGES))
def test_no_post_passes_its_limit_or_loses_mark_level_place_action_or_link(what, service, language):
    limit, measure = service
    try:
        made = post(what, language, limit, measure)
    except Never:
        assert language not in ("ja", "ja-easy")
        return

    assert measure(made.text) <= limit
    assert plain(made.text).startswith(plain(what.marks(language)))
    assert made.text.splitlines()[-1].startswith(SITE)
    assert_whole(made.text, what, language, Register.POST)
