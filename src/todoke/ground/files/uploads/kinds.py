"""The kinds of files that are taken, told by their bytes, and how large they may be."""

from dataclasses import dataclass
from enum import StrEnum

from todoke.ground.files.uploads.refusals import Reason, Refused


class UploadKind(StrEnum):
    """What can be taken in; a room allows some of them. The value is the media type under which it is served."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TEXT = "text/plain"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @property
    def endings(self) -> tuple[str, ...]:
        """How its names may end; the first is put behind a name that ends otherwise."""
        return _ENDINGS[self]


_ENDINGS: dict[UploadKind, tuple[str, ...]] = {
    UploadKind.PDF: (".pdf",),
    UploadKind.JPEG: (".jpg", ".jpeg"),
    UploadKind.PNG: (".png",),
    UploadKind.TEXT: (".txt", ".csv", ".tsv"),
    UploadKind.XLSX: (".xlsx",),
    UploadKind.DOCX: (".docx",),
}


@dataclass(frozen=True)
class Limits:
    """How much of everything is taken; a room may be stricter."""

    bytes_max: int = 20_000_000
    pixels_max: int = 50_000_000
    pages_max: int = 200
    entries_max: int = 2_000
    unpacked_bytes_max: int = 100_000_000
    ratio_max: int = 100
    objects_max: int = 100_000
    reading_seconds_max: float = 20.0


LIMITS = Limits()

# Bytes at the beginning, and what they are. What is not taken has its own sentence where there is a way out.
_KNOWN: tuple[tuple[bytes, UploadKind], ...] = (
    (b"%PDF-", UploadKind.PDF),
    (b"\xff\xd8\xff", UploadKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", UploadKind.PNG),
    # Which of the two, the package itself tells (packages.py).
    (b"PK\x03\x04", UploadKind.XLSX),
)
_OTHER_PICTURES = (b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"BM")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<", b"\xef\xbb\xbf<")


def kind_of(content: bytes) -> UploadKind:
    """The kind that the first bytes tell; neither the name nor what the sender claims is asked. Raises Refused."""
    for start, kind in _KNOWN:
        if content.startswith(start):
            return kind
    if content.startswith(_OTHER_PICTURES) or content[4:8] == b"ftyp":
        raise Refused(Reason.OTHER_PICTURE)
    if content.startswith(_OLD_OFFICE):
        raise Refused(Reason.OLD_OFFICE)
    if content.lstrip().startswith(_MARKUP):
        raise Refused(Reason.MARKUP)
    if b"%PDF-" in content[:1024]:
        raise Refused(Reason.TWO_IN_ONE)
    return UploadKind.TEXT
