"""A procedure carried to another city: the same bytes come back, missing things are told, hostile files refused."""

import json
from dataclasses import replace

import pytest

from tests.civic.procedures.samples import stall
from todoke.base.clock import now
from todoke.civic.procedures.actions.carrying import KeyTaken, export, missing_here, take_in
from todoke.civic.procedures.actions.drafting import save_draft
from todoke.civic.procedures.actions.refusals import NotAllowed
from todoke.civic.procedures.building.carrying import DEPTH_MAX, BrokenFile, packed, unpacked
from todoke.civic.procedures.document import BrokenProcedure
from todoke.civic.procedures.models import Procedure, StandardFlow
from todoke.civic.procedures.queries.building import draft_for
from todoke.shared.decisions.models import Route
from todoke.shared.paperwork.document import BYTES_MAX, canonical, sha256_of

HOME = {"flow": None, "route": None, "letters": {}, "section": "土木課", "retention": "5年"}


def file_of(**changes):
    document = stall()
    parts = {"todoke-procedure-file": 1, "document": document, "sha256": sha256_of(canonical(document))}
    return json.dumps({**parts, "leans_on": HOME, **changes}).encode()


def test_what_goes_out_comes_back_the_same(clerk):
    save_draft(stall(letters={"granted": {"letter": "doro-senyo-kyoka", "seal": "shicho"}}), viewer=clerk, at=now())
    data = export(draft_for(clerk, "stall"), viewer=clerk)

    taken = take_in(unpacked(data), section="doboku", key="stall-two", viewer=clerk, at=now())
    renamed = export(draft_for(clerk, taken.key), viewer=clerk)
    back = unpacked(renamed)

    assert unpacked(data).json == {**back.json, "key": "stall"}
    assert packed({**back.json, "key": "stall"}, back.leans_on) == data
    assert back.leans_on["route"]["levels"]
    assert back.leans_on["flow"]["key"] == "permit"


def test_what_is_missing_here_is_told_with_its_name_at_home(clerk):
    document = stall(
        retention="forever", section="moon", letters={"granted": {"letter": "moon-letter", "seal": "moon-seal"}}
    )
    document["form"]["pages"][0]["questions"][1]["kind"] = "moon.crater"
    home = {
        "flow": {"title": {"ja": "審査の流れ"}},
        "route": {"title": "部長決裁"},
        "letters": {"moon-letter": {"name": "月面利用許可書"}},
        "section": "月面課",
        "retention": "永年",
    }
    StandardFlow.objects.update(is_active=False)
    Route.objects.update(is_active=False)

    found = [each.name for each in missing_here(unpacked(packed(document, home)))]

    assert found == ["月面課", "永年", "審査の流れ", "部長決裁", "月面利用許可書", "moon-seal", "moon.crater"]


def test_nothing_of_this_city_is_overwritten(clerk):
    save_draft(stall(), viewer=clerk, at=now())

    with pytest.raises(KeyTaken):
        take_in(unpacked(file_of()), section="doboku", key="", viewer=clerk, at=now())


def test_nobody_takes_in_for_another_section(clerk):
    with pytest.raises(NotAllowed):
        take_in(unpacked(file_of()), section="kankyo", key="", viewer=clerk, at=now())

    assert not Procedure.objects.exists()


def test_nobody_takes_a_procedure_over_from_another_section(clerk, version):
    stranger = replace(clerk, grants=frozenset({("procedures.build", "kankyo")}))

    with pytest.raises(NotAllowed):
        save_draft(stall(section="kankyo"), viewer=stranger, at=now())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"a": ' * 5_000,
        file_of(**{"todoke-procedure-file": 2}),
        file_of(sha256="0" * 64),
        file_of(extra=1),
        file_of(leans_on={}),
        file_of(leans_on={**HOME, "letters": []}),
        file_of(leans_on={**HOME, "more": 1}),
        file_of(leans_on={**HOME, "route": float("nan")}),
        file_of(leans_on={**HOME, "route": 1.5}),
        file_of().replace(b'"section"', b'"flow": null, "section"', 1),
        b" " * (BYTES_MAX + 1),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(data):
    with pytest.raises(BrokenFile) as broken:
        unpacked(data)

    assert str(broken.value).endswith("。")


def test_depth_is_counted_outside_of_texts_alone():
    inside = stall(basis='"\\' + "[" * (DEPTH_MAX + 1))

    assert unpacked(packed(inside, HOME)).document.basis.endswith("[")
    deep: object = 1
    for _level in range(DEPTH_MAX):
        deep = [deep]
    with pytest.raises(BrokenFile):
        unpacked(packed(stall(), {**HOME, "route": deep}))


def test_an_unknown_part_of_the_document_is_told_with_its_place():
    with pytest.raises(BrokenProcedure) as broken:
        unpacked(packed(stall(left_ot=1), HOME))

    assert broken.value.faults[0].where == "left_ot"
