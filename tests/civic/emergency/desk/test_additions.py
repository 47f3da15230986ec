"""Somebody rings at three in the morning: send it to this FAX number too."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.civic.emergency.desk.conftest import APPROVER, NIGHT, WRITER
from tests.sign_in import make_staff, sign_in
from todoke.civic.emergency.actions.deciding import approve, break_glass, submit
from todoke.civic.emergency.actions.drafts import follow_edition, start_draft
from todoke.civic.emergency.models import Incident, Template
from todoke.civic.emergency.rules.additions import matter_of
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.models import Delivery, Destination
from todoke.shared.messaging.queries import destinations_for
from todoke.shared.messaging.types import DeliveryState, EditionKind, Mode
from todoke.shared.said.queries import Asked, said_for
from todoke.shared.unforeseen import actions, registry
from todoke.shared.unforeseen.actions import Entry as Typed
from todoke.shared.unforeseen.models import Addition, AdditionState

MINUTE = timedelta(minutes=1)
MORE = {"unforeseen.add", "unforeseen.check"}


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def night():
    with time_machine.travel(NIGHT, tick=False):
        yield


@pytest.fixture
def may_add(desk):
    """The three officers with the rights of additions beside their own."""

    def more(viewer):
        return replace(viewer, grants=viewer.grants | {(key, "kiki") for key in MORE})

    return more(desk.writer), more(desk.approver), more(desk.second)


def typed(**changed) -> Typed:
    facts = {
        "name": "山崎小学校 体育館",
        "way": "messaging.mail",
        "address": "gym@yamazaki.example.jp",
        "purpose": "電話線が切れたため",
        "ends_at": NIGHT + timedelta(hours=72),
    }
    return Typed(**{**facts, **changed})


def draft_by(viewer, mode=Mode.ACTUAL, at=NIGHT):
    incident, _made = Incident.objects.get_or_create(
        group="storm", mode=mode, closed_at=None, defaults={"name": "台風第10号", "opened_at": at}
    )
    template = Template.objects.get(key="evacuation-4")
    return start_draft(incident_id=incident.pk, template_id=template.pk, areas={"m0": (4, False)}, viewer=viewer, at=at)


def released(people, *, at=NIGHT, mode=Mode.ACTUAL):
    writer, approver, _second = people
    draft = draft_by(writer, mode, at)
    submit(draft.pk, revision=draft.revision, viewer=writer, at=at)
    return approve(draft.pk, revision=draft.revision, viewer=approver, at=at)


def edition_matter(edition) -> str:
    return f"unforeseen.edition:{edition.pk}"


def test_the_approver_of_an_edition_checks_what_stands_beside_it_and_it_goes_along(may_add):
    writer, approver, _second = may_add
    draft = draft_by(writer)
    added = actions.add(matter_of(draft.pk), typed(), viewer=writer, at=NIGHT)

    submit(draft.pk, revision=draft.revision, viewer=writer, at=NIGHT)
    edition = approve(draft.pk, revision=draft.revision, viewer=approver, at=NIGHT)

    added.refresh_from_db()
    assert added.state == AdditionState.CHECKED
    assert added.checked_by_id == added.destination.checked_by_id == approver.account_id
    assert added.message_id == edition.message_id
    assert Delivery.objects.filter(edition=edition, destination=added.destination).exists()


def test_what_the_approver_added_waits_for_a_third_person(may_add):
    writer, approver, second = may_add
    draft = draft_by(writer)
    added = actions.add(matter_of(draft.pk), typed(), viewer=approver, at=NIGHT)
    submit(draft.pk, revision=draft.revision, viewer=writer, at=NIGHT)

    edition = approve(draft.pk, revision=draft.revision, viewer=approver, at=NIGHT)

    assert not Delivery.objects.filter(edition=edition, destination=added.destination).exists()

    actions.check(added.pk, viewer=second, at=NIGHT + MINUTE)

    assert Delivery.objects.get(edition=edition, destination=added.destination).state == DeliveryState.PLANNED


def test_a_broken_glass_takes_no_address_along_that_one_person_saw(may_add):
    writer, approver, second = may_add
    draft = draft_by(writer)
    unseen = actions.add(matter_of(draft.pk), typed(), viewer=writer, at=NIGHT)
    seen = actions.add(matter_of(draft.pk), typed(address="b@example.jp"), viewer=writer, at=NIGHT)
    actions.check(seen.pk, viewer=second, at=NIGHT)

    edition = break_glass(draft.pk, revision=draft.revision, reason="水が来ている", viewer=approver, at=NIGHT)

    told = set(Delivery.objects.filter(edition=edition).values_list("destination_id", flat=True))
    assert seen.destination_id in told
    assert unseen.destination_id not in told


def test_an_edition_that_is_out_gets_one_more_delivery_and_the_ledger_repeats_its_parents(may_add):
    writer, _approver, second = may_add
    edition = released(may_add)
    before = Delivery.objects.filter(edition=edition).count()
    added = actions.add(edition_matter(edition), typed(), viewer=writer, at=NIGHT + MINUTE)

    assert Delivery.objects.filter(edition=edition).count() == before

    actions.check(added.pk, viewer=second, at=NIGHT + 2 * MINUTE)

    one = Delivery.objects.get(edition=edition, destination=added.destination)
    assert (one.state, one.message_id, one.mode) == (DeliveryState.PLANNED, edition.message_id, Mode.ACTUAL)
    assert one.due_at == NIGHT + 2 * MINUTE
    assert Delivery.objects.filter(edition=edition).count() == before + 1


def test_nobody_checks_their_own_addition(may_add):
    _writer, approver, _second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(), viewer=approver, at=NIGHT)

    with pytest.raises(actions.SamePerson):
        actions.check(added.pk, viewer=approver, at=NIGHT)

    assert not Delivery.objects.filter(destination=added.destination).exists()


def test_a_second_click_on_the_check_sends_nothing_twice(may_add):
    writer, approver, second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)

    with pytest.raises(actions.DecidedAlready):
        actions.check(added.pk, viewer=second, at=NIGHT)

    assert Delivery.objects.filter(destination=added.destination).count() == 1


def test_it_joins_this_message_and_never_another_one(may_add):
    writer, approver, _second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)

    other = released(may_add, at=NIGHT + MINUTE)

    assert not Delivery.objects.filter(edition=other, destination=added.destination).exists()
    assert added.destination not in destinations_for([], Mode.ACTUAL, at=NIGHT)


def test_the_next_edition_goes_there_too_also_when_the_first_had_not_left_yet(may_add):
    writer, approver, _second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)

    update = follow(may_add, edition, EditionKind.UPDATE, at=NIGHT + MINUTE)

    assert Delivery.objects.filter(edition=update, destination=added.destination).exists()


@pytest.mark.parametrize(
    ("kind", "hears"), [(EditionKind.UPDATE, False), (EditionKind.CORRECTION, True), (EditionKind.CANCEL, True)]
)
def test_after_its_end_it_hears_no_news_but_what_takes_back_what_it_was_told(may_add, kind, hears):
    writer, approver, _second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(ends_at=NIGHT + 10 * MINUTE), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)
    Delivery.objects.filter(destination=added.destination).update(handed_over_at=NIGHT)

    following = follow(may_add, edition, kind, at=NIGHT + 20 * MINUTE)

    assert Delivery.objects.filter(edition=following, destination=added.destination).exists() is hears


def test_after_its_end_it_hears_that_the_danger_is_over(may_add):
    writer, approver, _second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(ends_at=NIGHT + 10 * MINUTE), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)
    Delivery.objects.filter(destination=added.destination).update(handed_over_at=NIGHT)

    lifting = follow(may_add, edition, EditionKind.UPDATE, at=NIGHT + 20 * MINUTE, lift=True)

    assert Delivery.objects.filter(edition=lifting, destination=added.destination).exists()


def test_it_ends_by_itself_and_the_record_says_so(may_add):
    writer, approver, _second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(ends_at=NIGHT + MINUTE), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)

    ended = [actions.end_what_is_over(at=NIGHT + 2 * MINUTE), actions.end_what_is_over(at=NIGHT + 2 * MINUTE)]

    added.refresh_from_db()
    assert ended == [1, 0]
    assert added.state == AdditionState.ENDED
    assert list(Entry.objects.filter(what__startswith="unforeseen.").order_by("pk").values_list("what", flat=True)) == [
        "unforeseen.added",
        "unforeseen.checked",
        "unforeseen.ended",
    ]
    assert "yamazaki.example.jp" not in " ".join(entry.payload or "" for entry in Entry.objects.all())


def test_a_drill_reaches_a_simulator_whatever_was_typed(may_add):
    writer, approver, _second = may_add
    edition = released(may_add, mode=Mode.EXERCISE)

    added = actions.add(edition_matter(edition), typed(), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)

    assert added.destination.address == "simulator:gym@yamazaki.example.jp"
    assert added.destination.reach == "simulator"
    assert Delivery.objects.get(destination=added.destination).mode == Mode.EXERCISE


@pytest.mark.parametrize(
    ("changed", "refusal", "field"),
    [
        ({"address": "not an address"}, actions.BadAddress, "address"),
        ({"address": "simulator:a@example.jp"}, actions.BadAddress, "address"),
        ({"way": "messaging.line", "address": "broadcast"}, actions.BadAddress, "address"),
        ({"way": "messaging.person", "address": "ring me"}, actions.BadAddress, "address"),
        ({"way": "messaging.mail-each"}, actions.UnknownWay, "way"),
        ({"way": "messaging.feeds"}, actions.UnknownWay, "way"),
        ({"ends_at": NIGHT - MINUTE}, actions.BadEnd, "ends_at"),
        ({"ends_at": NIGHT + timedelta(days=31)}, actions.BadEnd, "ends_at"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(may_add, changed, refusal, field):
    writer, *_ = may_add
    draft = draft_by(writer)

    with pytest.raises(refusal) as refused:
        actions.add(matter_of(draft.pk), typed(**changed), viewer=writer, at=NIGHT)

    assert refused.value.field == field
    assert str(refused.value)
    assert not Addition.objects.exists()


def test_an_address_that_is_a_destination_already_is_named_instead_of_added(may_add):
    writer, *_ = may_add
    Destination.objects.create(
        key="press", channel="messaging.mail", name="記者クラブ", address="gym@yamazaki.example.jp"
    )
    draft = draft_by(writer)

    with pytest.raises(actions.KnownAlready, match="記者クラブ"):
        actions.add(matter_of(draft.pk), typed(), viewer=writer, at=NIGHT)


def test_to_a_cancelled_message_nothing_is_added(may_add):
    writer, *_ = may_add
    edition = released(may_add)
    follow(may_add, edition, EditionKind.CANCEL, at=NIGHT + MINUTE)

    with pytest.raises(actions.NothingToJoin):
        actions.add(edition_matter(edition), typed(), viewer=writer, at=NIGHT + 2 * MINUTE)


def test_to_keep_it_for_good_are_two_acts_of_two_people(may_add):
    writer, approver, _second = may_add
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(), viewer=writer, at=NIGHT)
    actions.check(added.pk, viewer=approver, at=NIGHT)
    actions.ask_for_good(added.pk, reason="これからも使う", viewer=approver, at=NIGHT)

    with pytest.raises(actions.SamePerson):
        actions.keep_for_good(added.pk, viewer=approver, at=NIGHT)
    assert added.destination not in destinations_for([], Mode.ACTUAL, at=NIGHT)

    actions.keep_for_good(added.pk, viewer=may_add[2], at=NIGHT)

    assert added.destination in destinations_for([], Mode.ACTUAL, at=NIGHT)
    assert Entry.objects.filter(what="unforeseen.kept-for-good").count() == 1


def test_without_the_right_nothing_is_added_or_checked(desk, may_add):
    edition = released(may_add)
    added = actions.add(edition_matter(edition), typed(), viewer=may_add[0], at=NIGHT)

    with pytest.raises(actions.NotAllowed):
        actions.add(edition_matter(edition), typed(address="c@example.jp"), viewer=desk.writer, at=NIGHT)
    with pytest.raises(actions.NotAllowed):
        actions.check(added.pk, viewer=desk.approver, at=NIGHT)


def follow(people, edition, kind, *, at, lift=False):
    writer, approver, _second = people
    draft = follow_edition(
        str(edition.message.key), edition_kind=kind, viewer=writer, at=at, lift=lift, note="区域の誤り"
    )
    submit(draft.pk, revision=draft.revision, viewer=writer, at=at)
    return approve(draft.pk, revision=draft.revision, viewer=approver, at=at)


def test_the_page_of_a_draft_leads_to_the_form_and_the_form_adds(client, may_add):
    draft = draft_by(may_add[0])
    sign_in(client, make_staff((*WRITER, "unforeseen.add"), name="夜勤 花子"))
    address = f"/desk/unforeseen/add/emergency.draft/{draft.pk}/"

    assert address in client.get(f"/desk/emergency/drafts/{draft.pk}/").content.decode()
    answer = client.post(
        address,
        {
            "name": "山崎小学校",
            "way": "messaging.mail",
            "address": "gym@yamazaki.example.jp",
            "purpose": "電話線が切れた",
            "ends_at": "2026-11-24T03:00",
            "language": "ja",
        },
    )

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/desk/emergency/drafts/{draft.pk}/"
    assert Addition.objects.get().destination.purpose == "電話線が切れた"


def test_the_approvers_page_marks_what_the_approval_will_check(client, may_add):
    writer = may_add[0]
    draft = draft_by(writer)
    actions.add(matter_of(draft.pk), typed(), viewer=writer, at=NIGHT)
    submit(draft.pk, revision=draft.revision, viewer=writer, at=NIGHT)
    sign_in(client, make_staff((*APPROVER, "unforeseen.check"), name="承認 四郎"))

    page = client.get(f"/desk/emergency/drafts/{draft.pk}/approve/").content.decode()

    assert "この版を承認すると、この送り先も確認したことになります" in page
    assert "gym@yamazaki.example.jp" in page


def test_every_way_of_the_house_has_a_hint():
    assert [way.key for way in registry.ways if not str(way.hint)] == []
    assert "messaging.person" in registry.ways


def test_what_is_being_written_is_never_on_the_board_of_what_was_said(may_add):
    writer, *_ = may_add
    reader = replace(writer, grants=writer.grants | {("said.read", "kiki")})
    draft = draft_by(writer)
    words = draft.texts["ja"]["title"]
    submit(draft.pk, revision=draft.revision, viewer=writer, at=NIGHT)
    assert said_for(reader, Asked(words=words), at=NIGHT) == []

    approve(draft.pk, revision=draft.revision, viewer=may_add[1], at=NIGHT)

    assert len(said_for(reader, Asked(words=words), at=NIGHT)) == 1
