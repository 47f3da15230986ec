from todoke.base.plain_japanese import reviewed, reviewed_wording
from todoke.base.plain_japanese.review import LINES_MAX


def test_the_pieces_are_the_text_and_marks_stand_on_what_is_found() -> None:
    text = "令和8年に 避難所です。"

    review = reviewed(text)

    assert "".join(piece.text for piece in review.pieces) == text
    assert [piece.text for piece in review.pieces if piece.is_marked] == ["令和8年", "避難所"]
    assert [piece.begins for piece in review.pieces if piece.begins] == [(1,), (2,)]


def test_a_sentence_that_is_too_long_is_numbered_where_it_begins_and_not_marked() -> None:
    review = reviewed("あ" * 60 + "です。")

    assert [(piece.is_marked, piece.begins) for piece in review.pieces] == [(False, (1,))]


def test_missing_readings_are_counted_and_shown_as_a_whole() -> None:
    review = reviewed("山と川です。")

    assert (review.lines, review.unread, review.read) == ((), 2, "山（やま）と川（かわ）です。")
    assert not review.is_plain


def test_a_page_lists_no_more_than_anybody_reads() -> None:
    review = reviewed("3/10\n" * (LINES_MAX + 5))

    assert (len(review.shown), review.left_out) == (LINES_MAX, 5)


def test_the_line_ends_of_a_browser_do_not_count() -> None:
    assert reviewed("です。\r\nです。").text == "です。\nです。"


def test_a_message_is_checked_as_a_whole_where_it_has_plain_japanese() -> None:
    texts = {"ja": {"title": "令和8年"}, "ja-easy": {"title": "お知（し）らせ", "short": " ", "body": "令和8年です。"}}

    review = reviewed_wording(texts)

    assert review is not None
    assert review.text == "お知（し）らせ\n令和8年です。"
    assert [line.words for line in review.lines] == ["令和8年"]
    assert reviewed_wording({"ja": {"title": "令和8年"}}) is None
