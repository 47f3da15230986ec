"""Documents of PCXML 1.x: golden files, our schema, the original EDXL-DE schema, and what must hold for any edition."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.shared.lalert.matters import OFFICE, area, frozen, order
from tests.shared.messaging.editions import SENT_AT, WORDINGS, content, edition
from todoke.shared.lalert.rules import ORDERS, document_id
from todoke.shared.lalert.schema import faults
from todoke.shared.lalert.simulator.reading import understood
from todoke.shared.lalert.types import Category, Frozen, Office, ShelterState
from todoke.shared.lalert.writers.pcxml1 import Pcxml1
from todoke.shared.lalert.writers.tree import NAMES
from todoke.shared.messaging.types import EditionKind, Mode

GOLDEN = Path(__file__).parent / "golden"
WRITER = Pcxml1()
FIRST = order(1, area("kawagishi", "避難指示"), area("yamate", "高齢者等避難", code="999998"))
SECOND = order(2, area("kawagishi", "避難指示"), area("yamate", "解除"))
SHELTERS = (
    ShelterState("one", "青葉小学校", "杜野県青葉市1-1", 141.0, 38.0, "開設"),
    ShelterState("two", "山手会館", "", 141.1, 38.1, "不明"),
)
COUNTED = (
    ShelterState("one", "青葉小学校", "", 141.0, 38.0, "開設", SENT_AT, capacity=200, people=200, is_full=True),
    ShelterState("two", "山手会館", "", 141.1, 38.1, "開設", SENT_AT, people=12),
    ShelterState("three", "港会館", "", 141.2, 38.2, "閉鎖", SENT_AT, people=3),
    ShelterState("four", "川岸会館", "", 141.3, 38.3, "未開設"),
)


def with_facts(**facts: str):
    return edition(content=content(facts=facts, areas=(), level=None))


CASES = {
    "order": (FIRST, frozen(FIRST)),
    "order-update": (SECOND, frozen(FIRST, SECOND)),
    "order-cancel": (
        order(2, *FIRST.content.areas, kind=EditionKind.CANCEL),
        frozen(FIRST, order(2, *FIRST.content.areas, kind=EditionKind.CANCEL)),
    ),
    "order-drill": (replace(FIRST, mode=Mode.EXERCISE), frozen(FIRST)),
    "shelter": (with_facts(kind="shelter"), Frozen(OFFICE, shelters=SHELTERS)),
    "shelter-counted": (with_facts(kind="shelter"), Frozen(OFFICE, shelters=COUNTED)),
    "headquarters": (
        with_facts(kind="headquarters", headquarters_name="青葉市災害対策本部", headquarters_status="設置"),
        Frozen(OFFICE),
    ),
    "rumour": (with_facts(kind="rumour"), Frozen(OFFICE)),
    "notice": (with_facts(), Frozen(OFFICE)),
}
CATEGORIES = {
    "shelter": "Shelter",
    "shelter-counted": "Shelter",
    "headquarters": "AntidisasterHeadquarter",
    "rumour": "GeneralInformation",
    "notice": "GeneralInformation",
}


@pytest.mark.parametrize("name", CASES)
def test_a_document_is_valid_and_as_it_always_was(name) -> None:
    document = WRITER.write(*CASES[name], "lalert")
    tree = etree.fromstring(document)
    etree.indent(tree)

    assert faults(document) == []
    assert understood(document).category == CATEGORIES.get(name, "EvacuationOrder")
    assert etree.tostring(tree, encoding="unicode") + "\n" == (GOLDEN / f"{name}.xml").read_text(encoding="utf-8")


def test_the_people_of_open_shelters_are_summed_and_a_frozen_state_comes_back_whole() -> None:
    frozen_state = Frozen(OFFICE, shelters=COUNTED)

    tree = etree.fromstring(WRITER.write(with_facts(kind="shelter"), frozen_state, "lalert"))

    assert tree.xpath("//pcx_sh:TotalNumber/pcx_sh:HeadCount/text()", namespaces=NAMES) == ["212"]
    assert tree.xpath("//pcx_sh:Status/text()", namespaces=NAMES) == ["満員"]
    assert Frozen.from_json(frozen_state.as_json()) == frozen_state


def test_a_headquarters_says_since_when_it_stands() -> None:
    said = with_facts(
        kind="headquarters", headquarters_name="青葉市災害対策本部", headquarters_status="設置",
        headquarters_at="2026-08-30T03:15:00+00:00",
    )  # fmt: skip

    tree = etree.fromstring(WRITER.write(said, Frozen(OFFICE), "lalert"))

    assert tree.xpath("//pcx_ah:DateTime/text()", namespaces=NAMES) == ["2026-08-30T12:15:00+09:00"]


def test_an_urgent_mail_is_valid_and_names_its_carrier() -> None:
    document = WRITER.urgent(FIRST, frozen(FIRST), "urgent", carrier="UMC2", title="避難指示", text="本文")
    seen = understood(document)

    assert faults(document) == []
    assert (seen.category, seen.carrier, seen.title, seen.text) == ("UrgentMail", "UMC2", "避難指示", "本文")


def test_lifted_areas_stand_in_a_detail_of_their_own_with_the_word_they_had() -> None:
    groups = understood(WRITER.write(SECOND, frozen(FIRST, SECOND), "lalert")).groups

    assert [(group.word, group.way, group.places) for group in groups] == [
        ("避難指示", "発令", ("川岸地区",)),
        ("高齢者等避難", "解除", ("山手地区",)),
    ]


def test_the_revisions_of_a_message_share_a_number_and_refer_back() -> None:
    documents = [
        understood(WRITER.write(one, frozen(FIRST, one), "lalert"))
        for one in (FIRST, SECOND, order(3, *FIRST.content.areas, kind=EditionKind.CANCEL))
    ]

    assert {one.document for one in documents} == {document_id(FIRST.message_key, "lalert")}
    assert [(one.revision, one.type) for one in documents] == [(1, "Report"), (2, "Update"), (3, "Cancel")]
    assert [one.errata for one in documents] == ["", "", "区域の誤り"]
    second = etree.fromstring(WRITER.write(SECOND, frozen(FIRST, SECOND), "lalert"))
    assert second.xpath("//commons:previousDocumentRevision/text()", namespaces=NAMES) == ["1", "1"]


def test_another_destination_or_message_has_another_number() -> None:
    assert len({document_id(key, place) for key in ("a", "b") for place in ("x", "y")}) == 4


def test_a_cancellation_does_not_repeat_the_order() -> None:
    cancel = order(2, *FIRST.content.areas, kind=EditionKind.CANCEL)

    document = WRITER.write(cancel, frozen(FIRST, cancel), "lalert").decode()

    assert "避難してください" not in document
    assert "先にお送りしたお知らせを取り消します。" in document


def test_the_envelope_is_valid_by_the_original_schema_once_the_operators_own_parts_are_named_as_there(
    shared_data,
) -> None:
    path = shared_data / "disaster" / "cap" / "xsd" / "edxlde-1_0.xsd"
    schema = etree.XMLSchema(etree.parse(str(path)))
    tree = copy.deepcopy(etree.fromstring(WRITER.write(SECOND, frozen(FIRST, SECOND), "lalert")))

    target = tree.find("commons:targetArea", NAMES)
    assert not schema.validate(tree)
    tree.remove(target)
    tree.find("commons:contentObject", NAMES).tag = f"{{{NAMES['edxlde']}}}contentObject"

    assert schema.validate(tree), schema.error_log


# Whatever somebody types: also what XML cannot hold, and no text at all.
TEXT = st.text(max_size=60)
AREAS = st.lists(
    st.builds(
        lambda number, notice, name: area(f"a{number}", notice, name_en=name),
        st.integers(0, 5),
        st.sampled_from([*ORDERS, "解除", "大雨警報", ""]),
        TEXT,
    ),
    max_size=5,
    unique_by=lambda one: one.key,
)
FACTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["evacuation", "lifting", "weather", "rumour", "shelter", "headquarters", ""])},
    optional={"incident": TEXT, "lifted": st.sampled_from(["yes", ""])},
)


@settings(max_examples=60, deadline=None)
@given(
    areas=AREAS,
    facts=FACTS,
    mode=st.sampled_from(list(Mode)),
    kind=st.sampled_from([EditionKind.UPDATE, EditionKind.CORRECTION, EditionKind.CANCEL]),
    number=st.integers(2, 40),
    note=st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable() and text.strip()),
    text=TEXT,
)
def test_any_edition_gives_a_valid_document_with_its_mode_and_its_revision(
    areas, facts, mode, kind, number, note, text
) -> None:
    wordings = (replace(WORDINGS[0], body=text, short=text),)
    said = content(areas=tuple(areas), facts=facts, wordings=wordings)
    last = edition(number, kind, content=said, mode=mode, note=note)
    before = order(number - 1, *(one for one in areas if one.notice in ORDERS), mode=mode)
    kept = frozen(before, last) if number > 2 else frozen(last)

    document = WRITER.write(last, kept, "lalert")
    seen = understood(document)

    assert faults(document) == []
    assert seen.revision == number
    assert seen.status == {Mode.ACTUAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Test"}[mode]
    assert WRITER.write(last, Frozen.from_json(kept.as_json()), "lalert") == document
    if mode is not Mode.ACTUAL:
        assert last.marks("ja")[:4] in seen.title
    if seen.category == Category.EVACUATION:
        lifted = {one.name for one in kept.orders if one.is_lifted}
        assert {name for group in seen.groups if group.way == "解除" for name in group.places} == lifted


def test_a_city_of_which_little_is_known_still_gives_a_valid_document() -> None:
    document = WRITER.write(FIRST, replace(frozen(FIRST), office=Office("", "青葉市")), "lalert")

    assert faults(document) == []


def test_our_schema_refuses_a_status_a_word_and_a_revision_that_do_not_exist() -> None:
    document = WRITER.write(FIRST, frozen(FIRST), "lalert").decode()

    for right, wrong in (
        (">Actual<", ">Real<"),
        (">避難指示</pcx_ev:Sort>", ">逃げろ</pcx_ev:Sort>"),
        ("documentRevision>1<", "documentRevision>0<"),
        (">発令<", ">命令<"),
    ):
        assert right in document
        assert faults(document.replace(right, wrong).encode()) != []
