"""Files between two cities: whoever may not read one cannot, and whoever changes one is found out."""

import json

import pytest

from todoke.shared.delegation.sealed_file import (
    HEAD_BYTES,
    MAGIC,
    Kind,
    fingerprint,
    make_keys,
    open_file,
    read_file,
    read_signed,
    seal_file,
    sign_file,
)
from todoke.shared.delegation.trouble import DelegationRefused, NewerForm, NotForUs, NoTodokeFile, Tampered

BODY = {"key": "値", "list": [1, 2, {"b": None, "a": "ü"}]}


@pytest.fixture(scope="module")
def ours():
    return make_keys()


@pytest.fixture(scope="module")
def theirs():
    return make_keys()


@pytest.fixture(scope="module")
def content(ours, theirs):
    return seal_file(Kind.DELEGATION, BODY, keys=ours, reader=theirs.box_public)


def test_the_reader_gets_what_was_written_and_by_whom(ours, theirs, content):
    document = open_file(content, [make_keys(), theirs])

    assert (document.kind, document.body, document.signer) == (Kind.DELEGATION, BODY, ours.sign_public)


def test_nothing_of_it_can_be_read_without_the_key(ours, content):
    assert "値".encode() not in content
    assert ours.sign_public not in content
    with pytest.raises(NotForUs):
        open_file(content, [ours, make_keys()])


def test_two_files_of_the_same_words_have_nothing_in_common_behind_the_name(ours, theirs, content):
    again = seal_file(Kind.DELEGATION, BODY, keys=ours, reader=theirs.box_public)

    assert again[: len(MAGIC) + 16] == content[: len(MAGIC) + 16]
    assert again[len(MAGIC) + 16 : HEAD_BYTES] != content[len(MAGIC) + 16 : HEAD_BYTES]
    assert again[HEAD_BYTES:] != content[HEAD_BYTES:]


def test_any_byte_that_is_changed_is_found_out(theirs, content):
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1

        with pytest.raises((Tampered, NotForUs, NoTodokeFile)):
            read_file(bytes(changed), [theirs])


@pytest.mark.parametrize("length", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 15, HEAD_BYTES + 100])
def test_a_file_that_was_cut_off_is_found_out(theirs, content, length):
    with pytest.raises(DelegationRefused):
        read_file(content[:length], [theirs])


def test_a_file_with_something_behind_it_is_found_out(theirs, content):
    with pytest.raises(Tampered):
        read_file(content + b"\x00", [theirs])


def test_a_point_of_low_order_in_place_of_the_key_is_found_out(theirs, content):
    changed = content[: HEAD_BYTES - 32] + bytes(32) + content[HEAD_BYTES:]

    with pytest.raises(Tampered):
        read_file(changed, [theirs])


def test_what_was_meant_for_one_city_cannot_be_sealed_anew_for_another(ours, theirs, content, monkeypatch):
    # The first reader opens it, and passes the signed inside on to a third city under the first one's name.
    third = make_keys()
    document = open_file(content, [theirs])
    forged = seal_file(Kind.DELEGATION, document.body, keys=theirs, reader=third.box_public)

    assert open_file(forged, [third]).signer == theirs.sign_public != ours.sign_public


def test_a_signed_file_says_who_signed_it(ours):
    document = read_signed(sign_file(Kind.CARD, BODY, keys=ours))

    assert (document.kind, document.body, document.signer) == (Kind.CARD, BODY, ours.sign_public)


def test_a_signed_file_with_another_word_in_it_is_found_out(ours):
    whole = json.loads(sign_file(Kind.REVOCATIONS, BODY, keys=ours))
    whole["document"] = whole["document"].replace("値", "別")

    with pytest.raises(Tampered):
        read_signed(json.dumps(whole).encode())


def test_a_signed_file_under_another_name_is_found_out(ours, theirs):
    mine, its = (json.loads(sign_file(Kind.REVOCATIONS, BODY, keys=keys)) for keys in (ours, theirs))

    with pytest.raises(Tampered):
        read_signed(json.dumps({**mine, "signer": its["signer"]}).encode())


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"document": 1}', b"PK\x03\x04"])
def test_what_is_none_of_our_files_is_said_to_be_none(content):
    with pytest.raises(NoTodokeFile):
        read_file(content, [])


def test_a_form_of_tomorrow_asks_for_a_newer_programme(ours, monkeypatch):
    monkeypatch.setattr("todoke.shared.delegation.sealed_file.FORM", 2)
    content = sign_file(Kind.CARD, BODY, keys=ours)
    monkeypatch.setattr("todoke.shared.delegation.sealed_file.FORM", 1)

    with pytest.raises(NewerForm):
        read_signed(content)


def test_a_fingerprint_can_be_read_out_and_is_of_both_keys(ours, theirs):
    said = fingerprint(ours.sign_public, ours.box_public)

    assert [len(group) for group in said.split()] == [4] * 8
    assert said != fingerprint(ours.sign_public, theirs.box_public)
    assert said != fingerprint(theirs.sign_public, ours.box_public)
