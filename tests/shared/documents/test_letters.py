"""A letter as data: what is sound, what is refused and how, what stands on the paper."""

import copy
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.shared.documents.conftest import viewer_with
from todoke.base.clock import now
from todoke.base.formulas import Circumstances
from todoke.shared.documents.actions.letters import publish, save_draft
from todoke.shared.documents.actions.refusals import LetterRefused, NoSuchLetter, NotAllowed
from todoke.shared.documents.art import STROKES, seal_drawing
from todoke.shared.documents.composing import BadFacts, Composition, Instruction, check_facts, paper
from todoke.shared.documents.models import Clause, ClauseVersion, Disposition, Letter, LetterVersion, VersionState
from todoke.shared.documents.queries import published_version
from todoke.shared.documents.rules.conditions import left_out
from todoke.shared.documents.rules.dispositions import Nature, needs_instructions, needs_reasons
from todoke.shared.documents.rules.facts import canonical, digest, filled, is_of_kind, slots_of, words_of
from todoke.shared.documents.rules.letters import UnsoundLetter, in_force, missing_for, read_letter

AT = datetime(2026, 11, 21, 1, tzinfo=UTC)

SOUND = {
    "title": "通知書 {name}",
    "disposition": "notice",
    "names": {
        "name": {"kind": "text", "words": "名前"},
        "rows": {"kind": "rows", "words": "表", "optional": True},
        "memo": {"kind": "lines", "words": "メモ", "optional": True},
    },
    "blocks": [
        {"block": "number"},
        {"block": "heading", "text": "通知書"},
        {"block": "body", "paragraphs": ["{name}さんへ"]},
        {"block": "facts", "rows": [["名前", "{name}"], ["メモ", "{memo}"]]},
        {"block": "record", "items": ["{memo}"]},
        {"block": "table", "fact": "rows", "columns": ["項目", "値"]},
        {"block": "qr"},
    ],
}
OVERLAY = {
    "title": "証明書",
    "disposition": "notice",
    "names": {"name": {"kind": "text", "words": "名前"}},
    "overlay": {
        "page": "a5",
        "labels": [{"x": 10, "y": 10, "text": "証明書", "heading": True}],
        "places": [
            {"kind": "number", "x": 100, "y": 10},
            {"kind": "date", "x": 100, "y": 20},
            {"kind": "boxes", "x": 10, "y": 30, "value": "{name}", "pitch": 6},
            {"kind": "vertical", "x": 10, "y": 60, "value": "{name}ー", "letters": 2},
            {"kind": "circle", "x": 10, "y": 120, "value": "{name}", "when_is": "甲乙"},
            {"kind": "addressee", "x": 10, "y": 140},
            {"kind": "sender", "x": 10, "y": 150},
            {"kind": "seal", "x": 60, "y": 150},
            {"kind": "code", "x": 10, "y": 190},
            {"kind": "qr", "x": 10, "y": 160, "width": 20},
            {"kind": "text", "x": 60, "y": 60, "value": "{name}"},
        ],
    },
}


def changed(body, path, value):
    made = copy.deepcopy(body)
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return made


