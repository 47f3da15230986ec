"""Writing a form and publishing it: drafts come and go, what is published stays."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import Person, record
from todoke.shared.paperwork.document import canonical, read_document, sha256_of
from todoke.shared.paperwork.models import Form, FormTestRun, FormVersion, VersionState
from todoke.shared.paperwork.publishing import faults_of
from todoke.shared.paperwork.queries import draft_of, published_version
from todoke.shared.paperwork.trials import latest_run_is_green
from todoke.shared.paperwork.types import Fault, Json


class NothingToPublish(Exception):
    """The form has no draft."""

    says: str | Promise = _("公開する下書きがありません。")


class EditedElsewhere(Exception):
    """Somebody else has changed the draft since it was fetched; theirs stands, and yours is still on the screen."""

    says: str | Promise = _("ほかの人が、この下書きを先に変えました。画面を新しくして、もう一度直してください。")

    def __init__(self, version: FormVersion) -> None:
        super().__init__()
        self.version = version


class NotFitToPublish(Exception):
    """The publish gate is shut; `faults` say what to mend."""

    says: str | Promise = _("まだ公開できません。直すところがあります。")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.says}" for fault in faults))
        self.faults = tuple(faults)


@transaction.atomic
def create_form(
    key: str, *, room: str, title: str, retention_class: str, section: str = "", by: Person | str, at: datetime
) -> Form:
    """A form without a version; the room that mounts it gives it its key."""
    form = Form.objects.create(
        key=key, room=room, title=title, section=section, retention_class=retention_class, created_at=at
    )
    record("paperwork.form-made", on=form, by=by, after={"key": key, "room": room})
    return form


@transaction.atomic
def save_draft(
    form: Form, document: Json, *, by: Person | str, at: datetime, based_on: str | None = None
) -> FormVersion:
    """Keep this document as the form's one draft, made where there is none.

    `based_on`: the hash of the draft that was fetched; another one in its place raises EditedElsewhere. Raises
    BrokenDocument for what is no form at all; a form that is merely unfinished is kept.
    """
    read_document(document)
    text = canonical(document)
    Form.objects.select_for_update().get(pk=form.pk)
    draft = draft_of(form)
    if draft is None:
        latest = form.versions.order_by("-number").first()
        draft = FormVersion(form=form, number=latest.number + 1 if latest else 1)
    elif based_on is not None and draft.sha256 != based_on:
        raise EditedElsewhere(draft)
    before = draft.sha256
    draft.document, draft.sha256, draft.edited_at = text, sha256_of(text), at
    draft.save()
    if draft.sha256 != before:
        record("paperwork.draft-saved", on=form, by=by, before={"sha256": before}, after={"sha256": draft.sha256})
    return draft


@transaction.atomic
def drop_draft(form: Form, *, by: Person | str) -> None:
    """Throw the draft away; what is published is not touched. Raises NothingToPublish where there is none."""
    draft = draft_of(form)
    if draft is None:
        raise NothingToPublish
    record("paperwork.draft-dropped", on=form, by=by, before={"sha256": draft.sha256})
    FormTestRun.objects.filter(version=draft).delete()
    draft.delete()


@transaction.atomic
def publish(form: Form, *, by: Person | str, by_name: str = "", at: datetime) -> FormVersion:
    """The draft is asked from now on, the version before it is retired; whoever has begun on that one goes on.

    Raises NothingToPublish, NotFitToPublish.
    """
    Form.objects.select_for_update().get(pk=form.pk)
    draft = draft_of(form)
    if draft is None:
        raise NothingToPublish
    faults = [*faults_of(draft.document)]
    if not latest_run_is_green(draft):
        says = _("テストがまだ合格していません。テストを動かして、結果を確かめてください。")
        faults.append(Fault("tests", says))
    if faults:
        raise NotFitToPublish(faults)
    form.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED, retired_at=at)
    draft.state, draft.published_at, draft.published_by = VersionState.PUBLISHED, at, by_name
    draft.save(update_fields=["state", "published_at", "published_by"])
    record("paperwork.published", on=form, by=by, after={"number": draft.number, "sha256": draft.sha256})
    return draft


@transaction.atomic
def put_into_force(form: Form, document: Json, *, by: Person | str, by_name: str = "", at: datetime) -> FormVersion:
    """The form as this document has it: the published version where it is the same, else the next one.

    Raises what `publish` raises.
    """
    there = published_version(form)
    if there is not None and there.sha256 == sha256_of(canonical(document)):
        return there
    save_draft(form, document, by=by, at=at)
    return publish(form, by=by, by_name=by_name, at=at)


@transaction.atomic
def retire(form: Form, *, by: Person | str, at: datetime) -> None:
    """Nothing new is begun on this form; drafts of residents go on."""
    form.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED, retired_at=at)
    record("paperwork.retired", on=form, by=by)


@transaction.atomic
def schedule(
    form: Form,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    responses_max: int | None,
    by: Person | str,
) -> Form:
    """When the form takes responses, and how many."""
    before = {"opens_at": form.opens_at, "closes_at": form.closes_at, "responses_max": form.responses_max}
    form.opens_at, form.closes_at, form.responses_max = opens_at, closes_at, responses_max
    form.save(update_fields=["opens_at", "closes_at", "responses_max"])
    after = {"opens_at": opens_at, "closes_at": closes_at, "responses_max": responses_max}
    record("paperwork.scheduled", on=form, by=by, before=before, after=after)
    return form


def document_json(version: FormVersion) -> Json:
    """The JSON of a version, for a builder to go on from."""
    return json.loads(version.document)
