"""Equal documents are equal letters."""

import hashlib

import pytest

from todoke.base.canonical import canonical, sha256_of


def test_the_order_of_keys_does_not_matter_and_nothing_is_escaped():
    assert canonical({"b": [1, True, None], "a": "凪浜市"}) == '{"a":"凪浜市","b":[1,true,null]}'
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})


def test_what_json_does_not_know_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


def test_the_hash_is_that_of_the_bytes_in_utf_8():
    assert sha256_of("凪") == hashlib.sha256("凪".encode()).hexdigest()
