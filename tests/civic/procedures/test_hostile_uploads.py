"""Hostile files through the resident's own form: each is told in her language, nothing of it stays, all else does."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from PIL import Image

from tests.civic.procedures.samples import TYPED
from tests.ground.files import hostile
from tests.ground.files.hostile import package, pdf, picture
from todoke.base.clock import now
from todoke.base.number_guard import sentence
from todoke.civic.procedures.models import Filing
from todoke.ground.files.models import Document
from todoke.ground.files.uploads import Reason
from todoke.ground.files.uploads.names import seen
from todoke.ground.files.uploads.refusals import SENTENCES
from todoke.shared.paperwork.actions.responses import Posted, take
from todoke.shared.paperwork.intake import content_of
from todoke.shared.paperwork.models import Upload
from todoke.shared.paperwork.queries import filled

LANGUAGES = ("ja", "ja-easy", "en")


@dataclass(frozen=True)
class Sent:
    """A file as a browser sends it, and what becomes of it: why it is refused, or the name under which it is kept."""

    name: str
    made: bytes | Callable[[], bytes]
    why: Reason | None = None
    kept_as: str = ""

    @property
    def content(self) -> bytes:
        return self.made() if callable(self.made) else self.made


REFUSED = {
    "SVG with a script": Sent("map.svg", hostile.SVG, Reason.MARKUP),
    "web page called a picture": Sent("<img src=x onerror=alert(1)>.png", hostile.HTML, Reason.MARKUP),
    "GIF that is a ZIP as well": Sent("map.gif", hostile.GIF_AND_ZIP, Reason.OTHER_PICTURE),
    "PDF that is a ZIP as well": Sent("map.pdf", lambda: pdf() + package(), Reason.TWO_IN_ONE),
    "PDF with a script behind its end": Sent("map.pdf", lambda: pdf() + b"<script>1</script>", Reason.TWO_IN_ONE),
    "PDF with a script that opens": Sent("map.pdf", lambda: pdf(hostile.opens("/JavaScript")), Reason.ACTIVE),
    "PDF that starts a program": Sent("map.pdf", lambda: pdf(hostile.opens("/Launch")), Reason.ACTIVE),
    "PDF with a hidden script": Sent("map.pdf", lambda: hostile.packed(b"<< /S /JavaScript /JS (1) >>"), Reason.ACTIVE),
    "PDF with a file inside": Sent(
        "a.pdf", lambda: pdf(lambda w: w.add_attachment("a.exe", b"MZ")), Reason.ATTACHMENTS
    ),
    "PDF with a password": Sent("map.pdf", lambda: pdf(lambda w: w.encrypt("secret")), Reason.LOCKED),
    "PDF with a My Number": Sent("map.pdf", lambda: pdf(text="No. 123456789018"), Reason.MY_NUMBER),
    "xlsx with a macro": Sent("a.xlsx", lambda: package(more={"xl/vbaProject.bin": b"x"}), Reason.MACRO),
    "ZIP bomb in an xlsx": Sent("a.xlsx", hostile.bomb, Reason.BOMB),
    "xlsx with an entity bomb": Sent(
        "a.xlsx", lambda: package(more={"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), Reason.ACTIVE
    ),
    "xlsx with a path that climbs": Sent("a.xlsx", lambda: package(more={"../../etc/x": b"x"}), Reason.BROKEN),
    "docx that fetches its template": Sent(
        "a.docx",
        lambda: package(hostile.WORD, more={"word/_rels/settings.xml.rels": hostile.link("attachedTemplate")}),
        Reason.EXTERNAL,
    ),
    "pixel bomb": Sent("big.png", hostile.png_bomb, Reason.TOO_MANY_PIXELS),
    "program called a photograph": Sent("photo.jpg", hostile.PROGRAM, Reason.NOT_ALLOWED),
    "program that reads as a photograph": Sent("photo\u202egpj.exe", hostile.PROGRAM, Reason.NOT_ALLOWED),
    "HEIC": Sent("IMG_1.HEIC", hostile.HEIC, Reason.OTHER_PICTURE),
    "old Word file": Sent("a.doc", hostile.OLD_WORD, Reason.OLD_OFFICE),
    "CSV, which this form does not ask for": Sent("a.csv", "氏名\n汐入\n".encode(), Reason.NOT_ALLOWED),
    "empty file": Sent("map.pdf", b"", Reason.EMPTY),
}
KEPT = {
    "photograph with the place where it was taken": Sent("IMG_1.JPG", hostile.picture_with_place, kept_as="IMG_1.JPG"),
    "photograph with a ZIP behind it": Sent("IMG_2.JPG", lambda: picture() + package(), kept_as="IMG_2.JPG"),
    "name with folders": Sent("..\\..\\windows\\map.png", lambda: picture("PNG"), kept_as="map.png"),
    "name with two endings": Sent("map.pdf.exe", pdf, kept_as="map.pdf.exe.pdf"),
    "name that reads backwards": Sent("map\u202efdp.exe", pdf, kept_as="mapfdp.exe.pdf"),
}


@pytest.fixture
def form(version: Any) -> tuple[Client, Filing, str]:
    """The browser of somebody in the middle of the form, and the address of the page that asks for a file."""
    cache.clear()
    client = Client()
    client.post(reverse("procedures-public:begin", args=["stall"]))
    filing = Filing.objects.get()
    take(filing.response, Posted({**TYPED, "again": {"": ["no"]}}), at=now())
    return client, filing, reverse("procedures-public:page", args=[filing.response.key, "stall"])


def posted(area: str, sent: Sent, button: str) -> dict[str, Any]:
    return {
        "shown@area": area,
        "area": area,
        "shown@again": "no",
        "again": "no",
        "shown@plan": "",
        button: "1",
        "plan": SimpleUploadedFile(sent.name, sent.content, content_type="image/jpeg"),
    }


@pytest.mark.parametrize("button", ["next", "act@plan@send"])
def test_what_is_refused_is_told_in_the_language_of_whoever_sent_it_and_nothing_of_it_stays(form, button):
    client, filing, address = form
    wrong = []
    for number, (called, sent) in enumerate(REFUSED.items()):
        language, area = LANGUAGES[number % 3], str(number + 4)
        client.get(address, {"language": language})
        answer = client.post(address, posted(area, sent, button), follow=True)
        text = answer.content.decode()
        with translation.override(language):
            why = escape(str(SENTENCES[sent.why]))
        found = filled(filing.response.key)
        wrong += [
            f"{called}: {fault}"
            for fault, is_so in {
                f"status {answer.status_code}": answer.status_code != 200,
                f"“{why}” is not said in {language}": why not in text,
                "its name is not said": seen(sent.name) not in text,
                "it turns the page's direction": "\u202e" in text,
                "it runs in the page": "<img src=x" in text or "<script>alert" in text or "<script>1" in text,
                "the other answers are gone": found.sheet["area"].raw != {"": [area]}
                or found.sheet["applicant.name"].raw != TYPED["applicant.name"],
                "something of it stays": Upload.objects.exists() or Document.objects.exists(),
            }.items()
            if is_so
        ]

    assert not wrong, "\n".join(wrong)
    assert len(REFUSED) + len(KEPT) >= 20
    review = client.get(reverse("procedures-public:review", args=[filing.response.key]))
    assert review.status_code == 200


def test_what_is_kept_has_lost_what_was_dangerous(form):
    client, filing, address = form
    for sent in KEPT.values():
        answer = client.post(address, posted("4", sent, "act@plan@send"), follow=True)
        entry = filled(filing.response.key).sheet["plan"].value[0]
        content = content_of(filing.response, entry["file"])

        assert entry["name"] == sent.kept_as
        assert sent.kept_as in answer.content.decode()
        assert hostile.SECRET not in content
        assert b"PK\x03\x04" not in content
        if entry["type"].startswith("image/"):
            with Image.open(BytesIO(content)) as shown:
                assert dict(shown.getexif()) == {}
        client.post(address, {"shown@plan": "", "act@plan@remove.0": "1"})
        assert filled(filing.response.key).sheet["plan"].value is None


def test_a_my_number_in_the_name_of_a_file_is_told_beside_the_field(form):
    client, filing, address = form

    answer = client.post(address, posted("9", Sent("123456789018.pdf", pdf), "next"))

    assert str(sentence()) in answer.content.decode()
    assert "123456789018" not in answer.content.decode()
    assert filled(filing.response.key).sheet["area"].raw == {"": ["9"]}
    assert not Document.objects.exists()


def test_a_file_for_a_question_that_is_not_open_goes_nowhere(form):
    client, _filing, address = form
    nobody_asks = {"shown@applicant.name": "", "applicant.name": SimpleUploadedFile("a.pdf", pdf())}

    client.post(address, {**nobody_asks, "next": "1"})
    client.post(address, {"plan": SimpleUploadedFile("a.pdf", pdf()), "next": "1"})

    assert not Document.objects.exists()
