"""PDF: kept as it came (a signature may stand in it), after every object of it was looked at."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from todoke.base.clock import steady
from todoke.base.codes.my_number import holds_my_number
from todoke.ground.files.uploads.kinds import Limits
from todoke.ground.files.uploads.refusals import Reason, Refused

# PDF 32000-1, 12.6.4: actions that run, open, send or fetch something. GoTo and URI wait for a person's click.
_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound"}
)
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/RichMediaContent", "/RichMediaSettings", "/AA"})
_ACTIVE_SUBTYPES = frozenset({"/RichMedia", "/Movie", "/Screen", "/3D"})
# As they stand in the file, for objects that no table names and a reader that mends broken tables finds all the same.
_SPELT_OUT = re.compile(rb"/(JavaScript|Launch|RichMedia|EmbeddedFiles?)(?![A-Za-z0-9])")
_ATTACHED_KEYS = frozenset({"/EmbeddedFiles", "/EF"})


def inspect(content: bytes, limits: Limits) -> None:
    """Raises Refused where this PDF does, hides or is more than a document to be read."""
    _refuse_company(content)
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise Refused(Reason.LOCKED)
        if len(reader.pages) > limits.pages_max:
            raise Refused(Reason.TOO_MANY_PAGES)
        _refuse_what_is_spelt_out(content)
        for found in _dictionaries(reader, limits):
            _refuse_what_acts(found)
        _refuse_my_number(reader, limits)
    except Refused:
        raise
    except Exception as error:
        # A reader of hostile bytes falls in more ways than its documentation tells; whatever it is, it is not kept.
        raise Refused(Reason.BROKEN) from error


def _refuse_what_is_spelt_out(content: bytes) -> None:
    found = _SPELT_OUT.search(content)
    if found:
        raise Refused(Reason.ATTACHMENTS if found[1].startswith(b"Embedded") else Reason.ACTIVE)


def _refuse_company(content: bytes) -> None:
    """Nothing may stand behind the end: a ZIP, a script, a second document."""
    body = content.rstrip(b"\r\n\t \x00")
    if not body.endswith(b"%%EOF") or zipfile.is_zipfile(BytesIO(content)):
        raise Refused(Reason.TWO_IN_ONE if b"%%EOF" in content else Reason.BROKEN)


def _dictionaries(reader: PdfReader, limits: Limits) -> Iterator[DictionaryObject]:
    """Every dictionary of every object, also of those that no page uses. Without recursion, and not without end."""
    numbers = [(number, generation) for generation, known in reader.xref.items() for number in known]
    numbers += [(number, 0) for number in reader.xref_objStm]
    heap: list[Any] = [reader.trailer, *(IndirectObject(number, generation, reader) for number, generation in numbers)]
    seen: set[tuple[int, int]] = set()
    looked_at, over_at = 0, steady() + limits.reading_seconds_max
    while heap:
        each = heap.pop()
        looked_at += 1
        if looked_at > limits.objects_max or steady() > over_at:
            raise Refused(Reason.TOO_SLOW)
        if isinstance(each, IndirectObject):
            place = (each.idnum, each.generation)
            if place in seen:
                continue
            seen.add(place)
            each = each.get_object()
        if isinstance(each, DictionaryObject):
            yield each
            heap += [value for value in dict.values(each) if _goes_on(value)]
        elif isinstance(each, ArrayObject):
            heap += [value for value in list.__iter__(each) if _goes_on(value)]


def _goes_on(value: Any) -> bool:
    return isinstance(value, DictionaryObject | ArrayObject | IndirectObject)


def _refuse_what_acts(found: DictionaryObject) -> None:
    if found.get("/S") in _ACTIONS or found.get("/Subtype") in _ACTIVE_SUBTYPES or not _ACTIVE_KEYS.isdisjoint(found):
        raise Refused(Reason.ACTIVE)
    attached = found.get("/Type") == "/EmbeddedFile" or found.get("/Subtype") == "/FileAttachment"
    if attached or not _ATTACHED_KEYS.isdisjoint(found):
        raise Refused(Reason.ATTACHMENTS)


def _refuse_my_number(reader: PdfReader, limits: Limits) -> None:
    over_at = steady() + limits.reading_seconds_max
    for page in reader.pages:
        if steady() > over_at:
            raise Refused(Reason.TOO_SLOW)
        if holds_my_number(page.extract_text()):
            raise Refused(Reason.MY_NUMBER)
    fields = reader.get_form_text_fields() or {}
    if holds_my_number("\n".join(str(value) for value in fields.values() if value)):
        raise Refused(Reason.MY_NUMBER)
