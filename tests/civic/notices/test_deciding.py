"""Asking, approving, returning, cancelling: two people, one edition."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from tests.civic.notices.conftest import APPROVER, DAY, HOUR, MORNING, TEXTS
from tests.sign_in import make_staff
from todoke.civic.notices.actions import deciding
from todoke.civic.notices.actions.refusals import (
    AreaGone,
    BadEnd,
    BadSchedule,
    DestinationMissing,
    DestinationUnfit,
    EditedByAnother,
    HalfWritten,
    NotAllowed,
    NoticeRefused,
    NotLive,
    NotSubmitted,
    ReasonMissing,
    SamePerson,
    TextMissing,
    TopicGone,
    TopicMissing,
)
from todoke.civic.notices.actions.writing import Changes, edit_notice, follow_edition
from todoke.civic.notices.models import Notice, NoticeState
from todoke.ground.audit.models import Entry
from todoke.ground.people.queries import viewer_for
from todoke.ground.places.models import Area
from todoke.shared.messaging.actions.release import OvertakenByAnother
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.types import EditionKind
from todoke.shared.subscriptions.models import Topic


def approve(notice, viewer, at=MORNING):
    return deciding.approve(notice.pk, revision=notice.revision, viewer=viewer, at=at)


def states(edition):
    return dict(Delivery.objects.filter(edition=edition).values_list("destination__key", "state"))


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"topics": ()}, TopicMissing),
        ({"destinations": ()}, DestinationMissing),
        ({"destinations": ("page", "list-south")}, DestinationUnfit),
        ({"destinations": ("alerts",)}, DestinationUnfit),
        ({"texts": {"ja": {**TEXTS["ja"], "body": " "}}}, TextMissing),
        ({"texts": {"ja": {**TEXTS["ja"], "short": ""}}}, TextMissing),
        ({"texts": {**TEXTS, "en": {"title": "Rubbish", "short": "", "body": ""}}}, HalfWritten),
        ({"expires_at": MORNING}, BadEnd),
        ({"expires_at": MORNING + 367 * DAY}, BadEnd),
        ({"send_at": MORNING - HOUR}, BadSchedule),
        ({"send_at": MORNING + 20 * DAY}, BadEnd),
    ],
)
def test_what_cannot_go_out_cannot_be_submitted(written, office, changed, refusal):
    notice = written(**changed)

    with pytest.raises(refusal) as refused:
        deciding.submit(notice.pk, revision=notice.revision, viewer=office.writer, at=MORNING)

    assert "%(" not in str(refused.value)
    assert Notice.objects.get(pk=notice.pk).state == NoticeState.DRAFT


def test_topics_and_areas_that_are_gone_are_named(written, office):
    topic, area = written(topics=("event",)), written(areas=("field",))
    Topic.objects.filter(key="event").update(is_active=False)
    Area.objects.filter(key="field").delete()

    with pytest.raises(TopicGone, match="event"):
        deciding.submit(topic.pk, revision=2, viewer=office.writer, at=MORNING)
    with pytest.raises(AreaGone, match="field"):
        deciding.submit(area.pk, revision=2, viewer=office.writer, at=MORNING)


def test_an_approved_notice_is_frozen_and_planned_for_its_destinations(office, submitted):
    notice = submitted()

    edition = approve(notice, office.approver)

    notice.refresh_from_db()
    assert (notice.state, notice.edition_id, notice.message.kind) == ("released", edition.pk, "notices.notice")
    assert (edition.message.lane, edition.author_id) == ("normal", office.writer.account_id)
    assert states(edition) == {"page": "planned", "subscribers": "planned"}
    assert list(edition.content["topics"]) == ["gomi"]
    assert [area["key"] for area in edition.content["areas"]] == ["north"]
    assert edition.content["contact"] == "試験市危機管理課 000-000-0000"


def test_a_second_click_releases_nothing_more(office, submitted):
    notice = submitted()
    approve(notice, office.approver)

    with pytest.raises(NotLive, match="発信済み"):
        approve(notice, office.approver)
    with pytest.raises(NotLive):
        approve(notice, office.second)

    assert Edition.objects.count() == 1


def test_who_wrote_edited_or_submitted_does_not_approve(office, written):
    both = viewer_for(make_staff(APPROVER, section="koho"), MORNING.date())
    notice = written()
    edit_notice(
        notice.pk,
        Changes(TEXTS, ("event",), (), ("page",), MORNING + DAY),
        revision=2,
        viewer=both,
        at=MORNING,
    )
    notice = deciding.submit(notice.pk, revision=3, viewer=office.second, at=MORNING)

    for viewer in (both, office.second):
        with pytest.raises(SamePerson):
            approve(notice, viewer)

    assert approve(notice, office.approver) is not None


@pytest.mark.parametrize("hand", ["author", "submitted_by", "last_editor"])
def test_the_database_itself_refuses_one_person_in_both_roles(office, submitted, hand):
    notice = submitted()

    with pytest.raises(IntegrityError, match="notice_is_approved_by_somebody_else"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(
            **{hand: office.approver.account_id}, approved_by=office.approver.account_id
        )


def test_only_an_approver_of_the_same_section_approves_or_returns(office, submitted):
    notice = submitted()

    with pytest.raises(NotAllowed):
        approve(notice, office.stranger)
    with pytest.raises(NotAllowed):
        approve(notice, office.writer)
    with pytest.raises(NotAllowed):
        deciding.return_notice(notice.pk, reason="x", viewer=office.stranger, at=MORNING)


def test_what_was_changed_since_the_approver_looked_is_not_approved(office, submitted):
    notice = submitted()

    with pytest.raises(EditedByAnother):
        deciding.approve(notice.pk, revision=notice.revision - 1, viewer=office.approver, at=MORNING)


def test_a_returned_notice_can_be_mended_and_asked_for_anew(office, submitted):
    notice = submitted()
    with pytest.raises(ReasonMissing):
        deciding.return_notice(notice.pk, reason="", viewer=office.approver, at=MORNING)

    deciding.return_notice(notice.pk, reason="日付が違います", viewer=office.approver, at=MORNING)
    again = deciding.submit(notice.pk, revision=notice.revision, viewer=office.writer, at=MORNING)

    assert (again.state, again.return_reason) == ("submitted", "日付が違います")
    with pytest.raises(NotSubmitted):
        deciding.take_back(
            deciding.take_back(notice.pk, viewer=office.writer, at=MORNING).pk, viewer=office.writer, at=MORNING
        )


def test_a_correction_refers_to_what_it_corrects_and_says_why(office, released):
    first = released()
    notice = follow_edition(first.message.key, edition_kind=EditionKind.CORRECTION, viewer=office.writer, at=MORNING)
    with pytest.raises(ReasonMissing):
        deciding.submit(notice.pk, revision=1, viewer=office.writer, at=MORNING)
    edit_notice(
        notice.pk,
        Changes(TEXTS, ("gomi",), (), ("page",), MORNING + DAY, note="正しくは24日"),
        revision=1,
        viewer=office.writer,
        at=MORNING,
    )

    edition = approve(deciding.submit(notice.pk, revision=2, viewer=office.writer, at=MORNING), office.approver)

    assert (edition.number, edition.kind, edition.note) == (2, "correction", "正しくは24日")
    assert [each["identifier"] for each in edition.references] == [first.edition.identifier]


def test_a_cancellation_withdraws_what_has_not_left_and_drops_what_was_being_written(office, released):
    first = released()
    update = follow_edition(first.message.key, edition_kind=EditionKind.UPDATE, viewer=office.writer, at=MORNING)
    Delivery.objects.filter(destination__key="page").update(
        state="leased", lease="3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11", leased_until=MORNING
    )
    Delivery.objects.filter(destination__key="page").update(state="handed_over", handed_over_at=MORNING)

    cancellation = deciding.ask_to_cancel(str(first.message.key), reason="日の誤り", viewer=office.writer, at=MORNING)
    edition = approve(cancellation, office.approver, MORNING + HOUR)

    update.refresh_from_db()
    assert states(first.edition)["subscribers"] == "withdrawn"
    assert states(edition) == {"page": "planned", "subscribers": "withdrawn"}
    assert (update.state, update.drop_reason) == ("dropped", "このお知らせが取り消されたため")


def test_an_edition_overtaken_by_another_is_not_released(office, released):
    first = released()
    update = follow_edition(first.message.key, edition_kind=EditionKind.UPDATE, viewer=office.writer, at=MORNING)
    deciding.submit(update.pk, revision=1, viewer=office.writer, at=MORNING)
    Notice.objects.filter(pk=update.pk).update(after_number=2)

    with pytest.raises(OvertakenByAnother):
        deciding.approve(update.pk, revision=1, viewer=office.approver, at=MORNING)

    assert Notice.objects.get(pk=update.pk).state == NoticeState.SUBMITTED


def test_each_step_stands_in_the_record(office, released):
    released()

    steps = Entry.objects.filter(what__startswith="notices.").order_by("pk").values_list("what", "actor")
    writer, approver = (f"people.account:{viewer.account_id}" for viewer in (office.writer, office.approver))
    assert list(steps) == [
        ("notices.started", writer),
        ("notices.edited", writer),
        ("notices.submitted", writer),
        ("notices.approved", approver),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_the_same_moment_release_once(office, submitted):
    notice = submitted()
    together = threading.Barrier(2)
    came: list[str] = []

    def decide(viewer):
        together.wait(timeout=10)
        try:
            came.append(approve(notice, viewer).kind)
        except NoticeRefused as refusal:
            came.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(viewer,)) for viewer in (office.approver, office.second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(came) == ["NotLive", "first"]
    assert Edition.objects.count() == 1
