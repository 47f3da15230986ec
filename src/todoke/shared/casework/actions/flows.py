"""Writing a flow and publishing it: a draft is edited, a version never."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.refusals import NotAllowed, NothingNew
from todoke.shared.casework.models import Flow, FlowVersion
from todoke.shared.casework.registry import effects
from todoke.shared.casework.rules.difference import differences
from todoke.shared.casework.rules.document import digest, read_flow

DESIGN = "casework.design"


@transaction.atomic
def save_draft(flow_key: str, document: Mapping[str, Any], *, viewer: Viewer, at: datetime) -> Flow:
    """Keep a draft, faults and all: half a flow is not lost. Raises NotAllowed."""
    if not viewer.may(DESIGN):
        raise NotAllowed
    flow, _is_new = Flow.objects.get_or_create(key=flow_key)
    flow.draft, flow.draft_saved_at, flow.draft_saved_by_id = dict(document), at, viewer.account_id
    flow.save(update_fields=["draft", "draft_saved_at", "draft_saved_by"])
    return flow


@transaction.atomic
def publish(flow_key: str, *, viewer: Viewer, at: datetime) -> FlowVersion:
    """Publish the draft as the next version; raises NotAllowed, BrokenFlow with every fault, NothingNew."""
    if not viewer.may(DESIGN):
        raise NotAllowed
    flow = Flow.objects.select_for_update().get(key=flow_key)
    if flow.draft is None:
        raise NothingNew
    version = publish_document(flow, flow.draft, by=viewer, at=at)
    flow.draft = None
    flow.save(update_fields=["draft"])
    return version


def publish_document(flow: Flow, document: Mapping[str, Any], *, by: Viewer | str, at: datetime) -> FlowVersion:
    """Publish a document as the next version of a flow whose row is locked; raises BrokenFlow, NothingNew."""
    read_flow(document, known_effects=[effect.key for effect in effects])
    sha256 = digest(document)
    if flow.versions.filter(sha256=sha256).exists():
        raise NothingNew
    latest = flow.versions.aggregate(latest=Max("number"))["latest"] or 0
    before = flow.versions.filter(number=latest).first()
    version = FlowVersion.objects.create(
        flow=flow,
        number=latest + 1,
        document=dict(document),
        sha256=sha256,
        published_at=at,
        published_by_id=None if isinstance(by, str) else by.account_id,
    )
    record(
        "casework.flow-published",
        on=version,
        by=by,
        after={"flow": flow.key, "number": version.number, "sha256": sha256},
        why=" ".join(differences(before.document, document)) if before else "",
    )
    return version


@transaction.atomic
def put_into_force(flow: Flow, document: Mapping[str, Any], *, by: Viewer | str, at: datetime) -> FlowVersion:
    """The flow as this document has it: the version that says the same, else the next one. Raises BrokenFlow."""
    held = Flow.objects.select_for_update().get(pk=flow.pk)
    same = held.versions.filter(sha256=digest(document)).first()
    return same or publish_document(held, document, by=by, at=at)
