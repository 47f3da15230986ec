"""Filings from where there is no line: sealed on the device, one case however often they come, nothing lost."""

import json
from io import BytesIO
from random import Random
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter

from tests.civic.procedures.conftest import RIGHTS
from tests.civic.procedures.flood import KEY, SECTION, publish_certificates, typed
from tests.sign_in import make_staff, sign_in
from todoke.base.codes.my_number import invent
from todoke.base.sealing import keyed_hash
from todoke.civic.procedures import slips
from todoke.civic.procedures.models import Filing, Slip
from todoke.civic.procedures.slips import INFO, ORDER, CannotRead, binding, open_slip, public_key
from todoke.ground.audit.models import Entry
from todoke.shared.casework.models import Case
from todoke.shared.paperwork.queries import filled

WRITTEN = 1795262400000  # 2026-11-21 12:00 UTC, as a browser counts


def a_pdf() -> bytes:
    paper, out = PdfWriter(), BytesIO()
    paper.add_blank_page(200, 200)
    paper.write(out)
    return out.getvalue()


PDF = a_pdf()


def sealed_by_a_device(told, key, procedure=KEY):
    """As static/procedures/away.js does it."""
    raw = slips.base64.urlsafe_b64decode(public_key() + "=")
    office = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    own = ec.generate_private_key(ec.SECP256R1())
    cipher = AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=INFO).derive(own.exchange(ec.ECDH(), office)))
    point = own.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return b"\x01" + point + b"n" * 12 + cipher.encrypt(b"n" * 12, json.dumps(told).encode(), binding(key, procedure))


def contents(number=1, files=(), **changes):
    answers = {**typed(number), **changes}
    fields = [(f"shown@{key}", "") for key in answers]
    for key, raw in answers.items():
        fields += [(f"{key}:{part}" if part else key, word) for part, words in raw.items() for word in words]
    return {"version": 1, "fields": fields, "files": list(files)}


@pytest.fixture
def version(town, tmp_path):
    return publish_certificates(tmp_path)


@pytest.fixture
def desk(version):
    return sign_in(Client(), make_staff(RIGHTS, section=SECTION, name="浜田 美緒"))


def send(desk, told, key=None, sealed=None):
    key = key or uuid4()
    upload = SimpleUploadedFile("slip", sealed or sealed_by_a_device(told, key))
    posted = {"key": str(key), "written_at": str(WRITTEN), "sealed": upload}
    return desk.post(reverse("procedures:away-send", args=[KEY]), posted).json()


def test_a_slip_becomes_a_case_with_both_times_and_says_its_number(desk):
    told = send(desk, contents())

    filing = Filing.objects.select_related("case", "slip", "response").get()
    assert (told["state"], told["number"], told["says"]) == ("filed", filing.case.number, [])
    assert filing.slip.written_at.isoformat() == "2026-11-21T12:00:00+00:00"
    assert filing.slip.arrived_at is not None
    assert (filing.response.channel, filing.response.entered_by) == ("counter", "浜田 美緒")
    page = desk.get(reverse("procedures:case", args=[filing.case.key])).content.decode()
    assert "回線のない端末" in page
    assert Entry.objects.filter(what="procedures.slip-taken").count() == 1


def test_the_same_slip_twice_is_one_case_and_other_contents_under_its_key_change_nothing(desk):
    key = uuid4()
    sealed = sealed_by_a_device(contents(), key)
    first, again = send(desk, None, key, sealed), send(desk, None, key, sealed)

    conflict = send(desk, contents(2), key)

    assert first["number"] == again["number"]
    assert conflict["state"] == "conflict"
    assert conflict["says"]
    assert Case.objects.count() == Slip.objects.count() == 1
    assert filled(Filing.objects.get().response.key).sheet["applicant.name"].value["given"] == "千代1"


def test_what_is_wrong_is_said_question_by_question_and_lies_at_the_counter_to_be_mended(desk):
    key = uuid4()
    sealed = sealed_by_a_device(contents(**{"applicant.telephone": {"": ["12"]}, "house": {"": [""]}}), key)

    told = send(desk, None, key, sealed)
    again = send(desk, None, key, sealed)

    assert told["state"] == again["state"] == "mend"
    assert len(told["says"]) == 2
    assert any(each.startswith("持家・借家：") for each in told["says"])
    assert not Case.objects.exists()
    assert Filing.objects.count() == 1
    shown = desk.get(told["address"], follow=True).content.decode()
    assert 'value="12"' in shown
    assert "question--refused" in shown


