"""Hostile files of every sort, each with what becomes of it: docs/running/uploads.md says the same."""

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from tests.ground.files import hostile
from tests.ground.files.hostile import package, pdf, picture
from todoke.ground.files.actions import (
    Quarantined,
    purge_due,
    read,
    scan_again,
    take_in,
)
from todoke.ground.files.caretaker import CARETAKER
from todoke.ground.files.malware.clamd import Scanner, ScannerTrouble
from todoke.ground.files.malware.simulator import EICAR, Fault, SimulatedClamd
from todoke.ground.files.models import Document, Scan
from todoke.ground.files.serving import response_for
from todoke.ground.files.uploads import Limits, Reason, Refused, UploadKind
from todoke.ground.files.uploads.names import reduced

pytestmark = pytest.mark.django_db

ALL = frozenset(UploadKind)
PAGE = Path(__file__).resolve().parents[3] / "docs" / "running" / "uploads.md"


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.MALWARE_SCANNER = ""
    return settings.FILES_ROOT


def taken(content: bytes, name: str = "a.bin", **more: Any) -> Document:
    return take_in(content, name=name, allowed=more.pop("allowed", ALL), **more)


# What it is called in docs/running/uploads.md, the bytes, and why they are refused.
HOSTILE: dict[str, tuple[Any, Reason]] = {
    "empty file": (b"", Reason.EMPTY),
    "larger than allowed": (bytes(20_000_001), Reason.TOO_LARGE),
    "SVG with a script": (hostile.SVG, Reason.MARKUP),
    "web page": (hostile.HTML, Reason.MARKUP),
    "web page behind a letter": (b"x <script>alert(1)</script>", Reason.MARKUP),
    "GIF that is a ZIP as well (GIFAR)": (hostile.GIF_AND_ZIP, Reason.OTHER_PICTURE),
    "HEIC": (hostile.HEIC, Reason.OTHER_PICTURE),
    "old Word or Excel file": (hostile.OLD_WORD, Reason.OLD_OFFICE),
    "program called photo.jpg": (hostile.PROGRAM, Reason.UNKNOWN),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", Reason.UNKNOWN),
    "text with control characters": (b"a\x1b[2Jb", Reason.UNKNOWN),
    "picture bomb (40,000 × 40,000)": (hostile.png_bomb, Reason.TOO_MANY_PIXELS),
    "cut off picture": (lambda: picture()[:200], Reason.BROKEN),
    "PDF with a script that opens": (lambda: pdf(hostile.opens("/JavaScript")), Reason.ACTIVE),
    "PDF with a script that nothing names": (lambda: pdf(hostile.hidden_script), Reason.ACTIVE),
    "PDF with a script in a compressed object": (
        lambda: hostile.packed(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
        Reason.ACTIVE,
    ),
    "PDF with a script spelt in another way": (
        lambda: hostile.packed(b"<< /S /J#61vaScript /#4aS (app.alert(1)) >>"),
        Reason.ACTIVE,
    ),
    "PDF with a script that no table names": (
        lambda: pdf().replace(b"startxref", b"99 0 obj\n<</S/JavaScript/J#53(1)>>\nendobj\nstartxref"),
        Reason.ACTIVE,
    ),
    "PDF that starts a program": (lambda: pdf(hostile.opens("/Launch")), Reason.ACTIVE),
    "PDF that sends what is filled in": (lambda: pdf(hostile.opens("/SubmitForm")), Reason.ACTIVE),
    "PDF with an XFA form": (lambda: pdf(hostile.xfa), Reason.ACTIVE),
    "PDF with a file inside": (lambda: pdf(lambda w: w.add_attachment("a.exe", b"MZ")), Reason.ATTACHMENTS),
    "PDF with a password": (lambda: pdf(lambda w: w.encrypt("secret")), Reason.LOCKED),
    "PDF with restrictions only": (lambda: pdf(lambda w: w.encrypt("", "owner")), Reason.LOCKED),
    "PDF of 201 pages": (lambda: pdf(pages=201), Reason.TOO_MANY_PAGES),
    "PDF behind something else": (lambda: b"\x00\x01junk" + pdf(), Reason.TWO_IN_ONE),
    "PDF that is a ZIP as well": (lambda: pdf() + package(), Reason.TWO_IN_ONE),
    "PDF with a script behind its end": (lambda: pdf() + b"<script>alert(1)</script>", Reason.TWO_IN_ONE),
    "half a PDF": (lambda: pdf()[:300], Reason.BROKEN),
    "PDF that names itself and nothing more": (b"%PDF-1.7\n%%EOF", Reason.BROKEN),
    "PDF with a My Number in its text": (lambda: pdf(text="No. 123456789018"), Reason.MY_NUMBER),
    "xlsx with a macro": (lambda: package(more={"xl/vbaProject.bin": b"x"}), Reason.MACRO),
    "xlsm called xlsx": (
        lambda: package(b"application/vnd.ms-excel.sheet.macroEnabled.main+xml", more={"a.xml": b""}),
        Reason.MACRO,
    ),
    "xlsx that unpacks to a thousand times its size": (hostile.bomb, Reason.BOMB),
    "xlsx of 2,002 entries": (hostile.many_entries, Reason.BOMB),
    "docx with an object inside": (
        lambda: package(hostile.WORD, more={"word/embeddings/oleObject1.bin": b"x"}),
        Reason.ATTACHMENTS,
    ),
    "docx that fetches its template": (
        lambda: package(hostile.WORD, more={"word/_rels/settings.xml.rels": hostile.link("attachedTemplate")}),
        Reason.EXTERNAL,
    ),
    "docx with a DDE field": (
        lambda: package(hostile.WORD, more={"word/document.xml": b"<w:p><w:t>DDE</w:t><w:t>AUTO c:\\x</w:t></w:p>"}),
        Reason.EXTERNAL,
    ),
    "xlsx linked to another book": (
        lambda: package(more={"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        Reason.EXTERNAL,
    ),
    "xlsx with an entity bomb": (
        lambda: package(more={"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        Reason.ACTIVE,
    ),
    "xlsx with a path that climbs": (lambda: package(more={"../../etc/cron.d/x": b"x"}), Reason.BROKEN),
    "ZIP behind something else": (lambda: package() + b"junk", Reason.TWO_IN_ONE),
    "ZIP that is no document": (lambda: zipped("a.txt"), Reason.UNKNOWN),
    "xlsx with a My Number in two runs": (
        lambda: package(more={"xl/sharedStrings.xml": b"<si><r><t>123456</t></r><r><t>789018</t></r></si>"}),
        Reason.MY_NUMBER,
    ),
    "CSV with a My Number": (b"name,number\nA,123456789018\n", Reason.MY_NUMBER),
}


def zipped(name: str) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr(name, b"x")
    return written.getvalue()


@pytest.mark.parametrize("called", list(HOSTILE))
def test_a_hostile_file_is_refused_and_nothing_of_it_kept(called: str, root: Path) -> None:
    made, reason = HOSTILE[called]
    content = made() if callable(made) else made

    with pytest.raises(Refused) as refused:
        taken(content, "申請.pdf")

    assert refused.value.reason is reason
    assert str(refused.value).endswith("ください。")
    assert Document.objects.count() == 0
    assert not root.exists()


def test_every_hostile_file_stands_in_the_documentation_with_its_outcome() -> None:
    told = dict(re.findall(r"^\| (.+?) \| refused: `([a-z-]+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    assert told == {called: reason.value for called, (_made, reason) in HOSTILE.items()}


@pytest.mark.parametrize(
    ("content", "name", "kept_as", "kind"),
    [
        (lambda: pdf(text="hello"), "許可証.pdf", "許可証.pdf", UploadKind.PDF),
        (pdf, "photo.jpg.exe", "photo.jpg.exe.pdf", UploadKind.PDF),
        (package, "表.xlsx", "表.xlsx", UploadKind.XLSX),
        (lambda: package(hostile.WORD), "表.xlsx", "表.xlsx.docx", UploadKind.DOCX),
        (
            lambda: package(hostile.WORD, more={"word/_rels/document.xml.rels": hostile.link("hyperlink")}),
            "a.docx",
            "a.docx",
            UploadKind.DOCX,
        ),
        (lambda: "氏名,金額\n山田,=1+1\n".encode("cp932"), "一覧.csv", "一覧.csv", UploadKind.TEXT),
        ("\ufeffこんにちは".encode, "a.TXT", "a.TXT", UploadKind.TEXT),
    ],
)
def test_an_honest_file_is_kept_as_it_came(content: Any, name: str, kept_as: str, kind: UploadKind) -> None:
    made = content()

    document = taken(made, name)

    assert (document.name, document.media_type, document.scan) == (kept_as, kind.value, Scan.NOT_SCANNED)
    assert read(document) == made


def test_a_photograph_loses_its_place_its_camera_and_its_company() -> None:
    document = taken(hostile.picture_with_place() + package(), "IMG_1.JPG")

    kept = read(document)
    with Image.open(BytesIO(kept)) as shown:
        assert dict(shown.getexif()) == {}
        assert shown.size == (30, 40)  # turned as the camera said
        assert shown.info.get("comment") is None
    assert hostile.SECRET not in kept
    assert not zipfile.is_zipfile(BytesIO(kept))
    assert document.name == "IMG_1.JPG"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_depth_is_drawn_anew(mode: str) -> None:
    written = BytesIO()
    Image.new(mode, (3, 2)).save(written, "PNG", pnginfo=None)

    with Image.open(BytesIO(read(taken(written.getvalue(), "a.png")))) as shown:
        assert shown.size == (3, 2)


def test_a_cmyk_photograph_becomes_one_that_a_browser_shows() -> None:
    written = BytesIO()
    Image.new("CMYK", (3, 2)).save(written, "JPEG")

    with Image.open(BytesIO(read(taken(written.getvalue(), "a.jpg")))) as shown:
        assert shown.mode == "RGB"


def test_a_room_takes_only_what_it_asks_for() -> None:
    for made in (pdf(), picture(), package(), b"text"):
        with pytest.raises(Refused) as refused:
            taken(made, allowed={UploadKind.PNG})
        assert refused.value.reason is Reason.NOT_ALLOWED
    with pytest.raises(Refused) as refused:
        taken(package(hostile.WORD), allowed={UploadKind.XLSX})
    assert refused.value.reason is Reason.NOT_ALLOWED


@pytest.mark.parametrize(
    ("made", "limits", "reason"),
    [
        (lambda: pdf(pages=3), Limits(pages_max=2), Reason.TOO_MANY_PAGES),
        (lambda: pdf(pages=2), Limits(objects_max=5), Reason.TOO_SLOW),
        (pdf, Limits(reading_seconds_max=-1.0), Reason.TOO_SLOW),
        (lambda: picture(size=(101, 100)), Limits(pixels_max=10_000), Reason.TOO_MANY_PIXELS),
        (lambda: package(more={"a.xml": b"x" * 100}), Limits(unpacked_bytes_max=100), Reason.BOMB),
    ],
)
def test_a_room_may_be_stricter(made: Any, limits: Limits, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        taken(made(), limits=limits)

    assert refused.value.reason is reason


def test_what_is_just_within_the_limits_is_taken() -> None:
    assert taken(pdf(pages=2), limits=Limits(pages_max=2)).pk
    assert taken(picture(size=(100, 100)), limits=Limits(pixels_max=10_000)).pk


def test_a_my_number_in_the_name_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        taken(b"text", "123456789018.txt")

    assert refused.value.reason is Reason.MY_NUMBER


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\住民票.pdf", "住民票.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("cod\u202efdp.exe", "codfdp.exe.pdf"),
        ("a\u200b\u2066b.pdf", "ab.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        (".pdf", "pdf.pdf"),
        (" a . pdf. ", "a . pdf.pdf"),
        ("nul", "_nul.pdf"),
        ("COM1.tar.pdf", "_COM1.tar.pdf"),
        ('a<b>:"|?*.pdf', "ab.pdf"),
        ("髙﨑𠮷\ue000.pdf", "髙﨑𠮷\ue000.pdf"),
        ("㍿①ｶﾞ.PDF", "㍿①ｶﾞ.PDF"),
        ("あ" * 200 + ".pdf", "あ" * 83 + ".pdf"),
    ],
)
def test_names_are_reduced_to_what_can_be_seen(name: str, kept_as: str) -> None:
    assert reduced(name, UploadKind.PDF) == kept_as
    assert len(kept_as.encode()) <= 255


def locked() -> bytes:
    # Bit 0 of the general purpose flags, in the entry and in the directory.
    made = bytearray(package())
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (locked, Reason.LOCKED),
        (lambda: package().replace(b"Override", b"0verride")[:-22], Reason.BROKEN),
        (lambda: package(hostile.WORD + b" " + hostile.SHEET), Reason.UNKNOWN),
        (lambda: package(more={"a.xml": '<!DOCTYPE a [<!ENTITY b "c">]>'.encode("utf-16")}), Reason.ACTIVE),
        (lambda: damaged(package(more={"a.xml": bytes(range(256)) * 9})), Reason.BROKEN),
        (lambda: pdf(filled_in), Reason.MY_NUMBER),
        (lambda: b"\xff\x00\x80\xfe", Reason.UNKNOWN),
    ],
)
def test_what_is_locked_or_damaged_is_refused_too(made: Any, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        taken(made())

    assert refused.value.reason is reason


def damaged(content: bytes) -> bytes:
    place = content.index(b"a.xml") + 12
    return content[:place] + b"\xff\xff\xff\xff" + content[place + 4 :]


def filled_in(writer: Any) -> None:
    field = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("number"),
            NameObject("/V"): TextStringObject("123456789018"),
        }
    )
    fields = ArrayObject([writer._add_object(field)])
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})


def test_an_opened_file_is_read_no_further_than_allowed() -> None:
    asked: list[int] = []

    class Upload:
        def read(self, size: int, /) -> bytes:
            asked.append(size)
            return b"x" * size

    with pytest.raises(Refused) as refused:
        take_in(Upload(), name="a.txt", allowed=ALL, limits=Limits(bytes_max=10))
    assert refused.value.reason is Reason.TOO_LARGE
    assert asked == [11]
    assert read(take_in(BytesIO(b"text"), name="a.txt", allowed=ALL)) == b"text"


def test_a_compressed_object_that_does_nothing_is_taken() -> None:
    assert taken(hostile.packed(b"<< /S /GoTo /D [3 0 R /Fit] >>")).media_type == "application/pdf"


# The scanner


def test_what_the_scanner_knows_is_refused_and_what_it_does_not_is_marked_clean(settings) -> None:
    with SimulatedClamd() as clamd:
        settings.MALWARE_SCANNER = clamd.address

        document = taken(b"a text", "a.txt")
        with pytest.raises(Refused) as refused:
            taken(hostile.MALWARE, "a.csv")

    assert refused.value.reason is Reason.MALWARE
    assert document.scan == Scan.CLEAN
    assert Document.objects.count() == 1
    assert clamd.asked == 2


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.GARBAGE, Fault.HALF, Fault.CLOSE, Fault.LIMIT])
def test_a_scanner_that_says_nothing_leaves_the_file_in_quarantine(settings, fault: Fault, monkeypatch) -> None:
    monkeypatch.setattr("todoke.ground.files.malware.clamd.SECONDS_MAX", 0.3)
    monkeypatch.setattr(Scanner.__init__, "__defaults__", (0.3,))
    with SimulatedClamd() as clamd:
        settings.MALWARE_SCANNER = clamd.address
        clamd.fault = fault
        document = taken(b"a text", "a.txt")
        assert document.scan == Scan.WAITING
        assert document.is_in_quarantine
        with pytest.raises(Quarantined):
            read(document)
        with pytest.raises(Quarantined):
            response_for(document)
        assert scan_again() == 0

        clamd.fault = Fault.NONE
        CARETAKER.step()

    document.refresh_from_db()
    assert document.scan == Scan.CLEAN
    assert read(document) == b"a text"


