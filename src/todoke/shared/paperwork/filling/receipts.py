"""Asking for a receipt code: whoever has it holds the response in this browser; who tries codes out soon waits."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from todoke.base.limits import is_too_often, visitor
from todoke.base.refusals import Refusal
from todoke.shared.paperwork.filling.holding import hold, private
from todoke.shared.paperwork.models import Response
from todoke.shared.paperwork.rules import read_code
from todoke.shared.paperwork.types import Text

Found = TypeVar("Found")

# In five minutes, by the pages and interfaces of all services together: from one place of the network, for one code.
PLACE_MAX, CODE_MAX = 20, 10
CODE_CHARACTERS_MAX = 60


class TooOften(Refusal):
    """Somebody tries codes out."""

    says = _("何度も試されたため、しばらく見られません。5分ほど待ってから、もう一度入れてください。")


def look_up(request: HttpRequest, code: str, find: Callable[[str], Found | None]) -> Found | None:
    """What a service finds under this receipt code, as it was typed. Raises TooOften."""
    from_here = is_too_often("receipt-place", visitor(request), PLACE_MAX)
    if from_here or is_too_often("receipt-code", read_code(code), CODE_MAX):
        raise TooOften
    return find(code)


def ask_receipt(
    request: HttpRequest,
    find: Callable[[str], Response | None],
    page: Callable[[Response], str],
    *,
    title: Text,
    act: Text,
    unknown: Text,
) -> HttpResponse:
    """The page on which a service asks for the code, and what came of it: on to `page`, or what was wrong.

    `title` stands above it, `act` on its button; `unknown` says that there is nothing under this code.
    """
    code, says, status = request.POST.get("code", "")[:CODE_CHARACTERS_MAX], "", 200
    if request.method == "POST":
        try:
            found = look_up(request, code, find)
        except TooOften as refused:
            says, status = str(refused), 429
        else:
            if found is not None:
                hold(request, found)
                return private(redirect(page(found)))
            says, status = str(unknown), 422
    values = {"title": title, "act": act, "code": code, "says": says}
    return private(render(request, "paperwork/ask_receipt.html", values, status=status))