def made_of(body, facts, **more):
    return Composition(
        body=read_letter(body),
        facts=facts,
        number="8凪土第1号",
        day=date(2026, 11, 21),
        city="凪浜市",
        addressee=("住所", "氏名　様"),
        sender=("凪浜市長", "潮崎　一葉"),
        address="https://www.city.example.jp/documents/verify/x/",
        shown_code="abcd",
        **more,
    )


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("title",), "", "title"),
        (("title",), "{nobody}", None),
        (("disposition",), 5, "disposition"),
        (("extra",), 1, "extra"),
        (("names",), [], "names"),
        (("names", "Name"), {"kind": "text", "words": "x"}, "names.Name"),
        (("names", "x"), {"kind": "pdf", "words": "x"}, "names.x"),
        (("names", "x"), {"kind": "text", "words": " "}, "names.x"),
        (("names", "city.name"), {"kind": "text", "words": "x"}, "names.city.name"),
        (("blocks",), [], "blocks"),
        (("blocks", 0), {"block": "script"}, "blocks.0"),
        (("blocks", 0), "number", "blocks.0"),
        (("blocks", 0, "text"), "x", "blocks.0.text"),
        (("blocks", 1, "text"), "", "blocks.1.text"),
        (("blocks", 1), {"block": "number"}, "blocks.1"),
        (("blocks", 1, "text"), "{nobody}", "blocks.1.text"),
        (("blocks", 1, "text"), "{name", "blocks.1.text"),
        (("blocks", 1, "text"), "{{name}}", "blocks.1.text"),
        (("blocks", 2, "paragraphs", 0), None, "blocks.2.paragraphs.0"),
        (("blocks", 3, "rows", 0, 1), "{nobody}", "blocks.3.rows.0.1"),
        (("blocks", 5, "fact"), "name", "blocks.5.fact"),
        (("shows",), ["name"], "shows.0"),
        (("secret",), "nobody", "secret"),
        (("valid_days",), 0, "valid_days"),
        (("valid_days",), True, "valid_days"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path, value, where):
    if where is None:
        return
    with pytest.raises(UnsoundLetter) as refused:
        read_letter(changed(SOUND, path, value))

    assert where in [fault.path for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("overlay",), "a4", "overlay.page"),
        (("overlay", "page"), "b4", "overlay.page"),
        (("overlay", "labels", 0, "x"), 149, "overlay.labels.0.x"),
        (("overlay", "labels", 0, "y"), -1, "overlay.labels.0.y"),
        (("overlay", "labels", 0, "y"), True, "overlay.labels.0.y"),
        (("overlay", "labels", 0, "text"), "{nobody}", "overlay.labels.0.text"),
        (("overlay", "places", 2, "kind"), "picture", "overlay.places.2.kind"),
        (("overlay", "places", 2, "value"), "{nobody}", "overlay.places.2.value"),
        (("overlay", "places", 0, "kind"), "text", "overlay.places"),
    ],
)
def test_what_is_wrong_on_a_form_is_named_with_its_place(path, value, where):
    with pytest.raises(UnsoundLetter) as refused:
        read_letter(changed(OVERLAY, path, value))

    assert where in [fault.path for fault in refused.value.faults]


@pytest.mark.parametrize("raw", [None, [], "x", 5])
def test_what_is_no_letter_is_refused(raw):
    with pytest.raises(UnsoundLetter):
        read_letter(raw)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["", "x"], [1, None, "x" * 20_001]),
        ("lines", ["a\nb"], [["a"]]),
        ("date", [date(2026, 4, 1)], [datetime(2026, 4, 1), "2026-04-01"]),  # noqa: DTZ001 - a naive one is no day either
        ("money", [0, -5], [1.5, True, "1"]),
        ("number", [1, Decimal("1.5")], [True, "1", 1.5]),
        ("truth", [True], [1, "true"]),
        (
            "rows",
            [[], [["a", "b"], ["c", "d"]]],
            ["ab", [["a"], ["b", "c"]], [[1]], ["ab"], [["x"]] * 501 + [["a", "b"]]],
        ),
        ("other", [], [1]),
    ],
)
def test_a_value_is_of_its_kind_or_not(kind, good, bad):
    assert all(is_of_kind(value, kind) for value in good)
    assert not any(is_of_kind(value, kind) for value in bad)


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (date(2019, 5, 1), "date", "令和元年5月1日"),
        (1234567, "money", "1,234,567円"),
        (Decimal("1234.5"), "number", "1,234.5"),
        (True, "truth", "はい"),
        (False, "truth", "いいえ"),
        ([["a", "b"], ["c", "d"]], "rows", "a　b\nc　d"),
        ("x", "text", "x"),
    ],
)
def test_a_value_is_printed_as_an_office_writes_it(value, kind, words):
    assert words_of(value, kind) == words


@given(st.text(), st.text())
def test_what_a_slot_brings_is_never_read_again(brought, other):
    assert filled("{a}", {"a": brought, "b": other}) == brought


@given(st.text(alphabet="ab{} ."))
def test_filling_never_raises(text):
    filled(text, {"a": "x"})
    slots_of(text)


def test_the_canonical_form_knows_dates_and_order():
    assert digest({"a": 1, "b": date(2026, 4, 1)}) == digest({"b": date(2026, 4, 1), "a": 1})
    assert (
        canonical({"a": Decimal("1.5"), "b": [date(2026, 4, 1)]})
        == b'{"a":{"number":"1.5"},"b":[{"date":"2026-04-01"}]}'
    )
    assert digest({"a": date(2026, 4, 1)}) != digest({"a": "2026-04-01"})


@pytest.mark.parametrize("nature", list(Nature))
def test_what_goes_against_somebody_needs_reasons_and_instructions(nature):
    against = nature in (Nature.PARTIAL, Nature.REFUSAL, Nature.ADVERSE)

    assert (needs_reasons(nature), needs_instructions(nature)) == (against, against)


