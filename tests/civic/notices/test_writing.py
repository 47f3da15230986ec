"""Beginning, editing, following and dropping a notice."""

from uuid import uuid4

import pytest

from tests.civic.notices.conftest import DAY, MORNING, TEXTS, changes
from todoke.civic.notices.actions.deciding import approve, ask_to_cancel
from todoke.civic.notices.actions.refusals import (
    EditedByAnother,
    MessageIsOver,
    NextEditionExists,
    NotAllowed,
    NotLive,
    ReasonMissing,
    WaitsForApproval,
)
from todoke.civic.notices.actions.writing import drop_notice, edit_notice, follow_edition, start_notice
from todoke.civic.notices.models import Notice, NoticeState, Template
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.types import EditionKind


def start(office, **changed):
    facts = {"key": uuid4(), "section": "koho", "template_id": None, "destinations": ("page",)}
    return start_notice(**{**facts, "viewer": office.writer, "at": MORNING, **changed})


def test_a_notice_begun_from_a_template_has_its_words_topics_and_days(office):
    template = Template.objects.create(key="t", name="文例", topics=["gomi"], texts=TEXTS, valid_days=14)

    notice = start(office, template_id=template.pk)

    assert (notice.texts, notice.topics, notice.destinations) == (TEXTS, ["gomi"], ["page"])
    assert notice.expires_at == MORNING + 14 * DAY


def test_a_second_click_on_begin_begins_nothing(office):
    key = uuid4()

    first, second = start(office, key=key), start(office, key=key)

    assert first.pk == second.pk
    assert Notice.objects.count() == Entry.objects.filter(what="notices.started").count() == 1


def test_nobody_writes_for_a_section_that_is_not_theirs(office, written):
    notice = written()

    with pytest.raises(NotAllowed):
        start(office, section="kodomo")
    with pytest.raises(NotAllowed):
        edit_notice(notice.pk, changes(), revision=notice.revision, viewer=office.stranger, at=MORNING)
    with pytest.raises(NotAllowed):
        start(office, key=notice.key, viewer=office.approver)


def test_the_second_of_two_editors_does_not_overwrite_the_first(office, written):
    notice = written()
    edit_notice(notice.pk, changes(areas=()), revision=2, viewer=office.approver, at=MORNING)

    with pytest.raises(EditedByAnother, match="三浦 佳代 さんが先に保存しました"):
        edit_notice(notice.pk, changes(topics=("event",)), revision=2, viewer=office.writer, at=MORNING)

    notice.refresh_from_db()
    assert (notice.areas, notice.topics, notice.revision) == ([], ["gomi"], 3)


def test_saving_the_same_once_more_changes_nothing(office, written):
    notice = written()

    edit_notice(notice.pk, changes(), revision=2, viewer=office.approver, at=MORNING + DAY)

    notice.refresh_from_db()
    assert (notice.revision, notice.last_editor_id) == (2, office.writer.account_id)


def test_what_waits_for_its_approver_is_not_edited(office, submitted):
    notice = submitted()

    with pytest.raises(WaitsForApproval):
        edit_notice(notice.pk, changes(), revision=2, viewer=office.writer, at=MORNING)


def test_an_update_begins_with_the_words_places_and_topics_of_the_latest_edition(office, released):
    first = released()

    notice = follow_edition(first.message.key, edition_kind=EditionKind.UPDATE, viewer=office.writer, at=MORNING)

    assert (notice.texts, notice.topics, notice.areas) == (TEXTS, ["gomi"], ["north"])
    assert (notice.after_number, notice.state, notice.destinations) == (1, "draft", ["page", "subscribers"])


def test_the_next_edition_is_written_once_and_a_cancellation_waits_for_nobody(office, released):
    key = released().message.key
    update = follow_edition(key, edition_kind=EditionKind.UPDATE, viewer=office.writer, at=MORNING)

    with pytest.raises(NextEditionExists) as refused:
        follow_edition(key, edition_kind=EditionKind.CORRECTION, viewer=office.approver, at=MORNING)
    cancellation = follow_edition(key, edition_kind=EditionKind.CANCEL, viewer=office.writer, at=MORNING)

    assert refused.value.notice_id == update.pk
    assert cancellation.texts["ja"]["body"].endswith("取り消します。")


def test_nothing_follows_a_cancellation(office, released):
    first = released()
    cancellation = ask_to_cancel(str(first.message.key), reason="日の誤り", viewer=office.writer, at=MORNING)
    approve(cancellation.pk, revision=1, viewer=office.approver, at=MORNING)

    with pytest.raises(MessageIsOver):
        follow_edition(first.message.key, edition_kind=EditionKind.UPDATE, viewer=office.writer, at=MORNING)


def test_a_dropped_notice_stays_readable_and_says_why(office, written):
    notice = written()
    with pytest.raises(ReasonMissing):
        drop_notice(notice.pk, reason=" ", viewer=office.writer, at=MORNING)

    drop_notice(notice.pk, reason="行事がなくなった", viewer=office.writer, at=MORNING)

    notice.refresh_from_db()
    assert (notice.state, notice.drop_reason) == (NoticeState.DROPPED, "行事がなくなった")
    with pytest.raises(NotLive, match="取りやめ"):
        drop_notice(notice.pk, reason="もう一度", viewer=office.writer, at=MORNING)
