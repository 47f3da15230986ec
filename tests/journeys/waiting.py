"""Waiting for what the house's workers do meanwhile."""

from collections.abc import Callable

from playwright.sync_api import Page

from todoke.shared.messaging import waking

STEP = 100  # ms


def wait_until(page: Page, condition: Callable[[], object], what: str, *, seconds: int = 30) -> None:
    """Until it holds, the dispatchers woken each time; AssertionError with `what` if it does not come to that.

    A condition on tables says nothing of the page: an act's own page is waited for with `page.wait_for_url` before
    another is opened.
    """
    for _ in range(seconds * 1000 // STEP):
        if condition():
            return
        waking.wake()
        page.wait_for_timeout(STEP)
    raise AssertionError(f"it did not come to that: {what}")
