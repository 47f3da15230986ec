"""Documents: what one costs, and how many leave a minute when a disaster asks for 10,000 certificates.

`TODOKE_BENCH_DOCUMENTS` says how many (10,000); `TODOKE_BENCH_WORKERS` how many worker processes (one for each core).
"""

import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from bench._database import own_database

GOAL_A_MINUTE = 600
SINGLE = 20
SAMPLE_CITY = Path(__file__).resolve().parents[1] / "city" / "sample"


def measure() -> Iterator[dict[str, Any]]:
    """The parts of one document, then the batch."""
    from django.test.utils import override_settings

    with (
        own_database("documents"),
        tempfile.TemporaryDirectory(prefix="todoke-bench-documents-") as folder,
        override_settings(FILES_ROOT=Path(folder) / "files", DOCUMENT_SIGNER=None),
    ):
        yield from _measured()


def _measured() -> Iterator[dict[str, Any]]:
    from todoke.base.clock import now
    from todoke.shared.documents.actions import issuing
    from todoke.shared.documents.actions.batch import Progress, issue_many
    from todoke.shared.documents.composing import paper
    from todoke.shared.documents.signing.house import the_signer
    from todoke.shared.documents.signing.pades import sign

    section, viewer = _city()
    at = now()
    signer = the_signer(at)
    sound = issuing.check(_order(0), section=section, viewer=viewer, at=at)
    number = type("Number", (), {"text": "8凪土第1号"})()
    composition = issuing.compose(sound, number, 1, is_sample=True)  # type: ignore[arg-type]
    yield _line("one certificate set by typst (PDF/UA-1)", lambda: paper(composition, at=at))
    pdf = paper(composition, at=at)
    yield _line("one certificate signed (PAdES B-B, room reserved, key kept)", lambda: sign(pdf, signer, reason="x"))
    yield _line("the same as pyHanko does it unasked", lambda: _signed_plainly(pdf, signer), turns=3)

    count = int(os.environ.get("TODOKE_BENCH_DOCUMENTS", "10000"))
    workers = int(os.environ.get("TODOKE_BENCH_WORKERS", "0")) or os.cpu_count() or 1
    started = time.perf_counter()

    def tell(progress: Progress) -> None:
        pace = progress.done / (time.perf_counter() - started) * 60
        print(f"{progress.done:>6} of {count}, {pace:.0f} a minute", file=sys.stderr, flush=True)

    progress = issue_many(
        (_order(each) for each in range(1, count + 1)),
        section=section,
        viewer=viewer,
        at=at,
        tell=tell,
        workers=workers,
    )
    pace = progress.issued / (time.perf_counter() - started) * 60
    yield {
        "name": f"certificates issued a minute, {count} with number, seal, signature and file",
        "value": round(pace),
        "unit": "1/min",
        "goal": GOAL_A_MINUTE,
        "holds": pace >= GOAL_A_MINUTE and not progress.refused,
        "workers": workers,
        "cores": os.cpu_count(),
    }


def _signed_plainly(pdf: bytes, signer: Any) -> None:
    import io

    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.keys import load_private_key_from_pemder_data
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from todoke.shared.documents.signing.keys import as_asn1

    raw = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    plain = signers.SimpleSigner(
        signing_cert=as_asn1(signer.certificate),
        signing_key=load_private_key_from_pemder_data(raw, None),
        cert_registry=SimpleCertificateStore(),
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="x", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, plain)


def _line(name: str, act: Any, turns: int = SINGLE) -> dict[str, Any]:
    act()
    times = []
    for _turn in range(turns):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return {
        "name": name,
        "value": round(median(times), 1),
        "unit": "ms",
        "runs": {"min": round(min(times), 1), "median": round(median(times), 1), "max": round(max(times), 1)},
    }


def _city() -> tuple[Any, Any]:
    """The fictional city's letters and seals, and somebody who may issue."""
    from todoke.ground.people.models import Account, Section
    from todoke.ground.people.rules import Viewer
    from todoke.ground.places.models import City
    from todoke.ground.places.registry import LoadReport
    from todoke.shared.documents.city import DocumentsPart

    City.objects.create(pk=1, name="凪浜市", code="992011", sample=True)
    with (SAMPLE_CITY / "sections.csv").open(encoding="utf-8") as table:
        keys = [row["key"] for row in csv.DictReader(table)]
    Section.objects.bulk_create(Section(key=key, name=key, reading=key, name_en=key) for key in keys)
    report = LoadReport(SAMPLE_CITY)
    DocumentsPart().load(SAMPLE_CITY, report)
    assert not report.faults, report.faults
    account = Account.objects.create(login_name="bench", name="計測")
    grants = frozenset({("documents.issue", "kikikanri")})
    return Section.objects.get(key="kikikanri"), Viewer(account.pk, "計測", 1, frozenset({"kikikanri"}), grants)


def _order(number: int) -> Any:
    from todoke.shared.documents.actions.issuing import Order

    return Order(
        letter="risai-shomei",
        facts={
            "applicant.name": f"計測　太郎{number}",
            "applicant.address": f"凪浜市港町{number % 9 + 1}丁目{number}番地",
            "cause": f"令和8年{date(2026, 10, 4).month}月の台風",
            "place": f"凪浜市港町{number % 9 + 1}丁目{number}番地",
            "degree": ("全壊", "大規模半壊", "半壊", "準半壊")[number % 4],
            "house": ("持家", "借家")[number % 2],
        },
        subject=("bench.household", str(number)),
        seal="shomei-senyo",
    )
