import pytest

from todoke.shared.fax.numbers import FaxAddress, read_address


@pytest.mark.parametrize(
    ("written", "fax", "telephone"),
    [
        ("022-261-1111", "0222611111", ""),
        ("0225-82-1111", "0225821111", ""),
        ("０２２（２６１）１１１１", "0222611111", ""),
        ("050-1234-5678", "05012345678", ""),
        ("+81 22-261-1111", "0222611111", ""),
        ("0120-123-456", "0120123456", ""),
        ("022-000-0001 tel:022-000-0002", "0220000001", "0220000002"),
        ("simulator:022-000-0001 tel:090-0000-0002", "0220000001", "09000000002"),
    ],
)
def test_a_number_is_read_in_every_form_in_which_japan_writes_it(written, fax, telephone):
    assert read_address(written) == FaxAddress(fax, telephone)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("090-1234-5678", "携帯電話"),
        ("0570-012-345", "この番号には"),
        ("119", "10桁"),
        ("22-261-1111", "10桁"),
        ("022-261-111122", "10桁"),
        ("+1 202 555 0100", "海外"),
        ("市役所", "読めません"),
        ("", "読めません"),
        ("022-261-1111;JKILL", "読めません"),
        ("022-000-0001 tel:ない", "読めません"),
    ],
)
def test_a_number_that_takes_no_fax_is_refused_with_its_reason(written, says):
    with pytest.raises(ValueError, match=says):
        read_address(written)
