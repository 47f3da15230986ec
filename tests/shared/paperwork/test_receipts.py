"""Asking for a receipt code, for every service alike."""

import pytest
from django.core.cache import cache

from todoke.shared.paperwork.filling.receipts import CODE_MAX, PLACE_MAX, TooOften, look_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks(rf):
    cache.clear()

    def ask(code: str, place: str = "10.0.0.1") -> str | None:
        return look_up(rf.post("/", REMOTE_ADDR=place), code, {"ABCD": "found"}.get)

    return ask


def test_what_the_service_finds_is_given_back(asks):
    assert asks("ABCD") == "found"
    assert asks("WRONG") is None


def test_from_one_place_so_many_codes_can_be_tried_and_no_more(asks):
    for number in range(PLACE_MAX):
        asks(f"CODE{number}")

    with pytest.raises(TooOften, match="5分ほど"):
        asks("ABCD")
    assert asks("ABCD", "10.0.0.2") == "found"


def test_one_code_can_be_tried_so_often_from_all_places_together(asks):
    for number in range(CODE_MAX):
        asks("ab-cd", f"10.0.0.{number}")

    with pytest.raises(TooOften):
        asks("ABCD", "10.0.1.1")
