"""Writing a procedure and publishing it."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from tests.civic.procedures.samples import stall
from tests.sign_in import make_staff
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.drafting import draft_document, drop_draft, publish, save_draft
from todoke.civic.procedures.actions.refusals import EditedElsewhere, NotAllowed, NotFitToPublish, NothingToPublish
from todoke.civic.procedures.document import BrokenProcedure
from todoke.civic.procedures.models import ProcedureVersion
from todoke.ground.people.queries import viewer_for
from todoke.shared.paperwork.models import FormVersion

NOTIFIED = {"flow": "notification", "route": ""}
AREA = {"name": "area"}
GHOST = {"op": "more", "of": [{"name": "ghost"}, 1]}
NOBODY = {"op": "and", "of": [{"op": "more", "of": [AREA, 5]}, {"op": "less", "of": [AREA, 2]}]}
WRONG = {"name": "t", "on": "2026-06-01", "typed": {"area": "4"}, "expects": {"fee": 1}}


def test_a_draft_is_published_with_its_form_and_its_flow(clerk):
    draft = save_draft(stall(**NOTIFIED), viewer=clerk, at=now())
    version = publish(draft.procedure, viewer=clerk, at=now())

    assert version.state == "published"
    assert version.form_version.state == "published"
    assert version.flow_version.document["term"] == {"days": 10, "counts": "open-days", "rolls": True}
    assert version.procedure.form.retention_class == "5-years"


def test_the_next_version_keeps_a_form_that_did_not_change(clerk, version):
    save_draft(stall(**NOTIFIED, summary={"ja": "新しい説明です。"}), viewer=clerk, at=now())
    later = publish(version.procedure, viewer=clerk, at=now())

    version.refresh_from_db()
    assert version.state == "retired"
    assert (later.number, later.form_version_id, later.flow_version_id) == (
        2,
        version.form_version_id,
        version.flow_version_id,
    )
    assert FormVersion.objects.filter(form=version.procedure.form).count() == 1


def test_nobody_publishes_for_another_section(clerk, version):
    stranger = viewer_for(make_staff(["procedures.build"], section="kankyo"), in_japan(now()).date())
    save_draft(stall(**NOTIFIED, summary={"ja": "x"}), viewer=clerk, at=now())

    with pytest.raises(NotAllowed):
        save_draft(stall(**NOTIFIED), viewer=stranger, at=now())
    with pytest.raises(NotAllowed):
        publish(version.procedure, viewer=stranger, at=now())
    with pytest.raises(NotAllowed):
        drop_draft(version.procedure, viewer=stranger)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"flow": "nowhere"}, "flow"),
        ({"retention": "forever"}, "retention"),
        ({"route": "nobody"}, "route"),
        ({"flow": "permit", "route": ""}, "route"),
        ({"letters": {"granted": "nothing"}}, "letters.granted"),
        ({"tests": []}, "tests"),
        ({"conditions": [{"formula": GHOST, "says": {"ja": "x"}}]}, "conditions.0.formula/of/0/name"),
        ({"conditions": [{"formula": NOBODY, "says": {"ja": "x"}}]}, "conditions.0.formula"),
        ({"tests": [WRONG]}, "tests.0"),
    ],
)
def test_the_gate_is_shut_for_what_would_not_work(clerk, changes, where):
    draft = save_draft(stall(**{**NOTIFIED, **changes}), viewer=clerk, at=now())

    with pytest.raises(NotFitToPublish) as unfit:
        publish(draft.procedure, viewer=clerk, at=now())

    assert where in [fault.where for fault in unfit.value.faults]
    assert list(draft.procedure.versions.values_list("state", flat=True)) == ["draft"]


def test_two_people_do_not_overwrite_each_other(clerk):
    draft = save_draft(stall(**NOTIFIED), viewer=clerk, at=now())
    fetched = draft.sha256
    save_draft(stall(**NOTIFIED, summary={"ja": "先の人"}), viewer=clerk, at=now(), based_on=fetched)

    with pytest.raises(EditedElsewhere):
        save_draft(stall(**NOTIFIED, summary={"ja": "後の人"}), viewer=clerk, at=now(), based_on=fetched)

    assert draft_document(draft.procedure)["summary"] == {"ja": "先の人"}


def test_a_section_that_is_not_there_is_told(clerk):
    with pytest.raises(BrokenProcedure) as broken:
        save_draft(stall(section="moon"), viewer=clerk, at=now())

    assert broken.value.faults[0].where == "section"


def test_a_draft_is_dropped_and_what_is_published_stays(clerk, version):
    save_draft(stall(**NOTIFIED, summary={"ja": "x"}), viewer=clerk, at=now())

    drop_draft(version.procedure, viewer=clerk)

    with pytest.raises(NothingToPublish):
        publish(version.procedure, viewer=clerk, at=now())
    assert draft_document(version.procedure)["summary"] == stall()["summary"]


@pytest.mark.parametrize("change", [{"edited_by": "x"}, {"state": "draft"}])
def test_the_database_refuses_to_change_what_was_published(version, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        ProcedureVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_a_viewer_without_the_right_writes_nothing(clerk):
    with pytest.raises(NotAllowed):
        save_draft(stall(), viewer=replace(clerk, grants=frozenset()), at=now())
