"""What was purged is nowhere: no table, no file, no log, no key, and not in a backup of before that is restored."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.canary import in_files, in_tables, new_word
from tests.houses import House, database, usual_server

pytestmark = pytest.mark.faults

# A room of letters in a few lines, in a process of the house: a row in clear, a sealed answer, a sealed file.
ROOM = """
import sys
from datetime import date, datetime, timezone
from pathlib import Path
import time_machine
from django.conf import settings
from django.db import connection
from todoke.ground.audit.actions import record
from todoke.ground.files.actions import store
from todoke.ground.files.models import Document
from todoke.ground.looks.actions import record_look
from todoke.ground.retention.actions import custody, keys, purging
from todoke.ground.retention.models import Custody, Gone, PurgeRun, RetentionClass
from todoke.ground.retention.queries import custody_of
from todoke.ground.retention.registry import Shredded, shredders

MAY = datetime(2026, 5, 10, 3, tzinfo=timezone.utc)
APRIL = datetime(2032, 3, 31, 15, tzinfo=timezone.utc)

class Letters:
    key, target_type = "test.letters", "test.letter"
    def targets(self, target_type, key):
        return [("test.attachment", key)]
    def shred(self, target_type, key):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM test_letter WHERE number = %s RETURNING number", [int(key)])
            rows = [str(number) for (number,) in cursor.fetchall()]
        mine = Document.objects.filter(name=f"letter-{key}")
        names = list(mine.values_list("sha256", flat=True))
        mine.delete()
        for name in names:
            (Path(settings.FILES_ROOT) / name[:2] / name).unlink(missing_ok=True)
        return [Shredded("test.Letter", rows), Shredded("files on disk", names)]

class Clerk:
    account_id, name, section_keys = 12, "clerk", frozenset({"kiki"})

shredders.register(Letters())
"""

WRITE = """
word = sys.argv[1].encode()
RetentionClass.objects.create(code="y5", name="5", years=5, counts_from="fiscal_year", then="delete", basis="b")
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE test_letter (number bigint PRIMARY KEY, subject text, answer bytea)")
with time_machine.travel(MAY, tick=False):
    for number, text in ((1, word), (2, b"kept")):
        made = custody.take(("test.letter", number), "y5", at=MAY)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO test_letter VALUES (%s, %s, %s)",
                           [number, text.decode(), made.seal(text, context=b"answer")])
        store(made.seal(text, context=b"file"), name=f"letter-{number}")
        record("test.written", on=("test.letter", number), by="test", after={"subject": text.decode()})
        record("test.attached", on=("test.attachment", number), by="test", after={"text": text.decode()})
        record_look(Clerk(), ("test.letter", number), of_person="p1", what="x", purpose="looks.asked",
                    note=text.decode(), at=MAY)
"""

PURGE = """
with time_machine.travel(APRIL, tick=False):
    custody.close(custody_of(("test.letter", 1)), date(2026, 5, 10))
    run = purging.approve_purge(purging.propose_purge(by="one", at=APRIL), by="two", at=APRIL)
    assert purging.carry_out(run, at=APRIL)
    print(PurgeRun.objects.get().certificate)
"""

TRY_TO_READ = """
from todoke.ground.retention import keystore
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
def answer(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM test_letter WHERE number = %s", [number])
        return bytes(cursor.fetchone()[0])
try:
    custody_of(("test.letter", 1)).open(answer(1), context=b"answer")
    print("READ")
except Gone:
    print("gone")
lost = custody_of(("test.letter", 1))
for identifier in keystore.identifiers():
    _about, secret = keystore.read(identifier)
    wrapped = bytes(lost.wrapped_key)
    try:
        AESGCM(secret).decrypt(wrapped[:12], wrapped[12:], lost.pk.bytes)
        print("READ")
    except Exception:
        print("useless")
print(custody_of(("test.letter", 2)).open(answer(2), context=b"answer").decode())
"""

GO_ON = """
from todoke.base.backup.setbacks import open_setbacks, resume
for each in open_setbacks():
    resume(each, by="test", at=APRIL, send=False)
with time_machine.travel(APRIL, tick=False):
    assert purging.carry_out(PurgeRun.objects.get(kind="again"), at=APRIL)
"""


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[tuple[House, House]]:
    """A house, and another one with nothing in it; both use one key store."""
    name = f"{settings.DATABASES['default']['NAME']}_canary"
    server = usual_server()
    more = {
        "TODOKE_BACKUP_KEY": "k" * 60,
        "TODOKE_SEAL_KEYS": "s" * 60,
        "TODOKE_KEY_STORE": str(tmp_path / "store"),
    }
    with database(server, name), database(server, f"{name}_2"):
        yield House(tmp_path / "var", server, name, more), House(tmp_path / "var2", server, f"{name}_2", dict(more))


def test_no_canary_is_left_not_even_in_a_backup_of_before(houses, tmp_path):
    house, other = houses
    word = new_word()
    house.run("migrate", "--no-input")
    house.inside(ROOM + WRITE, word)
    seen_before = in_tables(house.ask, word)
    house.run("backup", str(tmp_path / "before.backup"))

    certificate = house.inside(ROOM + PURGE)

    assert seen_before == ["audit_entry", "looks_look", "test_letter"]
    assert in_tables(house.ask, word) == []
    assert in_files([house.var, tmp_path / "store"], word) == []
    assert word not in certificate
    assert house.run("audit", "verify").returncode == 0

    said = other.run("restore", str(tmp_path / "before.backup")).stdout
    read = other.inside(ROOM + TRY_TO_READ).split()
    in_clear = in_tables(other.ask, word)
    other.inside(ROOM + GO_ON)

    assert "再び廃棄します" in said
    assert "READ" not in read
    assert read[0] == "gone"
    assert "useless" in read
    assert read[-1] == "kept", "what was not purged opens, though its key was destroyed since the backup"
    assert in_clear == seen_before
    assert in_tables(other.ask, word) == []
    assert in_files([other.var, tmp_path / "store"], word) == []
