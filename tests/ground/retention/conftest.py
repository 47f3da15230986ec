"""A key store of its own for every test, and a schedule of classes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from todoke.base.registry import Registry
from todoke.ground.files.actions import store
from todoke.ground.files.models import Document
from todoke.ground.retention.actions import custody
from todoke.ground.retention.models import Custody, RetentionClass
from todoke.ground.retention.registry import Shredded

MAY = datetime(2026, 5, 10, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def key_store(settings, tmp_path):
    settings.KEY_STORE = tmp_path / "keys"
    settings.FILES_ROOT = tmp_path / "files"
    return settings.KEY_STORE


@pytest.fixture
def schedule(db) -> dict[str, RetentionClass]:
    """Classes as a city has them."""
    made = [
        RetentionClass(code="y5", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="規程"),
        RetentionClass(code="y3", name="3年", years=3, counts_from="fiscal_year", then="delete", basis="規程"),
        RetentionClass(code="d30", name="30日", days=30, counts_from="event", then="delete", basis="規程"),
        RetentionClass(code="ever", name="永年", counts_from="fiscal_year", then="delete", basis="規程"),
        RetentionClass(code="y10a", name="10年", years=10, counts_from="fiscal_year", then="archive", basis="規程"),
    ]
    return {each.code: each for each in RetentionClass.objects.bulk_create(made)}


@pytest.fixture
def taken(schedule) -> Custody:
    return custody.take(("test.letter", 1), "y5", at=MAY)


class Letters:
    """A room of letters, played: a document with a name in clear and a file sealed in custody."""

    key = "test.letters"
    target_type = "test.letter"

    def __init__(self) -> None:
        self.trouble: set[str] = set()

    def targets(self, target_type: str, key: str) -> list[tuple[str, str]]:
        return [("test.attachment", key)]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        if key in self.trouble:
            raise RuntimeError("the letter box is stuck")
        mine = Document.objects.filter(name=f"letter-{key}")
        ids = [str(pk) for pk in mine.values_list("pk", flat=True)]
        paths = [
            path for document in mine for path in [Path(settings.FILES_ROOT) / document.sha256[:2] / document.sha256]
        ]
        mine.delete()
        for path in paths:
            path.unlink(missing_ok=True)
        return [Shredded("files.Document", ids), Shredded("files on disk", [path.name for path in paths])]


@pytest.fixture
def letters(monkeypatch):
    known = Registry("retention.shredders")
    monkeypatch.setattr("todoke.ground.retention.registry.shredders", known)
    return known.register(Letters())


def write_letter(number: int, code: str = "y5", *, at: datetime = MAY, text: bytes = b"content") -> Custody:
    """A letter in custody, with its file."""
    made = custody.take(("test.letter", number), code, at=at)
    store(made.seal(text, context=b"letter"), name=f"letter-{number}")
    return made
