"""The city's own state: shelters and headquarters, entered once, approved by another, told everywhere."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from lxml import etree

from tests.civic.emergency.desk.conftest import NIGHT
from tests.sign_in import sign_in
from todoke.civic.emergency.actions import deciding
from todoke.civic.emergency.actions.drafts import follow_edition
from todoke.civic.emergency.actions.incidents import close_incident, open_incident
from todoke.civic.emergency.actions.refusals import (
    EnteredMeanwhile,
    IncidentInUse,
    NothingToLift,
    SamePerson,
    UnknownShelter,
    WaitsForApproval,
)
from todoke.civic.emergency.actions.states import enter_headquarters, enter_shelters
from todoke.civic.emergency.models import Draft
from todoke.civic.emergency.queries.drafts import content_of
from todoke.civic.emergency.queries.states import entered
from todoke.civic.emergency.rules.notices import NoticeKind
from todoke.civic.emergency.rules.states import NamedShelter, shelter_facts
from todoke.ground.audit.models import Entry
from todoke.ground.places.models import Area, Facility
from todoke.shared.lalert.queries import gather
from todoke.shared.lalert.schema import faults
from todoke.shared.lalert.simulator.reading import understood
from todoke.shared.lalert.writers.pcxml1 import Pcxml1
from todoke.shared.messaging.feeds import FeedState, feed_files
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.published import Published
from todoke.shared.messaging.shelters import Opening, ShelterEntry
from todoke.shared.messaging.types import EditionKind, Mode, Reach, Register

AN_HOUR = timedelta(hours=1)
OPEN = ShelterEntry("gym", Opening.OPEN, NIGHT, capacity=200, people=35)
HALL = ShelterEntry("hall", Opening.WAITING)


@pytest.fixture
def incident(desk):
    ground = Area.objects.get(key="m0")
    for key, name, name_en, reading in (
        ("gym", "城東体育館", "Joto Gym", "じょうとうたいいくかん"),
        ("hall", "中央公民館", "", ""),
    ):
        Facility.objects.create(
            key=key, kind="shelter", name=name, name_en=name_en, reading=reading,
            longitude=136.2, latitude=36.0, area=ground,
        )  # fmt: skip
    return open_incident(name="台風第10号", group="storm", mode=Mode.ACTUAL, viewer=desk.writer, at=NIGHT)


def enter(incident, desk, *entries, seen=None, at=NIGHT):
    seen = entered(incident, NoticeKind.SHELTER, at).seen if seen is None else seen
    return enter_shelters(incident.pk, entries, seen=seen, viewer=desk.writer, at=at)


def release(draft, desk, at=NIGHT):
    deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=at)
    return deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=at)


def as_feed(edition):
    state = FeedState(Mode.ACTUAL, "市", "https://city.example.jp", Published((edition,), (edition,)), {})
    return json.loads(feed_files(state)["feed.json"])


def documents(edition):
    raw = Pcxml1().write(edition.frozen(), gather(edition.frozen()), "lalert")
    assert faults(raw) == []
    return understood(raw), etree.fromstring(raw)


def test_a_shelter_is_entered_once_and_said_in_every_language(incident, desk):
    draft = enter(incident, desk, OPEN, HALL)

    edition = release(draft, desk)

    texts = {one.language: one for one in edition.frozen().content.wordings}
    assert set(texts) == set(LANGUAGES)
    assert "城東体育館：開設（11月21日3時00分に開設、避難者35人、定員200人）" in texts["ja"].body
    assert "中央公民館" not in texts["ja"].body
    assert texts["ja"].short.endswith("開いている避難所：城東体育館")
    assert "Joto Gym (城東体育館)" in texts["vi"].body
    assert "城東体育館（じょうとうたいいくかん）" in texts["ja-easy"].body
    assert edition.content["facts"]["readings"] == '{"城東体育館": "じょうとうたいいくかん"}'
    assert all("35" in one.body and "200" in one.body for one in texts.values())


def test_it_is_said_aloud_in_sentences_and_named_on_a_board(incident, desk):
    full = ShelterEntry("hall", Opening.FULL, NIGHT, people=80)

    wording = content_of(enter(incident, desk, OPEN, full)).wording("ja")

    assert wording.said_in(Register.SPEECH).split("\n") == [
        "こちらは、福井の市町です。避難所についてお知らせします。",
        "城東体育館が開いています。",
        "中央公民館は、満員です。",
        "以上、福井の市町でした。",
    ]
    assert wording.said_in(Register.BOARD) == "福井の市町 避難所を開設 城東体育館"


@pytest.mark.parametrize("number", [1, 2, 5, 40])
def test_a_board_names_as_many_open_shelters_as_it_has_room_for(number):
    shelters = [
        NamedShelter(ShelterEntry(f"s{one}", Opening.OPEN), {"ja": f"第{one}小学校体育館"}) for one in range(number)
    ]

    text = shelter_facts(shelters, city="凪浜市")["board@ja"]

    assert len(text) <= 42
    assert "第0小学校体育館" in text
    assert ("ほか" in text) == (number > 2)


def test_l_alert_gets_the_full_state_and_each_next_entry_is_a_revision_of_the_same_document(incident, desk):
    first = release(enter(incident, desk, OPEN, HALL), desk)
    later = NIGHT + AN_HOUR
    full = ShelterEntry("gym", Opening.FULL, NIGHT, capacity=200, people=200)
    hall = ShelterEntry("hall", Opening.OPEN, later)

    second = release(enter(incident, desk, full, hall, at=later), desk, at=later)

    (one, _), (two, tree) = documents(first), documents(second)
    assert (one.category, one.type, one.revision) == ("Shelter", "Report", 1)
    assert {group.way: group.places for group in one.groups} == {"開設": ("城東体育館",), "未開設": ("中央公民館",)}
    assert (two.type, two.revision, two.document) == ("Update", 2, one.document)
    assert {group.way: group.places for group in two.groups} == {"開設": ("城東体育館", "中央公民館")}
    assert tree.xpath("//*[local-name()='Status']/text()") == ["満員"]


def test_a_cancellation_claims_nothing_of_any_shelter(incident, desk):
    edition = release(enter(incident, desk, OPEN, HALL), desk)
    later = NIGHT + AN_HOUR

    draft = deciding.ask_to_cancel(str(edition.message.key), reason="誤入力", viewer=desk.writer, at=later)
    gone = deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=later)

    document, _tree = documents(gone)
    assert document.type == "Cancel"
    assert {group.way for group in document.groups} == {"不明"}
    assert entered(incident, NoticeKind.SHELTER, later).facts == {}


def test_the_public_feed_holds_the_states_as_data_until_they_are_cancelled(incident, desk):
    first = release(enter(incident, desk, OPEN, HALL), desk).frozen()
    taken_back = replace(first, kind=EditionKind.CANCEL, number=2, note="誤入力")

    told, cancelled = (as_feed(one) for one in (first, taken_back))

    assert told["items"][0]["_todoke"]["shelters"][0] == {
        "key": "gym", "state": "open", "at": NIGHT.isoformat(), "capacity": 200, "people": 35, "name": "城東体育館",
    }  # fmt: skip
    assert "shelters" not in cancelled["items"][0]["_todoke"]


def test_whoever_entered_it_does_not_approve_it(incident, desk):
    draft = enter(incident, desk, OPEN)
    draft.last_editor_id = desk.approver.account_id
    draft.save()
    deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=NIGHT)

    with pytest.raises(SamePerson):
        deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=NIGHT)


def test_a_second_entry_before_the_approval_changes_the_same_draft(incident, desk):
    first = enter(incident, desk, OPEN, HALL)

    second = enter(incident, desk, ShelterEntry("gym", Opening.CLOSED, NIGHT), HALL)

    assert (second.pk, second.revision) == (first.pk, first.revision + 1)
    assert "開いている避難所はありません。" in second.texts["ja"]["body"]
    assert Entry.objects.filter(what="emergency.draft-edited").exists()


def test_nobody_overwrites_what_they_have_not_seen(incident, desk):
    enter(incident, desk, OPEN, seen="0")

    with pytest.raises(EnteredMeanwhile):
        enter(incident, desk, HALL, seen="0")


def test_what_an_approver_is_reading_does_not_change(incident, desk):
    draft = enter(incident, desk, OPEN)
    deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=NIGHT)

    with pytest.raises(WaitsForApproval):
        enter(incident, desk, HALL)


def test_a_shelter_that_the_city_does_not_have_is_refused_by_name(incident, desk):
    with pytest.raises(UnknownShelter, match="nowhere"):
        enter(incident, desk, ShelterEntry("nowhere", Opening.OPEN, NIGHT))


def test_it_is_closed_by_the_next_entry_and_not_lifted(incident, desk):
    edition = release(enter(incident, desk, OPEN, HALL), desk)
    later = NIGHT + AN_HOUR

    with pytest.raises(NothingToLift):
        follow_edition(
            str(edition.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=later, lift=True
        )
    with pytest.raises(IncidentInUse):
        close_incident(incident.pk, viewer=desk.writer, at=later)
    release(enter(incident, desk, ShelterEntry("gym", Opening.CLOSED, later), HALL, at=later), desk, at=later)

    assert close_incident(incident.pk, viewer=desk.writer, at=later).closed_at == later


def test_a_place_whose_channel_may_not_carry_it_is_left_out_from_the_start(incident, desk):
    Destination.objects.create(
        key="docomo", channel="lalert.urgent-mail", name="緊急速報メール", address="UMC1", reach=Reach.PUBLIC
    )

    draft = enter(incident, desk, OPEN)

    assert draft.excluded == ["docomo"]


def test_the_headquarters_is_set_up_and_dissolved_in_one_document(incident, desk):
    told = {"name": "福井の市町災害対策本部", "place": "市役所3階", "viewer": desk.writer}
    draft = enter_headquarters(incident.pk, status="設置", since=NIGHT, seen="0", at=NIGHT, **told)
    first = release(draft, desk)
    later = NIGHT + AN_HOUR
    seen = entered(incident, NoticeKind.HEADQUARTERS, later).seen

    draft = enter_headquarters(incident.pk, status="解散", since=later, seen=seen, at=later, **told)
    second = release(draft, desk, at=later)

    (one, before), (two, after) = documents(first), documents(second)
    status = "//*[local-name()='Status']/text()"
    assert (one.category, before.xpath(status)) == ("AntidisasterHeadquarter", ["設置"])
    assert (two.document, two.revision, after.xpath(status)) == (one.document, 2, ["解散"])
    wording = first.frozen().content.wording("ja")
    assert wording.title.startswith("災害対策本部を設置 ")
    assert "11月21日3時00分、「福井の市町災害対策本部」を設置しました。\n場所：市役所3階" in wording.body
    assert "廃止しました" in second.frozen().content.wording("ja").short


def test_an_officer_enters_a_shelter_on_the_page_and_comes_to_the_draft(incident, desk):
    client = sign_in(Client(), desk.accounts[0])
    address = reverse("emergency:shelters", args=[incident.pk])
    answers = {
        "seen": "0",
        "state:gym": "full", "at:gym": "2026-11-21T02:30", "people:gym": "200", "capacity:gym": "200",
        "state:hall": "waiting", "at:hall": "", "people:hall": "", "capacity:hall": "80",
    }  # fmt: skip

    with time_machine.travel(NIGHT, tick=False):
        page = client.get(address).content.decode()
        answer = client.post(address, answers)
        again = client.get(address).content.decode()

    draft = Draft.objects.get(kind=NoticeKind.SHELTER)
    states = {row["key"]: row for row in json.loads(draft.facts["shelter_states"])}
    assert "城東体育館" in page
    assert answer["Location"] == reverse("emergency:draft", args=[draft.pk])
    assert states["gym"] == {
        "key": "gym", "state": "full", "at": "2026-11-21T02:30:00+09:00", "capacity": 200, "people": 200,
        "name": "城東体育館",
    }  # fmt: skip
    assert states["hall"]["capacity"] == 80
    assert 'value="2026-11-21T02:30"' in again
    assert reverse("emergency:draft", args=[draft.pk]) in again


def test_a_page_that_was_overtaken_shows_the_state_as_it_is_now(incident, desk):
    client = sign_in(Client(), desk.accounts[0])
    address = reverse("emergency:headquarters", args=[incident.pk])
    answers = {"name": "災害対策本部", "status": "設置", "since": "2026-11-21T03:00", "place": "", "seen": "0"}

    with time_machine.travel(NIGHT, tick=False):
        client.post(address, answers)
        late = client.post(address, {**answers, "name": "災害警戒本部"})

    draft = Draft.objects.get(kind=NoticeKind.HEADQUARTERS)
    assert late.status_code == 422
    assert "先に入力しました" in late.content.decode()
    assert draft.facts["headquarters_name"] == "災害対策本部"
