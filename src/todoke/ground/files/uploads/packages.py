"""xlsx and docx: ZIP packages whose every entry is looked at before one of them is unpacked."""

import re
import zipfile
from io import BytesIO

from todoke.base.codes.my_number import holds_my_number
from todoke.ground.files.uploads.kinds import Limits, UploadKind
from todoke.ground.files.uploads.refusals import Reason, Refused

_TYPES = "[Content_Types].xml"
_MAIN = {
    b"spreadsheetml.sheet.main+xml": UploadKind.XLSX,
    b"wordprocessingml.document.main+xml": UploadKind.DOCX,
}
_MACRO = re.compile(r"vbaProject|vbaData|macrosheets|activeX|\.bas$|\.vbs$", re.IGNORECASE)
_ATTACHED = re.compile(r"embeddings/|\.(zip|exe|dll|js|jar|bat|cmd|ps1|lnk|hta|scr|7z|rar|docm|xlsm)$", re.IGNORECASE)
_EXTERNAL_PARTS = re.compile(r"externalLinks/|connections\.xml$|queryTables/", re.IGNORECASE)
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE)
_DDE = re.compile(rb"\bDDE(AUTO)?\b|INCLUDETEXT|INCLUDEPICTURE")
# A paragraph, a cell and a shared text end where a number ends; a run within them does not.
_ENDS = re.compile(r"</(?:\w+:)?(?:p|c|v|si|tc|row)>")
_TAGS = re.compile(r"<[^>]*>")
_SMALL_BYTES = 1_000_000
_ENCRYPTED_FLAG = 1


def inspect(content: bytes, limits: Limits) -> UploadKind:
    """Which of the two this package is. Raises Refused where it is neither, or more than a document."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            entries = package.infolist()
            _refuse_company(content, package)
            _refuse_bombs(entries, limits)
            _refuse_names([entry.filename for entry in entries])
            return _looked_through(package, entries)
    except Refused:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise Refused(Reason.BROKEN) from error
    except Exception as error:
        # zlib.error and its like: whatever falls while unpacking is not kept.
        raise Refused(Reason.BROKEN) from error


def _refuse_company(content: bytes, package: zipfile.ZipFile) -> None:
    """The package begins with its first entry and ends with its directory; nothing else is in the file."""
    end = content.rfind(b"PK\x05\x06")
    begins = min((entry.header_offset for entry in package.infolist()), default=-1)
    if begins != 0 or package.comment or end + 22 != len(content):
        raise Refused(Reason.TWO_IN_ONE)


def _refuse_bombs(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise Refused(Reason.LOCKED)
    blown = any(
        entry.file_size > _SMALL_BYTES and entry.file_size > limits.ratio_max * max(1, entry.compress_size)
        for entry in entries
    )
    total = sum(entry.file_size for entry in entries)
    if blown or total > limits.unpacked_bytes_max or len(entries) > limits.entries_max:
        raise Refused(Reason.BOMB)


def _refuse_names(names: list[str]) -> None:
    if len(set(names)) < len(names) or any(".." in name.split("/") or name[:1] in {"/", "\\"} for name in names):
        raise Refused(Reason.BROKEN)
    if any(_MACRO.search(name) for name in names):
        raise Refused(Reason.MACRO)
    if any(_ATTACHED.search(name) for name in names):
        raise Refused(Reason.ATTACHMENTS)
    if any(_EXTERNAL_PARTS.search(name) for name in names):
        raise Refused(Reason.EXTERNAL)
    if _TYPES not in names:
        raise Refused(Reason.UNKNOWN)


def _looked_through(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> UploadKind:
    types = package.read(_TYPES)
    if b"macroEnabled" in types:
        raise Refused(Reason.MACRO)
    for entry in entries:
        part = package.read(entry)
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            _refuse_in_part(entry.filename, part)
    found = [kind for mark, kind in _MAIN.items() if mark in types]
    if len(found) != 1:
        raise Refused(Reason.UNKNOWN)
    return found[0]


def _refuse_in_part(name: str, part: bytes) -> None:
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        part = part.decode("utf-16").encode()
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Refused(Reason.ACTIVE)
    if name.endswith(".rels"):
        for relationship in _RELATIONSHIP.findall(part):
            # A link that waits for a click is text; what the programme fetches by itself is not.
            if b"External" in relationship and b"/hyperlink" not in relationship:
                raise Refused(Reason.EXTERNAL)
    text = part.decode(errors="replace")
    shown = _TAGS.sub("", _ENDS.sub("\n", text))
    if name.startswith("word/") and _DDE.search(shown.encode()):
        raise Refused(Reason.EXTERNAL)
    if holds_my_number(shown):
        raise Refused(Reason.MY_NUMBER)
