"""How a response dies: every answer, sealed or not, its index, its codes; what stays says that it was there."""

from collections.abc import Iterable
from datetime import timedelta

from todoke.base.clock import in_japan, now
from todoke.ground.files.models import Document
from todoke.ground.retention.registry import Shredded
from todoke.shared.paperwork.actions.responses import NAME, empty
from todoke.shared.paperwork.models import Response


class ResponseShredder:
    """Of custodies of type `paperwork.response`; their key is that of the response."""

    key = "paperwork.responses"
    target_type = NAME

    def targets(self, target_type: str, key: str) -> Iterable[tuple[str, str]]:
        """Under what the record speaks of a response: its row."""
        del target_type
        found = Response.objects.filter(key=key).values_list("pk", flat=True)
        return [(NAME, key), *((Response._meta.label_lower, str(pk)) for pk in found)]

    def shred(self, target_type: str, key: str) -> list[Shredded]:
        """Blank the answers and delete their index; a second time there is nothing left to do."""
        del target_type
        response = Response.objects.filter(key=key, purged_at__isnull=True).first()
        if response is None:
            return []
        revisions = [str(pk) for pk in response.revisions.values_list("pk", flat=True)]
        files = [str(pk) for pk in response.uploads.values_list("file_id", flat=True)]
        empty(response, at=now())
        _let_go(files)
        return [
            Shredded("paperwork.Revision", revisions, ("plain", "sealed", "sources")),
            Shredded("paperwork.Response", [str(response.pk)], ("owner", "entered_by", "resume_hash", "second_hash")),
            *([Shredded("files.Document", files, ("bytes",))] if files else ()),
        ]


def _let_go(files: list[str]) -> None:
    """The bytes, unreadable with the custody's key, go with the next purge of files."""
    Document.objects.filter(pk__in=files, purged_at__isnull=True).update(
        kept_until=in_japan(now()).date() - timedelta(days=1)
    )
