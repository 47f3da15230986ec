import io

import pytest

from todoke.base.backup.parts import BEGIN, HEAD, PartsReader, PartsWriter
from todoke.base.backup.sealed_stream import SealedReader, SealedWriter
from todoke.base.backup.trouble import Damaged

SECRET = "k" * 60


def written(*, close: bool = True, count: int | None = None) -> bytes:
    target = io.BytesIO()
    stream = SealedWriter(target, SECRET)
    parts = PartsWriter(stream, {"form": 1, "city": "長浜"})
    parts.begin("database")
    parts.piece(b"abc")
    parts.piece(b"def")
    parts.end()
    parts.begin("files/room/one")
    parts.end()
    if count is not None:
        parts._count = count
    if close:
        parts.close({"missing": []})
    else:
        stream.close()
    return target.getvalue()


def read(content: bytes) -> dict[str, bytes]:
    with SealedReader(io.BytesIO(content), SECRET) as stream:
        reader = PartsReader(stream)
        assert reader.manifest["city"] == "長浜"
        return {name: b"".join(reader.pieces()) for name in reader.parts()}


def test_parts_come_back_in_order_with_their_bytes():
    assert read(written()) == {"database": b"abcdef", "files/room/one": b""}


def test_a_part_that_was_left_out_is_found():
    with pytest.raises(Damaged, match="数が合いません"):
        read(written(count=3))


def test_a_backup_that_was_never_finished_is_found():
    with pytest.raises(Damaged):
        read(written(close=False))


def test_a_sum_that_does_not_fit_is_found():
    target = io.BytesIO()
    stream = SealedWriter(target, SECRET)
    parts = PartsWriter(stream, {"city": "長浜"})
    parts.begin("database")
    parts.piece(b"abc")
    parts._digest.update(b"!")
    parts.end()
    parts.close({})

    with pytest.raises(Damaged, match="照合値"):
        read(target.getvalue())


def test_a_record_out_of_turn_is_found():
    target = io.BytesIO()
    stream = SealedWriter(target, SECRET)
    stream.write(HEAD.pack(BEGIN, 4) + b"name")
    stream.close()

    with pytest.raises(Damaged, match="並び"):
        read(target.getvalue())
