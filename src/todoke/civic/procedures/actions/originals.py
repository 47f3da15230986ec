"""The paper that a clerk types from: kept with the filing, shown beside the form, gone with the answers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.refusals import NotAllowed
from todoke.civic.procedures.models import Filing, PaperOriginal
from todoke.civic.procedures.rules import RESPONSE, TAKE
from todoke.ground.audit.actions import record
from todoke.ground.files.actions import take_in
from todoke.ground.files.models import Document
from todoke.ground.files.uploads.kinds import UploadKind
from todoke.ground.people.rules import Viewer
from todoke.ground.retention.registry import Shredded

ALLOWED = (UploadKind.PDF, UploadKind.JPEG, UploadKind.PNG)


def keep_original(filing: Filing, upload: Any, *, viewer: Viewer, at: datetime) -> PaperOriginal:
    """Keep a scan of the paper. Raises NotAllowed, and `Refused` of files with a sentence for the clerk."""
    if not viewer.may(TAKE, filing.version.section.key):
        raise NotAllowed
    document = take_in(upload, name=upload.name, allowed=ALLOWED)
    with transaction.atomic():
        kept = PaperOriginal.objects.create(
            filing=filing, document=document, taken_at=at, taken_by_id=viewer.account_id or 0
        )
        record("procedures.original-kept", on=filing, by=viewer, after={"document": document.pk})
    return kept


class OriginalShredder:
    """Of scans that were typed from: they go with the custody of the answers."""

    key = "procedures.originals"
    target_type = RESPONSE

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of these scans."""
        del target_type
        return [("procedures.paperoriginal", str(row.pk)) for row in _of(key)]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Delete the rows, and let the bytes go with the next purge of files; a second time there are none."""
        del target_type
        rows = list(_of(key))
        if not rows:
            return []
        yesterday: date = in_japan(now()).date() - timedelta(days=1)
        documents = [row.document_id for row in rows]
        Document.objects.filter(pk__in=documents).update(kept_until=yesterday)
        PaperOriginal.objects.filter(pk__in=[row.pk for row in rows]).delete()
        return [
            Shredded("procedures.PaperOriginal", [str(row.pk) for row in rows], ("document",)),
            Shredded("files.Document", [str(pk) for pk in documents], ("kept_until",)),
        ]


def _of(key: str) -> Iterable[PaperOriginal]:
    return PaperOriginal.objects.filter(filing__response__key=key).order_by("pk")
