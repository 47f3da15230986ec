"""A My Number is found in any text, however it is written; what only looks a little like one is let through."""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import todoke
from todoke.base.codes.my_number import (
    Span,
    check_digit,
    find_my_number,
    holds_my_number,
    invent,
    is_right,
    scan_text,
    without_my_numbers,
)

NUMBER = "123456789018"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")


def fours(number, sign):
    return sign.join((number[:4], number[4:8], number[8:]))


# However people write twelve digits; each is tried with thousands of numbers here and at the door of the house.
NOTATIONS = {
    "plain": str,
    "full width": lambda number: number.translate(FULL_WIDTH),
    "blanks": lambda number: fours(number, " "),
    "ideographic blanks": lambda number: fours(number.translate(FULL_WIDTH), "\u3000"),
    "hyphens": lambda number: fours(number, "-"),
    "full-width hyphens": lambda number: fours(number.translate(FULL_WIDTH), "－"),
    "long-vowel signs": lambda number: fours(number, "ー"),
    "hyphens among blanks": lambda number: fours(number, " – "),
    "dots": lambda number: fours(number, "."),
    "middle dots": lambda number: fours(number, "・"),
    "slashes": lambda number: fours(number, "/"),
    "underscores": lambda number: fours(number, "_"),
    "lines": lambda number: fours(number, "\r\n"),
    "boxes": " ".join,
    "in a sentence": lambda number: f"私の番号は{number.translate(FULL_WIDTH)}です。電話は022-261-1111です。",
}


@pytest.mark.parametrize("number", ["123456789018", "987654321093", "111111111118", "200000000000"])
def test_the_published_check_digits(number):
    assert check_digit(number[:11]) == number[11]
    assert is_right(number)


@pytest.mark.parametrize("number", ["123456789012", "123456789010", "000000000000"])
def test_another_check_digit_and_all_zeros_are_nobody_s(number):
    assert not is_right(number)


def test_a_tenth_of_all_numbers_pass():
    random = Random(11)

    passing = sum(is_right(f"{random.randrange(10**12):012}") for _ in range(20_000))

    # r = 0 and r = 1 share the digit 0, every other has one of its own.
    assert 0.09 < passing / 20_000 < 0.11


@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS)
def test_five_thousand_numbers_are_found_in_every_notation(notation):
    random = Random(85)

    missed = [number for number in (invent(random) for _ in range(5_000)) if not holds_my_number(notation(number))]

    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        NUMBER.translate(CIRCLED),
        NUMBER.translate(ARABIC),
        NUMBER.translate(KANJI),
        fours(NUMBER.translate(KANJI), "・"),
        fours(NUMBER, "一"),
        fours(NUMBER, "\u200b"),
        fours(NUMBER, "\u00ad"),
        fours(NUMBER, "\t"),
        fours(NUMBER, "\u2028"),
        fours(NUMBER, " -\u200b "),
        "\ufe0f\u20e3".join(NUMBER) + "\ufe0f\u20e3",
        "123456 789018",
        "123456\n789018",
        "1234\n56789018",
        "12345678\n9018",
        "123 456 789 018",
        "12-34-56-78-90-18",
        "12345678-9018",
        "12345-6789018",
        "1234-5678 9018",
        "1234-5678\n9018",
        "12 34-56 78-90 18",
        "A123456789018Z",
        "mynumber-1234-5678-9018",
        "0225-82-1111\n1234-5678-9018\n",
        "022-261-1111 1234-5678-9018",
        "1234-5678-9018 022-261-1111",
        "1234 5678 9018 022-261-1111",
        "0222611111 123456789018",
        "1234 5678 9018 0225",
        "0225 1234 5678 9018",
        "12 34 56 78 90 18 555",
        "5 123 456 789 018 5",
        "123456-789018-1",
        "1 2 3 4 5 6 7 8 9 0 1 8 777",
        "名,1234 5678 9018,x",
        "123456.789.018",
        "1234.5678.9018",
        "12345678901８",
        "abcdef 123456789018 abcdef0123456789abcdef",
        "00000000000000000000000a123456789018",
    ],
)
def test_a_number_is_found(text):
    spans = find_my_number(text)

    assert len(spans) == 1
    covered = without_my_numbers(text, "X")
    assert covered == text[: spans[0].start] + "X" + text[spans[0].end :]
    assert not holds_my_number(covered)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "山田太郎 仙台市青葉区国分町3-7-1",
        "123456789012",
        "0000 0000 0000",
        "7123456789012",
        "1123456789018",
        "1234567890181",
        "123,456,789,018円",
        "2026-11-21 12:34:56",
        "2026-11-21-0015",
        "2026/11/21/0015",
        "2026-11-21 0015",
        "4111 1111 1111 1111",
        "192.168.100.202",
        "12 192.168.100.202",
        "123456.789018",
        "12.345678.901234",
        "38.2682 140.863",
        "12:34:56:78:90:18",
        "3f0c2f0e-3a52-4d5e-9a2c-123456789018",
        "12345678-9018-4a5b-9a2c-0b6f1f6c9d11",
        "ab123456789018cdef0123456789abcd",
        "2021 2022 2023 2024 2025 2026 2027",
        "1001\n1002\n1003\n1004\n1005\n1006\n1007",
        "1001\t1002\t1003\t1004\t1005\t1006",
        "1234 5678 901",
        "1234 5678  ―  9018 です",
        "1234と5678と9018",
        "1234----5678----9018",
        "1234-/5678-/9018",
        "12一34",
        "022-261-1111 022-261-1112",
    ],
)
def test_what_is_no_number_is_let_through(text):
    assert find_my_number(text) == []
    assert without_my_numbers(text) == text


