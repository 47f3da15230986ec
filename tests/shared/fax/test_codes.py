import pytest

from todoke.shared.fax.codes import ALPHABET, code_for, in_groups, read_code
from todoke.shared.fax.rules import LADDERS, Ending, ending_of, pause_after


def test_a_code_is_always_the_same_for_a_delivery_and_another_for_every_other_one():
    codes = {code_for(f"delivery {number}", "secret") for number in range(1000)}

    assert code_for("delivery 1", "secret") in codes
    assert len(codes) == 1000
    assert code_for("delivery 1", "another") not in codes
    assert all(len(code) == 12 and set(code) <= set(ALPHABET) for code in codes)


@pytest.mark.parametrize(
    "written", ["K7QM-2XPD-9HWT", "k7qm2xpd9hwt", " Ｋ７ＱＭ　２ＸＰＤ‐９ＨＷＴ ", "k7qm 2xpd 9hwt"]
)
def test_a_code_is_read_however_it_is_typed(written):
    assert read_code(written) == "K7QM2XPD9HWT"
    assert in_groups(read_code(written)) == "K7QM-2XPD-9HWT"


def test_letters_that_are_misread_on_a_bad_copy_are_taken_for_what_they_were():
    assert read_code("OIL0-0000-0000") == "011000000000"


@pytest.mark.parametrize("written", ["", "K7QM", "K7QM-2XPD-9HW!", "K" * 40])
def test_what_is_no_code_is_none(written):
    assert read_code(written) == ""


@pytest.mark.parametrize(
    ("says", "ending"),
    [
        ("Busy signal detected", Ending.BUSY),
        ("Blocked by concurrent calls", Ending.BUSY),
        ("No answer from remote", Ending.NO_ANSWER),
        ("No carrier detected", Ending.NO_ANSWER),
        ("RSPREC error/got DCN", Ending.BROKEN),
        ("No response to MPS or EOP repeated 3 times", Ending.BROKEN),
        ("No local dialtone", Ending.OURS),
        ("REJECT: Number is on the reject list; job rejected", Ending.REFUSED),
        ("something new", Ending.BROKEN),
    ],
)
def test_what_the_server_says_of_a_call_is_understood(says, ending):
    assert ending_of(says) is ending


def test_the_pauses_grow_and_the_last_one_repeats():
    for ending, ladder in LADDERS.items():
        assert list(ladder) == sorted(ladder)
        assert [pause_after(ending, times) for times in (1, len(ladder), 99)] == [ladder[0], ladder[-1], ladder[-1]]
