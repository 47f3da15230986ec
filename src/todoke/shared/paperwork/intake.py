"""Files that come with a response: looked at by ground/files, sealed with its custody, opened for its own room."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.base.prepared import Prepared, insert
from todoke.ground.files.actions import read, take_in
from todoke.ground.files.uploads.kinds import UploadKind
from todoke.ground.files.uploads.names import reduced, seen
from todoke.ground.files.uploads.refusals import Refused
from todoke.shared.paperwork.models import Response, Upload
from todoke.shared.paperwork.types import Text

# Whatever becomes of them in the answers, a response brings no more than so many files into the house.
UPLOADS_MAX = 60
ALLOWED = (UploadKind.PDF, UploadKind.JPEG, UploadKind.PNG, UploadKind.XLSX, UploadKind.DOCX)
# How the row of ground/files is called: the real name is personal, and lies sealed in the answer.
NAME = "attachment"


_BROUGHT = Prepared(lambda response: Upload.objects.only("pk").filter(response_id=response)[:UPLOADS_MAX])


class SealedIntake:
    """Keeps what is sound, sealed; says why not for the rest. The same for every service."""

    key = "paperwork.sealed"

    def take_in(self, file: Any, response: Response) -> Mapping[str, Any] | Text:
        """What the answer keeps of the file, or the sentence why it was refused."""
        if len(_BROUGHT.rows(response.pk)) >= UPLOADS_MAX:
            return _("送られたファイルが多すぎます。これ以上は、担当の課に直接渡してください。")
        key = uuid.uuid4()
        name = str(file.name or "")[-200:]
        sizes: list[int] = []

        def seal(content: bytes) -> bytes:
            sizes.append(len(content))
            return response.custody.seal(content, context=_context(key))

        try:
            kept = take_in(file, name=name, allowed=ALLOWED, seal=seal, kept_as=NAME)
        except Refused as refused:
            return _("「%(name)s」は送れませんでした。%(says)s") % {"name": seen(name), "says": refused}
        shown = reduced(name, UploadKind(kept.media_type))
        insert(Upload(key=key, response=response, file=kept, taken_at=now()))
        return {"file": str(key), "name": shown, "size": sizes[0], "type": kept.media_type}


def content_of(response: Response, key: uuid.UUID | str) -> bytes:
    """The bytes of one file of this response, as they came. Raises LookupError where it has none of this key,
    retention.Gone after the purge, files.Damaged."""
    upload = Upload.objects.select_related("file").filter(response=response, key=key).first()
    if upload is None:
        raise LookupError(f"the response has no file {key}")
    return response.custody.open(read(upload.file), context=_context(upload.key))


def _context(key: uuid.UUID) -> bytes:
    return f"paperwork.upload:{key}".encode()
