"""A town with its organisation, routes and standard flows; files and keys in folders of their own."""

from pathlib import Path
from typing import Any

import pytest

from tests.civic.procedures.samples import TYPED, stall
from tests.sign_in import make_staff
from tests.towns import load_town
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.city import StandardFlowsPart
from todoke.civic.procedures.actions.drafting import publish, save_draft
from todoke.civic.procedures.actions.filing import Filer, begin
from todoke.civic.procedures.models import Filing, ProcedureVersion
from todoke.ground.people.city import PeoplePart
from todoke.ground.people.models import Post, Posting
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import ANONYMOUS, Viewer
from todoke.ground.retention.city import RetentionPart
from todoke.shared.decisions.city import DecisionsPart
from todoke.shared.documents.city import DocumentsPart
from todoke.shared.paperwork.actions.responses import Posted, take

RIGHTS = (
    "procedures.build",
    "procedures.take",
    "casework.read",
    "casework.handle",
    "decisions.draft",
    "decisions.mark",
    "documents.issue",
    "documents.read",
)


PARTS = (PeoplePart, RetentionPart, DecisionsPart, DocumentsPart, StandardFlowsPart)


@pytest.fixture
def folders(db: None, settings: Any, tmp_path: Path) -> None:
    """Files and keys in a place of their own."""
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEY_STORE = tmp_path / "keys"


@pytest.fixture
def town(folders: None) -> None:
    """凪浜市, as far as procedures need it: its people, retention schedule, routes, letters and flows."""
    load_town(*PARTS)
    for section, key, name in (("doboku", "kacho", "堤 重信"), ("kensetsu-bu", "bucho", "岩城 透")):
        account = make_staff(RIGHTS, section=section, name=name)
        Posting.objects.filter(staff__account=account).update(post=Post.objects.get(key=key))


@pytest.fixture
def clerk(town: None) -> Viewer:
    return viewer_for(make_staff(RIGHTS, section="doboku", name="杉本 剛"), in_japan(now()).date())


@pytest.fixture
def version(clerk: Viewer) -> ProcedureVersion:
    """The stall, published."""
    draft = save_draft(stall(flow="notification", route=""), viewer=clerk, at=now())
    return publish(draft.procedure, viewer=clerk, at=now())


@pytest.fixture
def filled_in(version: ProcedureVersion) -> Filing:
    """A filing of somebody who has not signed in, with everything answered."""
    filing = begin(version, Filer(ANONYMOUS), at=now())
    take(filing.response, Posted(TYPED), at=now())
    return filing