def test_what_the_law_asks_for_is_missed():
    body = changed(SOUND, ("blocks",), [{"block": "heading", "text": "x"}, {"block": "instructions"}])

    faults = missing_for(read_letter(body), needs_reasons=True, needs_instructions=True)

    # The block for instructions is there, but the letter names no clause for it.
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("start", "end", "day", "holds"),
    [
        (date(2026, 4, 1), None, date(2026, 4, 1), True),
        (date(2026, 4, 1), None, date(2026, 3, 31), False),
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1), True),
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 2), False),
    ],
)
def test_first_and_last_day_are_in_force(start, end, day, holds):
    assert in_force(start, end, day) is holds


# ---- on the paper ---------------------------------------------------------------------------------------------------


def test_the_same_facts_give_the_same_bytes_and_others_do_not():
    first, second, other = (
        paper(made_of(SOUND, {"name": name}), at=AT) for name in ("試験 花子", "試験 花子", "試験 太郎")
    )

    assert first == second
    assert first != other


def test_every_block_and_every_place_is_set():
    seal = seal_drawing("凪浜市長之印", columns=2)
    everything = {"name": "甲乙", "rows": [["a", "b"]], "memo": "一\n二"}

    assert paper(made_of(SOUND, everything, seal=seal, seal_name="印", mark="見本"), at=AT).startswith(b"%PDF")
    assert paper(made_of(OVERLAY, {"name": "甲乙"}, seal=seal, seal_name="印", mark="見本"), at=AT).startswith(b"%PDF")
    assert paper(made_of(OVERLAY, {"name": "丙"}), at=AT).startswith(b"%PDF")


def test_a_block_that_is_left_out_is_not_on_the_paper():
    made = made_of(SOUND, {"name": "甲"}, left_out=frozenset({2}), instructions=Instruction("教示", "x"))

    assert paper(made, at=AT) != paper(made_of(SOUND, {"name": "甲"}), at=AT)


WITH_A_FEE = {
    **SOUND,
    "names": {
        **SOUND["names"],
        "fee": {"kind": "money", "words": "手数料", "optional": True},
        "until": {"kind": "date", "words": "期限", "optional": True},
    },
    "blocks": [
        *SOUND["blocks"],
        {
            "block": "heading",
            "text": "手数料",
            "when": {"op": "at-least", "of": [{"name": "fee"}, 1000]},
        },
    ],
}
WITH_A_FEE["blocks"] = [block for block in WITH_A_FEE["blocks"] if block != {"block": "heading", "text": "通知書"}]
ON_THE_DAY = Circumstances(date(2026, 11, 21), lambda day: day.weekday() < 5)


@pytest.mark.parametrize(("facts", "stands"), [({"fee": 999}, False), ({"fee": 1000}, True), ({}, False)])
def test_a_block_under_a_condition_stands_where_the_facts_meet_it(facts, stands):
    body = read_letter(WITH_A_FEE)

    assert (left_out(body.blocks, body.names, {"name": "甲", **facts}, ON_THE_DAY) == frozenset()) is stands


