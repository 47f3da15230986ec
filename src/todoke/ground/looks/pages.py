"""The mark of views that show personal data: such a page writes a look, or is not shown."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from todoke.ground.looks.actions import told

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class NoLook(RuntimeError):
    """A fault of the programme: a page that shows people was about to be shown without a look."""


def shows_people(view: View) -> View:
    """Mark a view that shows staff personal data: it calls `record_look`, or says `nobody_shown`. Below `@needs`.

    Reading and look are one transaction: where the look cannot be written, nothing is shown. An answer other than 200
    and 422 shows nobody.
    """

    @wraps(view)
    def watched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        before = told.set(0)
        try:
            with transaction.atomic():
                answer = view(request, *args, **kwargs)
                if answer.status_code == HTTPStatus.OK and not told.get():
                    raise NoLook(f"{view.__module__}.{view.__name__} wrote no look; call record_look or nobody_shown")
                return answer
        finally:
            told.reset(before)

    watched.shows_people = True  # type: ignore[attr-defined]
    return watched  # type: ignore[return-value]


def nobody_shown() -> None:
    """This time the page shows nobody: an empty search, an empty list."""
    if (count := told.get()) is not None:
        told.set(count + 1)
