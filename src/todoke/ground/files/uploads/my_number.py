"""Whether a text holds what may be a 個人番号: the house-wide detector, where the house has it."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

HOME = "todoke.base.codes"


def holds_my_number(text: str) -> bool:
    """Whether somebody's 個人番号 may stand in this text."""
    return _asked(text) if _asked is not None else False


def _detector() -> Callable[[str], bool] | None:
    if find_spec(HOME) is None:
        return None
    found: Callable[[str], bool] = import_module(f"{HOME}.my_number").holds_my_number
    return found


_asked = _detector()
