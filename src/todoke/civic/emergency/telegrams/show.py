"""`todoke telegram FILE…`: what a telegram says, one JSON object a line and file, without a database."""

import json
import sys
from pathlib import Path
from typing import Any

from todoke.civic.emergency.telegrams.reader import BYTES_MAX, read
from todoke.civic.emergency.telegrams.refusals import NotATelegram
from todoke.civic.emergency.telegrams.telegram import Telegram


def show(files: list[str]) -> int:
    """Print a line for each file; 0, or 1 when a file could not be read (told on the standard error, the others shown).

    A file that can be read but is no telegram has its line, too, with the reason.
    """
    unreadable = 0
    for file in files:
        try:
            content = _content(file)
        except OSError as error:
            sys.stderr.write(f"{file}: 読めません（{error.strerror or error}）。\n")
            unreadable = 1
            continue
        # UTF-8 whatever the terminal's locale: the lines are for programmes.
        sys.stdout.buffer.write(json.dumps(line(file, content), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.flush()
    return unreadable


def line(file: str, content: bytes) -> dict[str, Any]:
    """The object for one file, whatever it holds."""
    try:
        telegram = read(content, Path(file).name)
    except NotATelegram as refusal:
        return _object(file, None, str(refusal))
    for doubt in telegram.doubts:
        sys.stderr.write(f"{file}: {doubt}\n")
    return _object(file, telegram, telegram.reason)


def _content(file: str) -> bytes:
    # One byte more than we read is enough to see that it is too large, whatever its size.
    with Path(file).open("rb") as opened:
        return opened.read(BYTES_MAX + 1)


def _object(file: str, telegram: Telegram | None, reason: str | None) -> dict[str, Any]:
    return {
        "file": file,
        "code": telegram.code if telegram else "",
        "title": telegram.title if telegram else "",
        "status": telegram.status if telegram else "",
        "info_type": telegram.info_type if telegram else "",
        "event_id": telegram.event_id if telegram else "",
        "serial": telegram.serial if telegram else "",
        "report_time": telegram.report_time if telegram else "",
        "areas": [
            {
                "code": area.code,
                "name": area.name,
                "kind_code": area.kind_code,
                "kind": area.kind,
                "level": area.level,
            }
            for area in (telegram.areas if telegram else ())
        ],
        "reason": reason,
    }
