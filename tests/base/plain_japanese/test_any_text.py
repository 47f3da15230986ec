"""Whatever is typed: the check never raises, names places inside the text, and its suggestions make it better."""

from hypothesis import given, settings
from hypothesis import strategies as some

from todoke.base.plain_japanese import applied, findings, mended, with_readings

# Letters and pieces that the rules look at, so that faults meet each other more often than chance would have it.
PIECES = some.sampled_from([
    "避難所", "余震", "津波", "（", "）", "＜", "＞", "(", ")", "（ひなん）", "令和8年", "R8.4.1", "3/10",
    "10:00〜", "17:15", "13時", "半", "(水)", "日", "年", "〜", "/", "※", "ないわけではない",
    "使用してください", "ご覧ください", "キャンセル", "ぐらぐら", "です。", "ます", "。", "、", "が、",
    "ので、", "{areas}", "%(name)s", "a", "1", "００", "人", "食べられる", "読ませる", "受け付け", "う", "ー",
    "𠮷", "＝", " ", "\u3000", "\n", "\ud800", "\x00",
])  # fmt: skip
SENTENCES = some.sampled_from([
    "避難所は学校です。", "令和8年です。", "3/10に行きます。", "10:00〜です。", "使用してください。",
    "ご覧ください。", "キャンセルです。", "川を見ます。", "13時です。", "3〜5です。", "雨がふります。",
])  # fmt: skip
ANYTHING = some.one_of(
    some.text(max_size=120),
    some.lists(PIECES, max_size=25).map("".join),
    some.text(alphabet="避難所（ひ）＜＞ 1:/〜。日月", max_size=60),
)


@given(ANYTHING)
@settings(deadline=None, max_examples=300)
def test_findings_lie_inside_the_text_and_never_raise(text: str) -> None:
    for each in findings(text):
        begin, end = each.where

        assert 0 <= begin < end <= len(text)
        assert str(each.says)
        assert str(each.suggestion)


@given(ANYTHING)
@settings(deadline=None, max_examples=150)
def test_what_is_mended_has_fewer_findings_and_is_mended_for_good(text: str) -> None:
    better = mended(text)

    assert better == text or len(findings(better)) < len(findings(text))
    assert mended(better) == better


@given(some.lists(SENTENCES, min_size=1, max_size=8).map("".join))
@settings(deadline=None, max_examples=60)
def test_taking_every_suggestion_leaves_fewer_findings(text: str) -> None:
    found = findings(text)

    taken = applied(text, found)

    assert len(findings(taken)) < len(found)
    assert [each for each in findings(mended(text)) if each.replacement is not None] == []


@given(ANYTHING)
@settings(deadline=None, max_examples=150)
def test_readings_are_added_once(text: str) -> None:
    read = with_readings(text)

    assert with_readings(read) == read
    assert len(read) >= len(text)