def test_what_was_mended_at_the_counter_is_not_typed_over_by_the_device(desk):
    key = uuid4()
    sealed = sealed_by_a_device(contents(house={"": [""]}), key)
    send(desk, None, key, sealed)
    filing = Filing.objects.get()
    place = reverse("procedures:counter-page", args=[filing.response.key, "damage"])
    desk.post(place, {"shown@house": "", "house": "rent"})

    told = send(desk, None, key, sealed)

    assert told["state"] == "filed"
    assert filled(filing.response.key).sheet["house"].value == "rent"


def test_a_condition_of_the_procedure_says_what_to_do_instead(desk):
    told = send(desk, contents(cause={"": ["fire"]}))

    assert told["state"] == "mend"
    assert "消防本部" in told["says"][0]


def test_a_my_number_is_not_kept(desk):
    number = invent(Random(1))
    told = send(desk, contents(**{"visit.when": {"": [f"番号は{number}です"]}}))

    assert told["state"] == "mend"
    assert number not in json.dumps(told)
    entry = filled(Filing.objects.get().response.key).sheet.get("visit.when")
    assert entry is None or number not in json.dumps(entry.as_json())


def test_a_file_comes_along(desk):
    files = [("damage.photos", "写真.pdf", "application/pdf", slips.base64.b64encode(PDF).decode())]
    changed = contents(files=files, **{"self.judges": {"": ["yes"]}, "damage.photos": {}})
    changed["fields"].append(("shown@damage.photos", ""))

    told = send(desk, changed)

    kept = filled(Filing.objects.get().response.key).sheet["damage.photos"].raw
    assert told["state"] == "filed", (told, kept)
    assert "写真.pdf" in json.loads(kept["kept"][0])["name"]


def test_answers_that_the_form_no_longer_asks_for_stay_on_the_device_and_are_read_out(desk):
    changed = contents()
    changed["fields"].append(("colour", "青"))

    told = send(desk, changed)

    assert told["state"] == "refused"
    assert "colour：青" in told["says"]
    assert not Filing.objects.exists()


@pytest.mark.parametrize("sealed", [b"", b"\x02" + b"x" * 100, b"\x01" + b"x" * 200])
def test_what_was_not_sealed_for_us_is_refused(desk, sealed):
    told = send(desk, None, sealed=sealed or b"x")

    assert told["state"] == "refused"
    assert not Filing.objects.exists()


def test_a_slip_is_bound_to_its_key_and_its_procedure(town):
    key = uuid4()
    sealed = sealed_by_a_device(contents(), key)

    assert open_slip(sealed, key=key, procedure=KEY).version == 1
    for other in ({"key": uuid4(), "procedure": KEY}, {"key": key, "procedure": "other"}):
        with pytest.raises(CannotRead):
            open_slip(sealed, **other)
    assert int.from_bytes(keyed_hash("first half", purpose=slips.PURPOSE)) % ORDER
    assert "浜野".encode() not in sealed


@pytest.mark.parametrize("name", ["away-form", "table", "table-headings"])
def test_another_section_finds_no_such_page(version, name):
    stranger = sign_in(Client(), make_staff(RIGHTS, section="doboku"))

    assert stranger.get(reverse(f"procedures:{name}", args=[KEY])).status_code == 404
    assert stranger.post(reverse("procedures:away-send", args=[KEY])).status_code == 404


def test_the_page_asks_everything_says_when_and_works_without_script(desk):
    address = reverse("procedures:away-form", args=[KEY])
    page = desk.get(address).content.decode()
    assert page.count('name="shown@') == 25
    assert "だけ答えます" in page
    assert "act@" not in page
    fields = contents()["fields"]
    posted = {"slip": str(uuid4())}
    for name, value in fields:
        posted.setdefault(name, []) if name.startswith("damage.parts") else posted.__setitem__(name, value)
    posted["damage.parts"] = ["wall"]

    first = desk.post(address, posted)
    again = desk.post(address, posted)
    other = desk.post(address, {**posted, "house": "rent"})

    filing = Filing.objects.get()
    assert first["Location"] == again["Location"] == reverse("procedures:counter-receipt", args=[filing.response.key])
    assert other.status_code == 409
    assert "千代1" in other.content.decode()


def test_the_worker_and_the_mark_are_for_whoever_takes_filings(desk, version):
    worker = desk.get(reverse("procedures:away-worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert desk.get(reverse("procedures:away-mark")).json()["mark"]
    assert Client().get(reverse("procedures:away-mark")).status_code != 200