def test_a_scanner_that_is_away_leaves_the_file_in_quarantine(settings) -> None:
    settings.MALWARE_SCANNER = "unix:///nowhere/clamd.ctl"

    assert taken(b"a text", "a.txt").scan == Scan.WAITING
    with pytest.raises(ScannerTrouble):
        Scanner("clamd://127.0.0.1:1").finds(b"x")


def test_what_is_found_later_stays_shut_and_goes_with_the_next_purge(settings, root) -> None:
    from todoke.base import clock

    settings.MALWARE_SCANNER = "unix:///nowhere/clamd.ctl"
    document = taken(hostile.MALWARE, "a.csv")
    with SimulatedClamd() as clamd:
        settings.MALWARE_SCANNER = clamd.address
        assert scan_again() == 0
    document.refresh_from_db()

    assert document.scan == Scan.INFECTED
    with pytest.raises(Quarantined):
        read(document)
    assert purge_due(clock.in_japan(clock.now()).date()) == 1
    assert list(root.glob("??/*")) == []


def test_the_scanner_is_asked_about_large_files_in_pieces() -> None:
    with SimulatedClamd() as clamd:
        assert Scanner(clamd.address).finds(bytes(200_000) + EICAR) is True
        assert Scanner(clamd.address).finds(bytes(200_000)) is False


# Serving


def test_a_document_leaves_as_an_attachment_that_no_browser_runs() -> None:
    response = response_for(taken(pdf(), "許可\u202e証.pdf"))

    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E8%A8%B1%E5%8F%AF%E8%A8%BC.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_the_houses_own_policy_does_not_replace_that_of_a_document(rf) -> None:
    from csp.middleware import CSPMiddleware

    response = CSPMiddleware(lambda request: response_for(taken(b"text", "a.txt")))(rf.get("/"))

    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
