"""Looking at a printed page: where there is ink. PNG as typst writes it (8 bits, RGB or RGBA, not interlaced)."""

import struct
import zlib
from itertools import pairwise


def darkness(png: bytes) -> list[list[bool]]:
    """For each row of the picture, which of its dots are dark. Source: PNG (ISO/IEC 15948), 9: filters."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8
    step = {0: 1, 2: 3, 6: 4}[kind]
    data, at = b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        if name == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(data), width * step
    rows = [bytes(stride)]
    for number in range(height):
        line = raw[number * (stride + 1) : (number + 1) * (stride + 1)]
        rows.append(_unfiltered(line[0], line[1:], rows[-1], step))
    return [[row[x * step] < 128 for x in range(width)] for _before, row in pairwise(rows)]


def _unfiltered(way: int, line: bytes, above: bytes, step: int) -> bytes:
    found = bytearray(line)
    for i, value in enumerate(line):
        left = found[i - step] if i >= step else 0
        up, corner = above[i], above[i - step] if i >= step else 0
        found[i] = (value + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[way]) % 256
    return bytes(found)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def inked_edges(png: bytes, *, share: float = 0.05) -> set[str]:
    """On which edges of the page, a twentieth of it wide, there is ink."""
    dots = darkness(png)
    high, wide = int(len(dots) * share), int(len(dots[0]) * share)
    strips = {
        "top": dots[:high],
        "bottom": dots[-high:],
        "left": [row[:wide] for row in dots],
        "right": [row[-wide:] for row in dots],
    }
    return {name for name, strip in strips.items() if any(any(row) for row in strip)}
