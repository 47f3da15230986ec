"""Who answers for what goes out: refused by the action, and again by the database."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from tests.civic.emergency.desk.conftest import NIGHT
from todoke.civic.emergency.actions import deciding, drafts, incidents, refusals
from todoke.civic.emergency.actions.drafts import Changes
from todoke.civic.emergency.models import Draft, DraftState, Incident, Phase, Template, Verdict
from todoke.ground.audit.models import Entry
from todoke.ground.people.rules import ANONYMOUS
from todoke.shared.messaging.actions.release import AlreadyCancelled, OvertakenByAnother
from todoke.shared.messaging.models import Edition, Message
from todoke.shared.messaging.types import EditionKind

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def incident(desk) -> Incident:
    return Incident.objects.create(name="台風第10号", group="storm", mode="actual", opened_at=NIGHT)


@pytest.fixture
def order(desk, incident) -> Draft:
    """An evacuation order for one town, as its writer begins it."""
    template = Template.objects.get(key="evacuation-4")
    return drafts.start_draft(
        incident_id=incident.pk, template_id=template.pk, areas={"m0": (4, False)}, viewer=desk.writer, at=NIGHT
    )


def submitted(desk, draft):
    return deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=NIGHT)


def approved(desk, draft, at=NIGHT):
    return deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=at)


def edited(draft, viewer, **changed):
    facts = {"texts": draft.texts, "areas": {"m0": (4, False)}, "expires_at": draft.expires_at, **changed}
    return drafts.edit_draft(draft.pk, Changes(**facts), revision=draft.revision, viewer=viewer, at=NIGHT)


def test_two_people_release_an_order(desk, order):
    submitted(desk, order)

    edition = approved(desk, order)

    order.refresh_from_db()
    assert order.state == DraftState.RELEASED
    assert (edition.author, edition.approver) == (desk.accounts[0], desk.accounts[1])
    assert edition.content["level"] == 4
    assert edition.content["areas"][0]["notice"] == "避難指示"
    assert edition.content["cap"]["response_type"] == "Evacuate"
    assert edition.message.origin == f"emergency.incident:{order.incident_id}"
    assert edition.deliveries.count() == 4
    assert Entry.objects.filter(what="emergency.draft-approved").count() == 1


def test_whoever_submitted_it_does_not_approve_it(desk, order):
    deciding.submit(order.pk, revision=1, viewer=desk.approver, at=NIGHT)

    with pytest.raises(refusals.SamePerson):
        approved(desk, order)

    assert not Edition.objects.exists()


def test_whoever_edited_it_last_does_not_approve_it(desk, order):
    edited(order, desk.approver)
    order.refresh_from_db()
    submitted(desk, order)

    with pytest.raises(refusals.SamePerson):
        approved(desk, order)


@pytest.mark.parametrize("role", ["submitted_by", "last_editor"])
def test_the_database_refuses_the_same_person_too(role, desk, order):
    submitted(desk, order)
    account = desk.accounts[1]

    with pytest.raises(IntegrityError, match="draft_is_approved_by_somebody_else"), transaction.atomic():
        Draft.objects.filter(pk=order.pk).update(**{role: account, "approved_by": account})


def test_the_database_refuses_a_release_without_approver(desk, order):
    submitted(desk, order)
    approved(desk, order)

    with pytest.raises(IntegrityError, match="draft_released_has_an_approver"), transaction.atomic():
        Draft.objects.filter(pk=order.pk).update(approved_by=None)


def test_a_writer_may_not_approve_and_a_stranger_may_nothing(desk, order):
    submitted(desk, order)

    for act in (
        lambda: deciding.approve(order.pk, revision=1, viewer=desk.writer, at=NIGHT),
        lambda: deciding.break_glass(order.pk, revision=1, reason="急ぐ", viewer=desk.writer, at=NIGHT),
        lambda: deciding.submit(order.pk, revision=1, viewer=ANONYMOUS, at=NIGHT),
        lambda: edited(order, ANONYMOUS),
    ):
        with pytest.raises(refusals.NotAllowed):
            act()


def test_a_second_approval_releases_nothing_more(desk, order):
    submitted(desk, order)
    approved(desk, order)

    with pytest.raises(refusals.NotLive):
        deciding.approve(order.pk, revision=1, viewer=desk.second, at=NIGHT)

    assert Edition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_release_once(desk, order):
    submitted(desk, order)
    start, outcomes = threading.Barrier(2), []

    def press(viewer):
        start.wait()
        try:
            outcomes.append(deciding.approve(order.pk, revision=1, viewer=viewer, at=NIGHT).pk)
        except refusals.NotLive:
            outcomes.append(None)
        finally:
            connections.close_all()

    presses = [threading.Thread(target=press, args=(viewer,)) for viewer in (desk.approver, desk.second)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()

    assert Edition.objects.count() == Message.objects.count() == 1
    assert sorted(outcomes, key=str) == [Edition.objects.get().pk, None]


def test_what_changed_since_it_was_read_is_not_approved(desk, order):
    submitted(desk, order)

    with pytest.raises(refusals.EditedByAnother):
        deciding.approve(order.pk, revision=7, viewer=desk.approver, at=NIGHT)


def test_an_editor_who_looked_before_somebody_saved_is_refused(desk, order):
    edited(order, desk.second)

    with pytest.raises(refusals.EditedByAnother, match="承認 三郎"):
        edited(order, desk.writer)


def test_a_submitted_draft_is_edited_only_after_taking_it_back(desk, order):
    submitted(desk, order)
    with pytest.raises(refusals.WaitsForApproval):
        edited(order, desk.writer)

    deciding.take_back(order.pk, viewer=desk.writer, at=NIGHT)

    assert edited(order, desk.writer).revision == 2


def test_a_draft_is_returned_with_a_reason_and_submitted_again(desk, order):
    submitted(desk, order)
    with pytest.raises(refusals.ReasonMissing):
        deciding.return_draft(order.pk, reason=" ", viewer=desk.approver, at=NIGHT)

    deciding.return_draft(order.pk, reason="地域が足りません。", viewer=desk.approver, at=NIGHT)

    order.refresh_from_db()
    assert (order.state, order.return_reason) == (DraftState.RETURNED, "地域が足りません。")
    assert submitted(desk, order).state == DraftState.SUBMITTED


def test_one_person_sends_at_once_and_another_reviews(desk, order):
    with pytest.raises(refusals.ReasonMissing):
        deciding.break_glass(order.pk, revision=1, reason="", viewer=desk.approver, at=NIGHT)

    edition = deciding.break_glass(order.pk, revision=1, reason="堤防が切れた。", viewer=desk.approver, at=NIGHT)

    assert (edition.break_glass, edition.approver) == (True, None)
    with pytest.raises(refusals.ReviewedBySender):
        deciding.review(order.pk, verdict=Verdict.RIGHT, note="", viewer=desk.approver, at=NIGHT)
    with pytest.raises(refusals.ReasonMissing):
        deciding.review(order.pk, verdict=Verdict.CANCEL, note="", viewer=desk.second, at=NIGHT)
    assert deciding.review(order.pk, verdict=Verdict.RIGHT, note="", viewer=desk.second, at=NIGHT).verdict == "right"
    with pytest.raises(refusals.NotLive):
        deciding.review(order.pk, verdict=Verdict.RIGHT, note="", viewer=desk.second, at=NIGHT)


def test_the_database_wants_a_reason_and_another_reviewer(desk, order):
    deciding.break_glass(order.pk, revision=1, reason="堤防が切れた。", viewer=desk.approver, at=NIGHT)

    with pytest.raises(IntegrityError, match="draft_broken_glass_has_a_reason"), transaction.atomic():
        Draft.objects.filter(pk=order.pk).update(break_glass_reason="")
    with pytest.raises(IntegrityError, match="draft_is_reviewed_by_somebody_else"), transaction.atomic():
        Draft.objects.filter(pk=order.pk).update(reviewed_by=desk.accounts[1], reviewed_at=NIGHT, verdict="right")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"areas": {}}, refusals.NoAreas),
        ({"areas": {"m0": (2, False)}}, refusals.LevelDoesNotFit),
        ({"areas": {"m0": (None, False)}}, refusals.LevelDoesNotFit),
        ({"expires_at": NIGHT}, refusals.BadExpiry),
        ({"expires_at": NIGHT + timedelta(days=8)}, refusals.BadExpiry),
        ({"texts": {"ja": {"title": "題", "body": "", "short": "警戒レベル4 避難指示"}}}, refusals.TextMissing),
        ({"texts": {"ja": {"title": "題", "body": "文", "short": "逃げてください"}}}, refusals.ShortTextWithoutLevel),
        ({"texts": {"ja": {"title": "避難勧告", "body": "文", "short": "警戒レベル4"}}}, refusals.RetiredWord),
    ],
)
def test_what_is_not_sensible_is_not_submitted(change, refusal, desk, order):
    draft = edited(order, desk.writer, **change)

    with pytest.raises(refusal):
        deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=NIGHT)


def test_a_correction_says_why_and_goes_to_all_who_were_told(desk, order):
    submitted(desk, order)
    first = approved(desk, order)
    first.deliveries.update(handed_over_at=NIGHT)
    draft = drafts.follow_edition(
        str(first.message.key), edition_kind=EditionKind.CORRECTION, viewer=desk.writer, at=NIGHT + HOUR
    )
    with pytest.raises(refusals.ReasonMissing):
        deciding.submit(draft.pk, revision=1, viewer=desk.writer, at=NIGHT + HOUR)

    draft = edited(draft, desk.writer, note="坂井市を加えました。", areas={"m1": (4, False)}, excluded=["public-1"])
    deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=NIGHT + HOUR)
    edition = deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=NIGHT + HOUR)

    assert (edition.kind, edition.note, edition.number) == ("correction", "坂井市を加えました。", 2)
    told = set(edition.deliveries.values_list("destination__key", flat=True))
    assert "public-1" in told


def test_a_destination_left_out_hears_nothing(desk, order):
    draft = edited(order, desk.writer, excluded=["public-1"])
    deciding.submit(draft.pk, revision=2, viewer=desk.writer, at=NIGHT)

    edition = deciding.approve(draft.pk, revision=2, viewer=desk.approver, at=NIGHT)

    assert set(edition.deliveries.values_list("destination__key", flat=True)) == {"public-2", "staff-in", "staff-out"}


def test_a_cancellation_is_asked_for_in_one_act_and_ends_every_other_draft(desk, order):
    submitted(desk, order)
    first = approved(desk, order)
    update = drafts.follow_edition(
        str(first.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT
    )

    draft = deciding.ask_to_cancel(str(first.message.key), reason="誤報でした。", viewer=desk.writer, at=NIGHT)
    edition = deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=NIGHT)

    assert (edition.kind, edition.note) == (EditionKind.CANCEL, "誤報でした。")
    update.refresh_from_db()
    assert update.state == DraftState.DISCARDED
    with pytest.raises(refusals.MessageIsOver):
        drafts.follow_edition(str(first.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT)


def test_the_next_edition_is_begun_once(desk, order):
    submitted(desk, order)
    key = str(approved(desk, order).message.key)
    draft = drafts.follow_edition(key, edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT)

    with pytest.raises(refusals.DraftExists) as refusal:
        drafts.follow_edition(key, edition_kind=EditionKind.CORRECTION, viewer=desk.second, at=NIGHT)

    assert refusal.value.draft_id == draft.pk


def test_an_edition_that_was_overtaken_is_not_released(desk, order):
    submitted(desk, order)
    key = str(approved(desk, order).message.key)
    slow = drafts.follow_edition(key, edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT)
    deciding.submit(slow.pk, revision=1, viewer=desk.writer, at=NIGHT)
    Draft.objects.filter(pk=slow.pk).update(source="other")
    quick = drafts.follow_edition(key, edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT)
    deciding.submit(quick.pk, revision=1, viewer=desk.writer, at=NIGHT)
    deciding.approve(quick.pk, revision=1, viewer=desk.approver, at=NIGHT)

    with pytest.raises(OvertakenByAnother):
        deciding.approve(slow.pk, revision=1, viewer=desk.approver, at=NIGHT)

    slow.refresh_from_db()
    assert slow.state == DraftState.SUBMITTED
    deciding.take_back(slow.pk, viewer=desk.writer, at=NIGHT)
    again = edited(slow, desk.writer)
    deciding.submit(slow.pk, revision=again.revision, viewer=desk.writer, at=NIGHT)
    edition = deciding.approve(slow.pk, revision=again.revision, viewer=desk.approver, at=NIGHT)
    assert edition.number == 3


def test_an_order_is_lifted_by_an_update_that_names_what_is_lifted(desk, order):
    submitted(desk, order)
    first = approved(desk, order)

    draft = drafts.follow_edition(
        str(first.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT, lift=True
    )

    assert draft.template.key == "lifting-evacuation"
    assert "福井市の警戒レベル4 避難指示を解除しました。" in draft.texts["ja"]["body"]
    assert "Level 4 Evacuation Order" in draft.texts["en"]["body"]
    deciding.submit(draft.pk, revision=1, viewer=desk.writer, at=NIGHT)
    edition = deciding.approve(draft.pk, revision=1, viewer=desk.approver, at=NIGHT)
    assert edition.content["facts"]["lifted"] == "yes"


def test_an_incident_closes_when_nothing_of_it_is_in_force(desk, order):
    submitted(desk, order)
    first = approved(desk, order)
    with pytest.raises(refusals.IncidentInUse):
        incidents.close_incident(order.incident_id, viewer=desk.writer, at=NIGHT)

    draft = drafts.follow_edition(
        str(first.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT, lift=True
    )
    deciding.submit(draft.pk, revision=1, viewer=desk.writer, at=NIGHT)
    deciding.approve(draft.pk, revision=1, viewer=desk.approver, at=NIGHT)

    assert incidents.close_incident(order.incident_id, viewer=desk.writer, at=NIGHT).closed_at == NIGHT
    with pytest.raises(refusals.IncidentIsClosed):
        incidents.change_phase(order.incident_id, phase=Phase.RECOVERY, viewer=desk.writer)


def test_the_mode_of_an_incident_never_changes(incident):
    with pytest.raises(IntegrityError, match="an incident keeps its mode"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(mode="exercise")


def test_a_draft_has_the_mode_of_its_incident(order):
    with pytest.raises(IntegrityError, match="a draft has the mode of its incident"), transaction.atomic():
        Draft.objects.filter(pk=order.pk).update(mode="exercise")


def test_a_version_of_a_template_never_changes(templates):
    with pytest.raises(IntegrityError, match="a version of a template never changes"), transaction.atomic():
        Template.objects.filter(key="evacuation-4").update(name="別の名前")


def test_a_cancelled_message_takes_no_further_edition(desk, order):
    submitted(desk, order)
    first = approved(desk, order)
    update = drafts.follow_edition(
        str(first.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT
    )
    deciding.submit(update.pk, revision=1, viewer=desk.writer, at=NIGHT)
    cancel = deciding.ask_to_cancel(str(first.message.key), reason="誤報", viewer=desk.writer, at=NIGHT)
    deciding.approve(cancel.pk, revision=cancel.revision, viewer=desk.approver, at=NIGHT)

    with pytest.raises((refusals.NotLive, AlreadyCancelled)):
        deciding.approve(update.pk, revision=1, viewer=desk.approver, at=NIGHT)