@pytest.mark.parametrize(
    ("place", "when", "where"),
    [
        (6, {"op": "at-least", "of": [{"name": "nobody"}, 1]}, "blocks.6.when.of.0"),
        (6, {"name": "fee"}, "blocks.6.when"),
        (6, {"op": "filled", "of": [{"name": "rows"}]}, "blocks.6.when"),
        (6, "always", "blocks.6.when"),
        (0, {"op": "at-least", "of": [{"name": "fee"}, 1]}, "blocks.0.when"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused_with_its_place(place, when, where):
    broken = copy.deepcopy(WITH_A_FEE)
    broken["blocks"][place]["when"] = when

    with pytest.raises(UnsoundLetter) as refused:
        read_letter(broken)

    assert any(fault.path.startswith(where) for fault in refused.value.faults)


def test_reasons_under_a_condition_are_not_enough_for_a_refusal():
    conditional = copy.deepcopy(WITH_A_FEE)
    conditional["blocks"][6] = {"block": "reasons", "when": {"op": "at-least", "of": [{"name": "fee"}, 1]}}

    assert [fault.path for fault in missing_for(read_letter(conditional), needs_reasons=True, needs_instructions=False)]


def test_facts_are_checked_all_at_once():
    with pytest.raises(BadFacts) as bad:
        check_facts(read_letter(SOUND).names, {"rows": "x", "other": 1})

    assert len(bad.value.faults) == 3


@pytest.mark.parametrize(("text", "columns"), [("凪浜市長之印", 2), ("凪浜市長職務代理者印", 2), ("".join(STROKES), 1)])
def test_a_seal_is_drawn(text, columns):
    drawing = seal_drawing(text, columns=columns, frame=2)

    assert drawing.count("<polyline") == sum(len(STROKES[each]) for each in text)
    assert drawing.count("<rect") == 2


@pytest.mark.parametrize(
    ("text", "columns", "error"), [("凪浜市", 2, ValueError), ("鬱", 1, KeyError), ("", 1, ValueError)]
)
def test_a_seal_that_cannot_be_drawn_is_refused(text, columns, error):
    with pytest.raises(error):
        seal_drawing(text, columns=columns)


# ---- versions -------------------------------------------------------------------------------------------------------


class TestVersions:
    @pytest.fixture
    def letter(self, house):
        return Letter.objects.create(key="tsuchi", name="通知書")

    def test_a_draft_changes_until_it_is_published(self, letter):
        save_draft(letter, SOUND, by="test", at=now())
        draft = save_draft(letter, changed(SOUND, ("title",), "別の題"), by="test", at=now())

        assert letter.versions.count() == 1
        assert draft.sha256 == digest(draft.body)
        assert published_version("tsuchi") is None

    def test_the_next_version_retires_the_one_before(self, letter):
        save_draft(letter, SOUND, by="test", at=now())
        first = publish(letter, by="test", at=now())
        save_draft(letter, changed(SOUND, ("title",), "別の題"), by="test", at=now())
        second = publish(letter, by="test", at=now())

        first.refresh_from_db()
        assert (first.state, second.state, second.number) == (VersionState.RETIRED, VersionState.PUBLISHED, 2)

    def test_what_is_published_never_changes(self, letter):
        save_draft(letter, SOUND, by="test", at=now())
        version = publish(letter, by="test", at=now())

        with pytest.raises(Exception, match="neither changed nor deleted"), transaction.atomic():
            LetterVersion.objects.filter(pk=version.pk).update(body={})
        with pytest.raises(Exception, match="neither changed nor deleted"), transaction.atomic():
            version.delete()

    def test_without_a_draft_nothing_is_published(self, letter):
        with pytest.raises(NoSuchLetter):
            publish(letter, by="test", at=now())

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (changed(SOUND, ("title",), ""), "title"),
            (changed(SOUND, ("disposition",), "nothing"), "nothing"),
        ],
    )
    def test_what_is_unsound_is_not_even_a_draft(self, letter, body, says):
        with pytest.raises(LetterRefused, match=says):
            save_draft(letter, body, by="test", at=now())

    def test_a_refusal_without_reasons_and_instructions_is_not_published(self, letter):
        save_draft(letter, changed(SOUND, ("disposition",), "refusal"), by="test", at=now())

        with pytest.raises(LetterRefused) as refused:
            publish(letter, by="test", at=now())

        assert len(refused.value.faults) == 2

    def test_clauses_that_are_not_there_or_ask_for_unknown_facts_keep_it_back(self, letter):
        clause = Clause.objects.create(key="x", name="x", part="other")
        ClauseVersion.objects.create(clause=clause, basis="x", text="{unheard.of}", start_date="2020-01-01")
        blocks = [{"block": "clause", "key": "x"}, {"block": "clause", "key": "missing"}]
        save_draft(letter, changed(SOUND, ("blocks",), blocks), by="test", at=now())

        with pytest.raises(LetterRefused) as refused:
            publish(letter, by="test", at=now())

        assert "missing" in str(refused.value)
        assert "unheard.of" in str(refused.value)

    def test_only_who_keeps_letters_may_publish(self, letter):
        with pytest.raises(NotAllowed):
            save_draft(letter, SOUND, by=viewer_with("documents.issue"), at=now())
        save_draft(letter, SOUND, by=viewer_with("documents.seals"), at=now())
        with pytest.raises(NotAllowed):
            publish(letter, by=viewer_with("documents.issue"), at=now())


def test_no_city_data_switches_off_what_the_law_asks_for(house):
    with pytest.raises(Exception, match="disposition_against_somebody"), transaction.atomic():
        Disposition.objects.filter(key="refusal").update(needs_reasons=False)
