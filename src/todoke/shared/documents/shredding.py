"""How documents die: with the custody they were issued under."""

from collections.abc import Iterable

from django.db.models import QuerySet

from todoke.base.clock import now
from todoke.ground.retention.models import Custody
from todoke.ground.retention.registry import EVERY_TYPE, Shredded
from todoke.shared.documents.actions.issuing import custody_name, shred
from todoke.shared.documents.models import OfficialDocument


class DocumentShredder:
    """Of every document that was sealed with the custody of the record: addressee, facts, words, the paper itself."""

    key = "documents.issued"
    target_type = EVERY_TYPE

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of these documents: their rows."""
        label = OfficialDocument._meta.label_lower
        return [(label, str(pk)) for pk in _issued_under(target_type, key).values_list("pk", flat=True)]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Let go of what is personal in each; a second time there is nothing left to do."""
        documents = list(_issued_under(target_type, key).filter(shredded_at__isnull=True))
        for document in documents:
            shred(document, by="retention", at=now(), why="廃棄決定")
        ids = [str(document.pk) for document in documents]
        files = [str(document.file_id) for document in documents if document.file_id is not None]
        return [
            Shredded("documents.OfficialDocument", ids, ("particulars", "secret_hash", "end_reason")),
            Shredded("files.Document", files, ("bytes",)),
        ]


def _issued_under(target_type: str, key: str) -> QuerySet[OfficialDocument]:
    custody = Custody.objects.filter(target_type=target_type, target_key=key).first()
    if custody is None:
        return OfficialDocument.objects.none()
    return OfficialDocument.objects.filter(custody=custody_name(custody)).order_by("pk")
