"""One look at one file: what it is, whether it may be taken, and the bytes that are kept of it."""

from collections.abc import Collection
from typing import NamedTuple

from todoke.base.codes.my_number import holds_my_number
from todoke.ground.files.uploads import packages, pdfs, pictures, texts
from todoke.ground.files.uploads.kinds import Limits, UploadKind, kind_of
from todoke.ground.files.uploads.names import reduced
from todoke.ground.files.uploads.refusals import Reason, Refused


class Sound(NamedTuple):
    """What is kept: the bytes, the kind they are of, and the name."""

    content: bytes
    kind: UploadKind
    name: str


def inspected(content: bytes, *, name: str, allowed: Collection[UploadKind], limits: Limits) -> Sound:
    """What may be kept of these bytes. Raises Refused. The cheapest question first; nothing is asked of the sender."""
    if not content:
        raise Refused(Reason.EMPTY)
    if len(content) > limits.bytes_max:
        raise Refused(Reason.TOO_LARGE)
    if holds_my_number(name):
        raise Refused(Reason.MY_NUMBER)
    kind = kind_of(content)
    if kind is UploadKind.XLSX:
        if not {UploadKind.XLSX, UploadKind.DOCX} & set(allowed):
            raise Refused(Reason.NOT_ALLOWED)
        kind = packages.inspect(content, limits)
    if kind not in allowed:
        raise Refused(Reason.NOT_ALLOWED)
    if kind in {UploadKind.JPEG, UploadKind.PNG}:
        content = pictures.drawn_anew(content, kind, limits)
    elif kind is UploadKind.PDF:
        pdfs.inspect(content, limits)
    elif kind is UploadKind.TEXT:
        texts.inspect(content)
    return Sound(content, kind, reduced(name, kind))
