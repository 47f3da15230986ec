"""Which of two telegrams about the same thing is the later one."""

from todoke.civic.emergency.telegrams.telegram import CANCELLED, CORRECTED, Telegram

RANKS = {CORRECTED: 1, CANCELLED: 2}

Order = list[float | int]


def order_of(telegram: Telegram) -> Order:
    """Where a telegram stands among those of the same state; compare two with `<`. Values that JSON keeps.

    The time of the report comes before the serial: the EventID of a river is the river's code, and its serial begins
    at 1 again with the next flood, months later. The serial decides within the same minute; a correction and a
    cancellation come after what they concern; last, the moment of sending.
    """
    return [
        telegram.report_at.timestamp(),
        int(telegram.serial) if telegram.serial.isascii() and telegram.serial.isdigit() else 0,
        RANKS.get(telegram.info_type, 0),
        telegram.issued_at.timestamp(),
    ]
