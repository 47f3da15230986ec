"""Twenty and more hostile files, made on the spot: none of them lies in the repository."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from todoke.ground.files.malware.simulator import EICAR

SHEET = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SECRET = b"34.6937N 135.5023E"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, kind, **more)
    return written.getvalue()


def picture_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (34.0, 41.0, 37.0)
    return picture(exif=exif, comment=SECRET)


def png_bomb() -> bytes:
    """40,000 × 40,000 white pixels in some two hundred kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))

    head = struct.pack("!IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(5_001 * 400)))
        + chunk(b"IEND", b"")
    )


def pdf(change: Any = None, pages: int = 1, text: str = "") -> bytes:
    writer = PdfWriter()
    for _each in range(pages):
        page = writer.add_blank_page(200, 200)
    if text:
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        from pypdf.generic import DecodedStreamObject

        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    if change is not None:
        change(writer)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def action(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("calc.exe")})


def hidden_script(writer: PdfWriter) -> None:
    """An object that no page and no catalogue names."""
    writer._add_object(
        DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
    )


def opens(kind: str) -> Any:
    return lambda writer: writer._root_object.__setitem__(NameObject("/OpenAction"), action(kind))


def xfa(writer: PdfWriter) -> None:
    form = DictionaryObject({NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): TextStringObject("<xdp/>")})
    writer._root_object[NameObject("/AcroForm")] = form


def packed(hidden: bytes) -> bytes:
    """A PDF by hand, whose object 5 lies compressed in an object stream: nothing of it can be read in the file."""
    inside = zlib.compress(b"5 0 " + hidden)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        4: b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(inside), inside),
    }
    written, places = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        places[number] = len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    places[6] = len(written)
    rows = [(0, 0, 65535), *((1, places[n], 0) for n in (1, 2, 3, 4)), (2, 4, 0), (1, places[6], 0)]
    table = b"".join(struct.pack("!BIH", *row) for row in rows)
    head = b"<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>" % len(table)
    return written + b"6 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (head, table, places[6])


def package(main: bytes = SHEET, *, more: dict[str, bytes] | None = None, **options: Any) -> bytes:
    types = b'<Types><Override PartName="/main.xml" ContentType="' + main + b'"/></Types>'
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", types)
        for name, content in (more or {}).items():
            made.writestr(name, content)
    return written.getvalue()


def bomb() -> bytes:
    return package(more={"xl/worksheets/sheet1.xml": bytes(30_000_000)})


def many_entries() -> bytes:
    return package(more={f"xl/{number}.xml": b"" for number in range(2_001)})


def link(kind: str) -> bytes:
    one = f'<Relationship Type="http://x/{kind}" Target="http://x.example/" TargetMode="External"/>'
    return f"<Relationships>{one}</Relationships>".encode()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"  <!DOCTYPE html><script>alert(1)</script>"
GIF_AND_ZIP = b"GIF89a" + package()
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00This program cannot be run in DOS mode."
MALWARE = b"name,value\n" + EICAR
