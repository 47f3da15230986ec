"""The check digit of card numbers (ISO/IEC 7812-1, Annex B). Apart: log lines need it without Django."""

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def has_right_check_digit(digits: str) -> bool:
    """Whether the last digit is the right one for those before it."""
    return sum(_DOUBLED[int(each)] if place % 2 else int(each) for place, each in enumerate(reversed(digits))) % 10 == 0
