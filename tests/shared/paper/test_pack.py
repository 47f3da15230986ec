import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.shared.paper.editions import an_edition
from todoke.shared.messaging.types import Mode
from todoke.shared.paper.keeping import as_json
from todoke.shared.paper.pack import sheets_of, zipped
from todoke.shared.paper.papers import Place

SITE = "https://www.city.example.jp"
ROOT = Path(__file__).resolve().parents[3]
ALONE = {
    "0-first.txt",
    "1-fax.pdf",
    "2-poster.pdf",
    "2-poster-en.pdf",
    "2-poster-ja-easy.pdf",
    "3-bulletin.pdf",
    "4-reading.pdf",
    "5-dictation.pdf",
    "6-courier.pdf",
    "edition.json",
    "qr.svg",
}


def test_the_pack_has_every_sheet_and_is_the_same_to_the_byte_every_time():
    edition = an_edition(mode=Mode.EXERCISE)
    sheets = sheets_of(edition, [Place("公民館", "玄関")], site=SITE)

    first, second = zipped(edition, sheets), zipped(edition, sheets_of(edition, [Place("公民館", "玄関")], site=SITE))

    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert set(archive.namelist()) == ALONE
        assert "【訓練】" in archive.read("0-first.txt").decode().splitlines()[0]


def test_a_machine_without_database_and_network_prints_from_a_file_within_a_minute(tmp_path):
    (tmp_path / "edition.json").write_bytes(as_json(an_edition()))
    began = time.monotonic()

    done = subprocess.run(
        [
            *(sys.executable, "-m", "todoke.project.cli", "print"),
            *("--from-file", str(tmp_path / "edition.json"), "--to", str(tmp_path / "paper")),
        ],
        # Nobody listens there: whoever asked the database would fail.
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
            "TODOKE_VAR": str(tmp_path / "var"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "paper").iterdir()} == ALONE
    assert all(path.read_bytes()[:5] == b"%PDF-" for path in (tmp_path / "paper").glob("*.pdf"))
    assert time.monotonic() - began < 60


@pytest.mark.django_db
def test_an_edition_that_is_not_there_is_refused_with_how_to_find_it(tmp_path):
    with pytest.raises(CommandError, match="発信の記録"):
        call_command("print", "latest", to=tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "edition.json").write_bytes(as_json(an_edition()))
    (tmp_path / "a file").write_text("")

    with pytest.raises(CommandError, match="a file"):
        call_command("print", from_file=tmp_path / "edition.json", to=tmp_path / "a file")
