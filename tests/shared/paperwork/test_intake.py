"""Files that come with a response: sealed, opened for their own response alone, gone with its custody."""

from io import BytesIO

import pytest
from PIL import Image

from todoke.base.clock import in_japan, now
from todoke.ground.files.actions import read
from todoke.ground.files.models import Document, Scan
from todoke.shared.paperwork import intake
from todoke.shared.paperwork.actions.responses import begin
from todoke.shared.paperwork.models import Upload
from todoke.shared.paperwork.registry import intakes
from todoke.shared.paperwork.shredding import ResponseShredder

pytestmark = pytest.mark.django_db


@pytest.fixture
def response(dog, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return begin(dog, at=now())


def picture(name="注射済証.jpg"):
    told = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(told, "JPEG")
    told.seek(0)
    told.name = name
    return told


def taken(response, file):
    return intakes["paperwork.sealed"].take_in(file, response)


def test_a_picture_is_kept_sealed_and_the_answer_knows_its_name(response):
    told = taken(response, picture())

    upload = Upload.objects.get()
    assert told == {"file": str(upload.key), "name": "注射済証.jpg", "size": told["size"], "type": "image/jpeg"}
    assert upload.file.name == "attachment"
    assert not read(upload.file).startswith(b"\xff\xd8\xff")
    content = intake.content_of(response, upload.key)
    assert (content[:3], len(content)) == (b"\xff\xd8\xff", told["size"])


def test_what_is_refused_says_why_with_its_name_and_leaves_nothing(response):
    file = BytesIO(b"<html><script>1</script></html>")
    file.name = "a.html"

    told = str(taken(response, file))

    assert told.startswith("「a.html」は送れませんでした。")
    assert "PDF" in told
    assert not Upload.objects.exists()
    assert not Document.objects.exists()


def test_another_response_does_not_open_it(dog, response):
    told = taken(response, picture())

    with pytest.raises(LookupError):
        intake.content_of(begin(dog, at=now()), told["file"])


def test_a_response_brings_no_more_than_so_many(response, monkeypatch):
    monkeypatch.setattr(intake, "UPLOADS_MAX", 1)
    taken(response, picture())

    assert "多すぎます" in str(taken(response, picture()))


def test_what_the_scanner_cannot_look_at_is_refused_because_nobody_could_look_later(response, monkeypatch):
    monkeypatch.setattr("todoke.ground.files.actions._scanned", lambda _content: Scan.WAITING)

    assert "しばらくしてから" in str(taken(response, picture()))
    assert not Document.objects.exists()


def test_its_bytes_go_with_the_response(response):
    taken(response, picture())

    shredded = ResponseShredder().shred("paperwork.response", str(response.key))

    assert [each.model for each in shredded][-1] == "files.Document"
    assert Document.objects.get().kept_until < in_japan(now()).date()
