"""The signature, as programs of strangers see it."""

import io
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from django.test import Client

from tests.shared.documents.orders import a_certificate
from todoke.base.clock import now
from todoke.ground.places.models import City
from todoke.shared.documents.actions.issuing import issue_order
from todoke.shared.documents.actions.reading import paper_of
from todoke.shared.documents.actions.refusals import CannotIssueNow
from todoke.shared.documents.checkup import Signature
from todoke.shared.documents.models import DocumentNumber
from todoke.shared.documents.signing import timestamps
from todoke.shared.documents.signing.house import the_signer
from todoke.shared.documents.signing.keys import (
    NoSigner,
    as_asn1,
    key_usage,
    new_name,
    packed,
    refuse_unfit,
    signer_of,
    unpacked,
)

pdfsig = pytest.mark.skipif(
    not shutil.which("pdfsig"), reason="pdfsig is not installed (Debian: apt-get install poppler-utils)"
)


@pytest.fixture
def issued(doboku, clerk):
    return issue_order(a_certificate(), section=doboku, viewer=clerk, at=now())


def seen_by_pdfsig(pdf: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout


@pdfsig
def test_a_strangers_program_finds_the_signature_valid_over_the_whole_paper(issued, tmp_path):
    seen = seen_by_pdfsig(paper_of(issued), tmp_path)

    assert "Signature is Valid" in seen
    assert "Total document signed" in seen
    assert "ETSI.CAdES.detached" in seen
    assert "凪浜市長（見本）" in seen


@pdfsig
def test_a_strangers_program_sees_one_changed_byte(issued, tmp_path):
    pdf = bytearray(paper_of(issued))
    pdf[1000] ^= 1

    seen = seen_by_pdfsig(bytes(pdf), tmp_path)

    assert "Signature is Valid" not in seen


@pdfsig
def test_what_is_added_behind_the_signature_is_seen(issued, tmp_path):
    seen = seen_by_pdfsig(paper_of(issued) + b"\n% more\n", tmp_path)

    assert "Total document signed" not in seen


def test_the_paper_is_accessible_and_says_what_it_is(issued):
    reader = pypdf.PdfReader(io.BytesIO(paper_of(issued)))
    root = reader.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("ja")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == "り災証明書"
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part\W+1\b", metadata)


def test_the_text_of_the_page_is_what_was_ordered(issued):
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper_of(issued))).pages)

    for said in ("試験 太郎1", "凪浜市港町1番地", "令和8年10月の台風", "半壊", "8凪土第1号", "様式第3号（第6条関係）"):
        assert said in text


def test_the_fictional_citys_key_is_made_once_and_readable_by_its_owner_alone(house, settings, tmp_path):
    settings.DOCUMENT_SIGNER_ROOT = tmp_path / "signer"

    first, second = the_signer(now()), the_signer(now())

    (path,) = (tmp_path / "signer").iterdir()
    assert first.certificate == second.certificate
    assert first.is_sample
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.certificate.issuer == first.chain[0].subject


# ---- a city's own key -----------------------------------------------------------------------------------------------


def a_certificate_for(key, *, days=365, usage=None):
    start = now() - timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(new_name("試験市", "試験市長"))
        .issuer_name(new_name("試験市", "試験市長"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )
    if usage:
        builder = builder.add_extension(key_usage(**usage), critical=True)
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def write_p12(path, key, certificate, password=b"secret"):
    sealed = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, sealed))
    return path


def write_pem(path, key, certificate):
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    return path


@pdfsig
@pytest.mark.parametrize("ending", ["p12", "pem"])
def test_a_citys_own_key_on_an_elliptic_curve_signs_too(doboku, clerk, settings, tmp_path, ending):
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = a_certificate_for(key, usage={"content_commitment": True})
    path = tmp_path / f"signer.{ending}"
    write_pem(path, key, certificate) if ending == "pem" else write_p12(path, key, certificate)
    settings.DOCUMENT_SIGNER, settings.DOCUMENT_SIGNER_PASSWORD = path, "" if ending == "pem" else "secret"

    document = issue_order(a_certificate(), section=doboku, viewer=clerk, at=now())

    assert "Signature is Valid" in seen_by_pdfsig(paper_of(document), tmp_path)
    text = pypdf.PdfReader(io.BytesIO(paper_of(document))).pages[0].extract_text()
    assert "見本（架空" not in text


