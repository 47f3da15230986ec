"""What holds for every kind of field, whoever brought it."""

import json
from datetime import date
from random import Random

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.paperwork.questions import every_question
from todoke.base.formulas import Kind
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.registry import Look, field_kinds

QUESTIONS = every_question()
NAMES = [f"{question.kind} {json.dumps(dict(question.settings), ensure_ascii=False)[:60]}" for question in QUESTIONS]
EVERY = pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)

# What breaks careless programmes: NUL, halves of surrogate pairs, variants, right-to-left, joiners, odd digits.
ODD = ["\x00", "\ud800", "辻󠄀", "\u202eabc", "\u200b", "٣", "Ⅷ", "①", "１２", "−", "\r\n", "𠮷", "1e9999", "NaN", "元"]
TEXTS = st.one_of(st.text(max_size=40), st.sampled_from(ODD), st.lists(st.sampled_from(ODD), max_size=4).map("".join))


@EVERY
def test_the_settings_of_the_samples_are_sound(question: Question) -> None:
    assert list(field_kinds[question.kind].faults(question)) == []


@EVERY
def test_what_is_shown_of_a_value_is_read_as_the_same_value(question: Question) -> None:
    kind = field_kinds[question.kind]
    for seed in range(60):
        value = kind.generate(Random(seed), question)
        if not kind.asks:
            assert value is None
            continue

        read = kind.read(kind.raw_of(value, question), question)

        assert read.troubles == ()
        if question.kind == "paperwork.bank-account":
            value = {**value, "typed_as": "bank"}
        assert read.value == value
        assert json.loads(json.dumps(value)) == value
        assert list(kind.check(value, question, date(2026, 11, 21))) == []


@EVERY
@settings(max_examples=60)
@given(st.data())
def test_whatever_comes_in_is_read_without_a_fault(question: Question, data: st.DataObject) -> None:
    kind = field_kinds[question.kind]
    parts = {box.part for box in kind.boxes(question, {})} | {
        "",
        "0.row",
        "0.name.family",
        "0.born.year",
        "1.where.postal_code",
    }
    raw = data.draw(st.dictionaries(st.sampled_from(sorted(parts)), st.lists(TEXTS, max_size=3), max_size=8))
    raw = {part: posted for part, posted in raw.items() if part not in kind.held}

    read = kind.read(raw, question)

    json.dumps(read.value)
    assert all(str(trouble) for trouble in read.troubles)
    assert all(str(note) for note in read.notes)
    kind.boxes(question, raw)
    for act in kind.acts(question, raw):
        kind.boxes(question, kind.act(act.name, raw, question))
    kind.act("no-such-button.9", raw, question)
    if read.is_sound and read.value is not None:
        with override("en"):
            assert kind.words(read.value, question)
        assert len(kind.flat(read.value, question)) == len(kind.columns(question))
        kind.check(read.value, question, date(2026, 11, 21))
        kind.for_formula(read.value, question)
        again = kind.read(kind.raw_of(read.value, question), question)
        assert again.is_sound
        if question.kind != "paperwork.bank-account":
            assert again.value == read.value


@EVERY
def test_nothing_typed_is_nothing_read(question: Question) -> None:
    kind = field_kinds[question.kind]

    assert kind.read({}, question).value is None
    assert kind.read({"": ["   "], "family": [""]}, question).value is None
    assert len(kind.flat(None, question)) == len(kind.columns(question))
    assert "".join(kind.flat(None, question)) == ""


@EVERY
def test_every_box_has_a_name_of_its_own(question: Question) -> None:
    boxes = field_kinds[question.kind].boxes(question, {})

    assert len({box.part for box in boxes}) == len(boxes)
    # Of several boxes each one says what it is; a single one has the question's own label.
    assert [
        box.part for box in boxes if len(boxes) > 1 and not (box.label or box.look in (Look.TICKS, Look.HIDDEN))
    ] == []


@EVERY
def test_formulas_know_it_under_its_own_key(question: Question) -> None:
    name = field_kinds[question.kind].reckoned(question)

    assert name is None or (name.key == "q" and name.kind in Kind)
