"""Mobile numbers as people write them, and as providers want them."""

import pytest

from todoke.shared.messaging.http_forms.numbers import NumberForm, masked, shaped
from todoke.shared.sms.numbers import normal, read_numbers, same


@pytest.mark.parametrize(
    "written",
    [
        "090-1234-5678",
        "09012345678",
        "０９０－１２３４－５６７８",
        "090 1234 5678",
        "(090)1234-5678",
        "090−1234−5678",
        "+819012345678",
        "+81-90-1234-5678",
        "+81 (0)90-1234-5678",
        "819012345678",
    ],
)
def test_a_number_has_one_form_however_it_is_written(written):
    assert normal(written) == "09012345678"


@pytest.mark.parametrize("start", ["060", "070", "080", "090"])
def test_every_beginning_of_a_mobile_telephone_is_taken(start):
    assert normal(f"{start}-1234-5678") == f"{start}12345678"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("03-1234-5678", "携帯電話だけ"),
        ("050-1234-5678", "携帯電話だけ"),
        ("020-1234-5678", "携帯電話だけ"),
        ("090-1234-567", "携帯電話だけ"),
        ("+1-212-555-0100", "海外"),
        ("当番", "読めません"),
        ("", "書いてください"),
        (",".join(f"0900000{number:04}" for number in range(31)), "30件まで"),
    ],
)
def test_what_is_no_mobile_number_is_refused_with_a_reason(written, words):
    with pytest.raises(ValueError, match=words):
        read_numbers(written)


def test_an_address_holds_several_numbers_each_once():
    assert read_numbers("simulator:090-0000-0001、+81 80-0000-0002; 09000000001") == ("09000000001", "08000000002")


def test_a_provider_gets_its_own_form_and_is_understood_in_any():
    number = "07012345678"

    assert [shaped(number, form) for form in NumberForm] == ["07012345678", "+817012345678", "817012345678"]
    assert all(same(shaped(number, form), number) for form in NumberForm)
    assert not same("", number)


def test_a_page_shows_a_number_that_nobody_can_ring():
    assert masked("09012345678") == "090-****-5678"