def test_a_wrong_password_is_named(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    path = write_p12(tmp_path / "x.p12", key, a_certificate_for(key))

    with pytest.raises(NoSigner, match="TODOKE_DOCUMENT_SIGNER_PASSWORD"):
        signer_of(path, "wrong")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NoSigner, match="読めません"):
        signer_of(tmp_path / "nothing.p12", "")


def test_a_key_without_its_certificate_is_refused(tmp_path):
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    path = write_pem(tmp_path / "x.pem", key, a_certificate_for(other))

    with pytest.raises(NoSigner, match="鍵に合う証明書"):
        signer_of(path, "")


def test_a_key_of_another_kind_is_refused(tmp_path):
    key = ed25519.Ed25519PrivateKey.generate()
    path = write_pem(tmp_path / "x.pem", key, a_certificate_for(key))

    with pytest.raises(NoSigner, match="RSA"):
        signer_of(path, "")


@pytest.mark.parametrize(("days", "usage", "says"), [(0.5, None, "有効期間"), (30, {"key_agreement": True}, "鍵用途")])
def test_a_certificate_that_is_not_fit_is_refused(tmp_path, days, usage, says):
    key = ec.generate_private_key(ec.SECP256R1())
    signer = signer_of(write_pem(tmp_path / "x.pem", key, a_certificate_for(key, days=days, usage=usage)), "")

    with pytest.raises(NoSigner, match=says):
        refuse_unfit(signer, now())


def test_a_signer_travels_to_a_worker_and_back(house):
    signer = the_signer(now())

    assert unpacked(packed(signer, "word"), "word").certificate == signer.certificate


class TestTheDoctor:
    def test_is_content_with_the_fictional_city(self, house):
        assert Signature().run().verdict == "ok"

    def test_misses_the_key_of_a_real_city(self, house):
        City.objects.update(sample=False)

        assert Signature().run().verdict == "failure"

    def test_warns_two_months_before_the_end(self, house, settings, tmp_path):
        key = ec.generate_private_key(ec.SECP256R1())
        settings.DOCUMENT_SIGNER = write_pem(tmp_path / "x.pem", key, a_certificate_for(key, days=40))

        assert Signature().run().verdict == "warning"

    def test_is_content_with_a_citys_own_key(self, house, settings, tmp_path):
        key = ec.generate_private_key(ec.SECP256R1())
        settings.DOCUMENT_SIGNER = write_pem(tmp_path / "x.pem", key, a_certificate_for(key, days=400))

        assert Signature().run().verdict == "ok"


# ---- time stamps ----------------------------------------------------------------------------------------------------


class Through(timestamps.Authority):
    """Asks the simulated authority in this process."""

    def _ask(self, query):
        answer = Client().post("/simulators/timestamps/", query, content_type=timestamps.QUERY)
        assert answer.status_code == 200
        return timestamps.tsp.TimeStampResp.load(answer.content)


def test_with_an_authority_the_signature_carries_a_time_stamp(doboku, clerk, settings, monkeypatch):
    settings.TIMESTAMPS = "http://127.0.0.1:1/"
    monkeypatch.setattr("todoke.shared.documents.actions.issuing.Authority", Through)

    document = issue_order(a_certificate(), section=doboku, viewer=clerk, at=now())

    reader = pypdf.PdfReader(io.BytesIO(paper_of(document)))
    field = reader.trailer["/Root"]["/AcroForm"]["/Fields"][0].get_object()["/V"]
    content = cms.ContentInfo.load(bytes(field["/Contents"]).rstrip(b"\x00") + b"\x00")["content"]
    kinds = [each["type"].native for each in content["signer_infos"][0]["unsigned_attrs"]]
    assert document.has_timestamp
    assert kinds == ["signature_time_stamp_token"]


def test_an_authority_that_is_away_leaves_no_number(doboku, clerk, settings):
    settings.TIMESTAMPS = "http://127.0.0.1:9/"

    with pytest.raises(CannotIssueNow):
        issue_order(a_certificate(), section=doboku, viewer=clerk, at=now())

    assert not DocumentNumber.objects.exists()


@pytest.mark.parametrize(("content", "kind", "status"), [(b"x", "text/plain", 415), (b"x", timestamps.QUERY, 400)])
def test_the_simulated_authority_refuses_what_is_no_query(content, kind, status):
    assert Client().post("/simulators/timestamps/", content, content_type=kind).status_code == status


def test_a_certificate_reads_the_same_in_both_libraries(house):
    certificate = the_signer(now()).certificate

    assert as_asn1(certificate).serial_number == certificate.serial_number
