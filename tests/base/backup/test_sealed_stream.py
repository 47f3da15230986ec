import io
import tracemalloc

import pytest

from todoke.base.backup.sealed_stream import CHUNK_BYTES, HEADER_BYTES, TAG_BYTES, SealedReader, SealedWriter
from todoke.base.backup.trouble import Damaged

SECRET = "a" * 60
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(content: bytes, secret: str = SECRET) -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, secret)
    # In pieces that fit no chunk.
    for start in range(0, len(content), 700_001):
        writer.write(content[start : start + 700_001])
    writer.close()
    return target.getvalue()


def opened(stream: bytes, secret: str = SECRET) -> bytes:
    with SealedReader(io.BytesIO(stream), secret) as reader:
        found = b""
        while not reader.is_at_its_end():
            found += reader.read(1)
        return found


def read_all(stream: bytes, size: int, secret: str = SECRET) -> bytes:
    with SealedReader(io.BytesIO(stream), secret) as reader:
        content = reader.read(size)
        assert reader.is_at_its_end()
        return content


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3_333_333])
def test_what_was_sealed_comes_back(size):
    content = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
    content = content[:size]

    assert read_all(sealed(content), size) == content


def test_nothing_of_the_content_shows_and_two_files_share_nothing():
    content = b"a resident's address" * 1000

    one, two = sealed(content), sealed(content)

    assert b"resident" not in one
    assert one[HEADER_BYTES : HEADER_BYTES + 64] != two[HEADER_BYTES : HEADER_BYTES + 64]


@pytest.mark.parametrize("place", [HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + SEALED_CHUNK + 5, -1])
def test_a_single_bit_that_was_flipped_is_found(place):
    stream = bytearray(sealed(b"x" * (2 * CHUNK_BYTES + 10)))
    stream[place] ^= 1

    with pytest.raises(Damaged, match="壊れている"):
        read_all(bytes(stream), 2 * CHUNK_BYTES + 10)


@pytest.mark.parametrize("left", [HEADER_BYTES, HEADER_BYTES + SEALED_CHUNK, HEADER_BYTES + SEALED_CHUNK + 100, -1])
def test_a_file_that_was_cut_off_is_found_also_between_two_chunks(left):
    stream = sealed(b"x" * (2 * CHUNK_BYTES + 10))

    with pytest.raises(Damaged):
        read_all(stream[:left], 2 * CHUNK_BYTES + 10)


def chunks(stream: bytes) -> list[bytes]:
    body = stream[HEADER_BYTES:]
    return [body[start : start + SEALED_CHUNK] for start in range(0, len(body), SEALED_CHUNK)]


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 1, 2), (0, 2), (0, 1, 2, 2), (0, 1)])
def test_chunks_that_were_exchanged_repeated_or_left_out_are_found(order):
    stream = sealed(b"x" * (2 * CHUNK_BYTES + 10))
    parts = chunks(stream)

    with pytest.raises(Damaged):
        opened_whole(stream[:HEADER_BYTES] + b"".join(parts[number] for number in order))


def opened_whole(stream: bytes) -> None:
    with SealedReader(io.BytesIO(stream), SECRET) as reader:
        reader.read(2 * CHUNK_BYTES + 10)
        reader.is_at_its_end()


def test_a_chunk_of_another_file_of_the_same_key_does_not_open():
    one, two = sealed(b"x" * (CHUNK_BYTES + 1)), sealed(b"y" * (CHUNK_BYTES + 1))

    with pytest.raises(Damaged):
        read_all(one[:HEADER_BYTES] + chunks(two)[0] + chunks(one)[1], CHUNK_BYTES + 1)


def test_what_was_added_behind_the_end_is_found():
    with pytest.raises(Damaged):
        read_all(sealed(b"x" * 10) + b"more", 10)


def test_another_key_is_told_by_its_name():
    with pytest.raises(Damaged, match=r"別の鍵で作られた.*TODOKE_BACKUP_KEY"):
        read_all(sealed(b"x"), 1, "b" * 60)


def test_a_file_of_another_kind_is_told():
    with pytest.raises(Damaged, match="Todoke のバックアップではない"):
        read_all(b"PGDMP" * 30, 1)


def test_reading_beyond_the_end_is_found():
    with (
        pytest.raises(Damaged, match="途中で終わっています"),
        SealedReader(io.BytesIO(sealed(b"abc")), SECRET) as stream,
    ):
        stream.read(4)


def test_memory_stays_flat_however_much_passes():
    class Nowhere(io.RawIOBase):
        def write(self, content):
            return len(content)

    writer = SealedWriter(Nowhere(), SECRET)
    piece = b"x" * CHUNK_BYTES
    tracemalloc.start()
    for _ in range(48):
        writer.write(piece)
    writer.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * CHUNK_BYTES
