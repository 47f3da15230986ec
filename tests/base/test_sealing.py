"""Sealed values, keyed hashes and tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.base.sealing import (
    CannotOpen,
    is_sealed_with_the_first_key,
    keyed_hash,
    make_token,
    open_sealed,
    read_token,
    seal,
)

OLD, NEW = "o" * 60, "n" * 60


def test_what_was_sealed_opens_in_its_context_alone():
    sealed = seal(b"hana@example.jp", context=b"room.address")

    assert open_sealed(sealed, context=b"room.address") == b"hana@example.jp"
    with pytest.raises(CannotOpen):
        open_sealed(sealed, context=b"room.name")


def test_the_sealed_value_shows_nothing_and_never_looks_the_same_twice():
    first, second = (seal(b"hana@example.jp", context=b"room") for _ in range(2))

    assert first != second
    assert b"hana" not in first


@pytest.mark.parametrize("place", [0, 3, 10, 20, -1])
def test_one_altered_byte_anywhere_is_found(place):
    sealed = bytearray(seal(b"hana@example.jp", context=b"room"))
    sealed[place] ^= 1

    with pytest.raises(CannotOpen):
        open_sealed(bytes(sealed), context=b"room")


@pytest.mark.parametrize("torn", [b"", b"\x01", b"\x01" + b"x" * 10])
def test_a_torn_value_is_refused_in_words(torn):
    with pytest.raises(CannotOpen):
        open_sealed(torn, context=b"room")


def test_a_new_key_seals_and_the_old_one_still_opens(settings):
    settings.SEAL_KEYS = (OLD,)
    before = seal(b"hana@example.jp", context=b"room")
    token, look_up = make_token(17, purpose="room"), keyed_hash("hana@example.jp", purpose="room")

    settings.SEAL_KEYS = (NEW, OLD)

    assert open_sealed(before, context=b"room") == b"hana@example.jp"
    assert not is_sealed_with_the_first_key(before)
    assert is_sealed_with_the_first_key(seal(b"x", context=b"room"))
    assert read_token(token, purpose="room") == (17, 1)
    assert keyed_hash("hana@example.jp", purpose="room") == look_up


def test_a_key_taken_out_opens_nothing(settings):
    settings.SEAL_KEYS = (OLD,)
    sealed = seal(b"hana@example.jp", context=b"room")

    settings.SEAL_KEYS = (NEW,)

    with pytest.raises(CannotOpen, match="TODOKE_SEAL_KEYS"):
        open_sealed(sealed, context=b"room")


def test_hashes_of_two_purposes_have_nothing_in_common():
    assert keyed_hash("hana", purpose="one") != keyed_hash("hana", purpose="two")
    assert len(keyed_hash("hana", purpose="one")) == 16


@given(number=st.integers(0, 2**48 - 1), generation=st.integers(0, 2**16 - 1))
def test_a_token_reads_back_in_any_letter_case(number, generation):
    token = make_token(number, purpose="room", generation=generation)

    assert len(token) == 32
    assert token.isalnum()
    assert read_token(token, purpose="room") == (number, generation)
    assert read_token(token.upper(), purpose="room") == (number, generation)


@given(st.integers(0, 31), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_another_letter_is_no_token(place, letter):
    token = make_token(123_456, purpose="room")
    altered = token[:place] + letter + token[place + 1 :]

    assert (read_token(altered, purpose="room") is None) == (altered != token)


@pytest.mark.parametrize("token", ["", "hana", "0" * 32, "届" * 32, "a" * 40])
def test_what_is_no_token_is_none(token):
    assert read_token(token, purpose="room") is None


def test_neighbours_look_nothing_alike_and_another_purpose_reads_nothing():
    one, two = make_token(1, purpose="room"), make_token(2, purpose="room")

    assert sum(a == b for a, b in zip(one, two, strict=True)) < 12
    assert read_token(one, purpose="other") is None