def is_card(digits):
    return sum(int(d) if i % 2 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(digits)) % 10 == 0


def right(digits):
    assert is_right(digits.replace("-", "").replace(".", "").replace(" ", "")), digits
    return digits


def test_the_exceptions_hold_for_numbers_with_the_right_check_digit():
    # Each of these would be found, were it not for the rule that lets it through.
    date = next(f"2026-11-21-{n:04}" for n in range(10_000) if is_right(f"20261121{n:04}"))
    address = next(f"192.168.100.{n}" for n in range(100, 256) if is_right(f"192168100{n}"))
    decimal = right("123456.789018")
    columns = next(
        f"2021 2022 {n} 2024 2025" for n in range(1000, 9999) if is_right(f"20212022{n}") and is_right(f"{n}20242025")
    )
    lines = next(f"2021\n2022\n{n}\n2024" for n in range(1000, 9999) if is_right(f"20212022{n}"))
    card = next(f"1234 5678 9018 {n:04}" for n in range(10_000) if is_card(f"123456789018{n:04}"))

    for text in (date, address, decimal, columns, lines, card):
        assert find_my_number(text) == [], text


def test_no_date_and_no_address_are_exceptions_any_more():
    no_month = next(f"2026-13-21-{n:04}" for n in range(10_000) if is_right(f"20261321{n:04}"))
    no_day = next(f"2026-12-32-{n:04}" for n in range(10_000) if is_right(f"20261232{n:04}"))
    old = next(f"1867-12-31-{n:04}" for n in range(10_000) if is_right(f"18671231{n:04}"))
    no_address = next(f"192.168.100.{n}" for n in range(256, 1000) if is_right(f"192168100{n}"))

    for text in (no_month, no_day, old, no_address):
        assert holds_my_number(text), text


def test_four_groups_are_looked_at_from_both_ends():
    # Beside a fourth group with which it is neither a card's number nor another My Number.
    after = next(n for n in range(1000, 9999) if not is_right(f"56789018{n}") and not is_card(f"{NUMBER}{n}"))
    before = next(n for n in range(1000, 9999) if not is_right(f"{n}12345678") and not is_card(f"{n}{NUMBER}"))
    first, last = f"1234 5678 9018 {after}", f"{before} 1234 5678 9018"

    assert find_my_number(first) == [Span(0, 14)]
    assert find_my_number(last) == [Span(5, 19)]


def test_every_number_of_a_text_is_found_with_its_line():
    text = f"氏名,番号\n山田,{NUMBER}\r\n佐藤,なし\n鈴木,{fours(NUMBER, '-')}\n"

    assert [(span.line, text[span.start : span.end]) for span in find_my_number(text)] == [
        (2, NUMBER),
        (4, fours(NUMBER, "-")),
    ]


def test_two_that_overlap_are_covered_together():
    third = next(f"{n:04}" for n in range(10_000) if is_right(f"56789018{n:04}"))

    text = f"1234 5678 9018 {third}"

    assert without_my_numbers(text, "X") == "X"


def test_a_number_and_its_double_are_two():
    assert len(find_my_number(f"{NUMBER}、{NUMBER}")) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp"])
def test_a_file_of_text_is_read_in_any_encoding(encoding):
    data = f"氏名,番号\n山田,{NUMBER}\n".encode(encoding)

    assert [span.line for span in scan_text(data)] == [2]


def test_a_file_in_full_width_is_read_in_cp932():
    assert scan_text(f"山田、{NUMBER.translate(FULL_WIDTH)}".encode("cp932"))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_failing(data):
    scan_text(data)


@given(st.text(max_size=200))
def test_any_text_is_covered_so_that_nothing_is_left(text):
    assert not holds_my_number(without_my_numbers(text, "x"))


DIGITS_AND_SIGNS = st.text("0123456789０１８一二 -‐.・/_\n\t\u200bｱa,:", max_size=80)


@given(DIGITS_AND_SIGNS, st.integers(1, 10**11 - 1), DIGITS_AND_SIGNS, st.sampled_from(sorted(NOTATIONS)))
def test_a_number_set_apart_by_letters_is_found_in_any_company(before, base, after, notation):
    number = f"{base:011}" + check_digit(f"{base:011}")

    assert holds_my_number(f"{before}は{NOTATIONS[notation](number)}で{after}")


@given(DIGITS_AND_SIGNS)
def test_a_span_is_within_the_text_and_holds_twelve_digits_or_more(text):
    for span in find_my_number(text):
        part = text[span.start : span.end]
        assert sum(1 for each in part if each.isnumeric() or each == "一") >= 12


@pytest.mark.parametrize(
    "text",
    [
        "1" * 40_000,
        "1 " * 20_000,
        "1234 " * 8_000,
        "\u200b" * 40_000 + "1",
        "1-2 3/4_5.6\n" * 4_000,
        "ab12-" * 8_000,
    ],
)
def test_the_time_grows_with_the_text_alone(text):
    began = time.process_time()
    find_my_number(text)
    half = time.process_time()
    find_my_number(text * 4)
    whole = time.process_time()

    # Four times the text, four times the time; with the square it would be sixteen times.
    assert whole - half < 10 * (half - began) + 5


def test_it_is_read_without_django():
    code = "import sys, todoke.base.codes.my_number, todoke.base.health.logs; sys.exit('django' in sys.modules)"

    ours = {**os.environ, "PYTHONPATH": str(Path(todoke.__file__).parents[1])}

    assert subprocess.run([sys.executable, "-c", code], env=ours, check=False).returncode == 0
