"""What a cancellation says."""

from datetime import UTC, datetime

import pytest

from todoke.civic.emergency.rules.cancelling import cancelling_texts

ORDER = {
    language: {
        "title": "警戒レベル4 避難指示",
        "body": "ただちに避難してください。 Evacuate now.",
        "short": "避難してください。",
    }
    for language in ("ja", "ja-easy", "en")
}


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en"])
def test_museum_2_a_cancellation_repeats_no_instruction_of_what_it_cancels(language):
    text = cancelling_texts(ORDER, datetime(2026, 8, 29, 18, 5, tzinfo=UTC))[language]

    assert text["title"] == "警戒レベル4 避難指示"
    assert "避難してください" not in text["body"] + text["short"]
    assert "Evacuate" not in text["body"]


def test_it_names_what_is_cancelled_by_title_and_japanese_time():
    body = cancelling_texts(ORDER, datetime(2026, 8, 29, 18, 5, tzinfo=UTC))["ja"]["body"]

    assert body.startswith("8月30日3時05分にお知らせした「警戒レベル4 避難指示」を取り消します。")


def test_a_language_without_a_controlled_phrase_is_left_out():
    texts = cancelling_texts({**ORDER, "xx": ORDER["ja"]}, datetime(2026, 8, 29, tzinfo=UTC))

    assert set(texts) == {"ja", "ja-easy", "en"}
