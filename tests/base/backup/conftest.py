"""A house with a handful of rows and documents, and databases made from it as from a mould."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.houses import House, database, usual_server

DOCUMENTS = (b"<?xml version='1.0'?><Report/>", "川の水位".encode(), b"\x00" * 200_000)


def put_document(house: House, content: bytes) -> str:
    """A document as the files room keeps it."""
    digest = hashlib.sha256(content).hexdigest()
    path = house.var / "files" / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    house.ask(
        "INSERT INTO files_document (sha256, size_bytes, media_type, name, stored_at) VALUES (%s, %s, 'x', 'x', now())",
        digest,
        len(content),
    )
    return digest


@pytest.fixture(scope="package")
def mould(tmp_path_factory) -> Iterator[House]:
    """A house whose tables are laid out; its database is copied, never changed."""
    # The name of the database of these tests keeps two runs on one server apart.
    name = f"{settings.DATABASES['default']['NAME']}_mould"
    server = usual_server()
    with database(server, name):
        house = House(tmp_path_factory.mktemp("mould"), server, name, {"TODOKE_BACKUP_KEY": "k" * 60})
        house.run("migrate", "--no-input")
        yield house


@pytest.fixture
def house(mould: House, tmp_path: Path) -> Iterator[House]:
    """A house of its own for one test, with rows and documents."""
    with database(mould.server, f"{mould.name}_house", template=mould.name) as name:
        made = House(tmp_path / "var", mould.server, name, dict(mould.more))
        for content in DOCUMENTS:
            put_document(made, content)
        yield made


@pytest.fixture
def empty(mould: House, tmp_path: Path) -> Iterator[House]:
    """Another house with nothing in it, into which a backup is restored."""
    with database(mould.server, f"{mould.name}_empty") as name:
        yield House(tmp_path / "other-var", mould.server, name, dict(mould.more))
