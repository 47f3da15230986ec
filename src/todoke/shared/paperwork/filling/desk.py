"""The pages of filling, for a service to mount: each function takes a request and a response that is this person's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan, now
from todoke.base.formulas import Circumstances
from todoke.base.ui.values import Step
from todoke.shared.paperwork.actions.responses import (
    AlreadyHandedIn,
    Incomplete,
    Receipt,
    ResponseRefused,
    submit,
    take,
)
from todoke.shared.paperwork.actions.resuming import CannotResume, WeakSecond, find_by_code, give_code
from todoke.shared.paperwork.document import Page
from todoke.shared.paperwork.filling.drawing import DrawnField, computed_words, draw_page, summary, words_as_typed
from todoke.shared.paperwork.filling.holding import TOKEN, device_of, hold, token_of
from todoke.shared.paperwork.filling.posted import read_posted
from todoke.shared.paperwork.models import Response, Secret
from todoke.shared.paperwork.queries import Filled, filled_in, usual_circumstances
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.rules import RECEIPT_LETTERS, in_groups, new_code
from todoke.shared.paperwork.standing import Standing
from todoke.shared.paperwork.types import Source, Text, Words

Place = Callable[[str, Response | None, str], str]


def _every_day_open() -> Circumstances:
    return usual_circumstances(in_japan(now()).date())


@dataclass(frozen=True)
class Desk:
    """The filling desk of one service.

    `place(what, response, page)` gives the address of "page", "review", "pause", "receipt", "print" and "resume" (the
    last without a response). `circumstances` tells the day and the opening days. `frame` is the template around it all;
    `source` says who types (staff at a counter), `finish` what stands on the button of the last page. The service calls
    a function only for a response that is this visitor's: by its own query, or by `holds`.
    """

    place: Place
    circumstances: Callable[[], Circumstances] = _every_day_open
    frame: str = "ui/base.html"
    source: Source = Source.TYPED
    can_pause: bool = True
    finish: Text = ""

    def start(self, request: HttpRequest, response: Response) -> HttpResponse:
        """To the first page of a response that was just begun; this browser holds it from now on."""
        hold(request, response)
        found = filled_in(response)
        assert found is not None
        return redirect(self._first(found, found.standing(self.circumstances())))

    def page(self, request: HttpRequest, found: Filled, key: str) -> HttpResponse:
        """One page of the form: shown, or taken."""
        if request.method == "POST":
            return self._take(request, found, key)
        if not found.is_open:
            return redirect(self.place("receipt", found.response, ""))
        standing = found.standing(self.circumstances())
        page = found.document.page(key)
        if page is None:
            return HttpResponseNotFound()
        if page not in standing.pages:
            return redirect(self._first(found, standing))
        return self._show(request, found, standing, page, with_troubles=key in found.revision.pages_taken)

    def _take(self, request: HttpRequest, found: Filled, key: str) -> HttpResponse:  # noqa: PLR0911 - one for each button
        page = found.document.page(key)
        if page is None:
            return HttpResponseNotFound()
        before = {question.key for question in found.standing(self.circumstances()).asked_on(page)}
        came = read_posted(request, found)
        pressed = came.pressed
        is_autosave = "autosave" in request.POST
        goes_back = "back" in request.POST
        is_taken = not (is_autosave or pressed or goes_back)
        try:
            taken = take(
                found.response,
                came.posted,
                at=now(),
                page=key if is_taken else "",
                source=self.source,
                device=device_of(request),
            )
        except AlreadyHandedIn:
            return redirect(self.place("receipt", found.response, ""))
        standing = taken.filled.standing(self.circumstances())
        if is_autosave:
            return self._saved(request, taken.filled, standing, page)
        if page not in standing.pages:
            return redirect(self._first(taken.filled, standing))
        my_numbers = {**came.my_numbers, **taken.my_numbers}
        if taken.conflicts or my_numbers:
            return self._show(request, taken.filled, standing, page, with_troubles=is_taken, my_numbers=my_numbers)
        if pressed:
            anchor = "f-" + pressed.question.replace(".", "-").replace("_", "-")
            return redirect(f"{self.place('page', found.response, key)}#{anchor}")
        if goes_back:
            earlier = standing.before(key)
            return redirect(self.place("page", found.response, (earlier or page).key))
        if "pause" in request.POST and self.can_pause:
            return redirect(self.place("pause", found.response, ""))
        added = {question.key for question in standing.asked_on(page)} - before
        troubled = set(standing.troubles_on(page))
        if troubled or added:
            # Whoever has answered everything that was there is not told off for what has just come up.
            told = bool(troubled - added)
            return self._show(request, taken.filled, standing, page, with_troubles=told, has_grown=bool(added))
        later = standing.after(key)
        if later is None or "to-review" in request.POST:
            return redirect(self.place("review", found.response, ""))
        return redirect(self.place("page", found.response, later.key))

    def _show(
        self,
        request: HttpRequest,
        found: Filled,
        standing: Standing,
        page: Page,
        *,
        with_troubles: bool,
        my_numbers: Any = None,
        has_grown: bool = False,
    ) -> HttpResponse:
        fields = draw_page(found, standing, page, with_troubles=with_troubles, my_numbers=my_numbers)
        number = standing.pages.index(page) + 1
        values = {
            "frame": self.frame,
            "title": found.document.title.say(),
            "page_title": page.title.say(),
            "help": page.help.say(),
            "fields": fields,
            "faults": summary(fields),
            "conflicts": [each for each in fields if each.aside],
            "has_grown": has_grown,
            "number": number,
            "count": len(standing.pages),
            "steps": _steps(standing, page),
            "has_earlier": number > 1,
            "finish": self.finish or _("内容を確かめる"),
            "comes_from_review": len(standing.pages) == len(set(found.revision.pages_taken)),
            "token_name": TOKEN,
            "token": token_of(found.response),
            "can_pause": self.can_pause,
            "address": self.place("page", found.response, page.key),
            "is_correction": found.revision.open_keys is not None,
        }
        return render(request, "paperwork/page.html", values)

    def _saved(self, request: HttpRequest, found: Filled, standing: Standing, page: Page) -> HttpResponse:
        fields = draw_page(found, standing, page, with_troubles=False)
        return render(request, "paperwork/saved.html", {"fields": fields, "at": now()})

    def review(self, request: HttpRequest, found: Filled) -> HttpResponse:
        """All answers on one page, before they are handed in; or handing them in."""
        if request.method == "POST":
            return self._submit(request, found)
        if not found.is_open:
            return redirect(self.place("receipt", found.response, ""))
        return self._review(request, found)

    def _review(self, request: HttpRequest, found: Filled, says: str = "") -> HttpResponse:
        return render(request, "paperwork/review.html", self.review_values(found, says))

    def review_values(self, found: Filled, says: str = "") -> dict[str, Any]:
        """What the template of the review shows; for services whose own template says more and hands in more."""
        standing = found.standing(self.circumstances())
        return {
            "frame": self.frame,
            "title": found.document.title.say(),
            "parts": self._parts(found, standing),
            "computed": _computed(found, standing),
            "is_complete": standing.is_complete,
            "faults": self._faults(found, standing),
            "says": says,
            "token_name": TOKEN,
            "token": token_of(found.response),
            "submit_key": new_code(RECEIPT_LETTERS),
            "can_pause": self.can_pause,
            "pause": self.place("pause", found.response, "") if self.can_pause else "",
        }

    def _submit(self, request: HttpRequest, found: Filled) -> HttpResponse:
        try:
            self.hand_in(request, found)
        except Incomplete:
            return self._review(request, found)
        except ResponseRefused as refused:
            return self._review(request, found, str(refused))
        return redirect(self.place("receipt", found.response, ""))

    def hand_in(self, request: HttpRequest, found: Filled) -> Receipt:
        """Hand in what the review showed; for services that do more at the same time. Raises ResponseRefused."""
        hold(request, found.response)
        key = request.POST.get("submit_key", "")[:64]
        return submit(found.response, submit_key=key, circumstances=self.circumstances(), at=now())

    def receipt(self, request: HttpRequest, found: Filled) -> HttpResponse:
        """That it has arrived: the code, the instant, and what was handed in. Also the page to print."""
        if found.revision.arrived_at is None and found.response.receipt_code is None:
            return redirect(self._first(found, found.standing(self.circumstances())))
        return render(request, "paperwork/receipt.html", self.receipt_values(found))

    def receipt_values(self, found: Filled) -> dict[str, Any]:
        """What the template of the receipt shows; for services whose own template says more."""
        standing = found.standing(self.circumstances())
        arrived = found.revision.arrived_at
        return {
            "frame": self.frame,
            "title": found.document.title.say(),
            "code": in_groups(found.response.receipt_code or ""),
            "arrived_at": arrived,
            "is_open_again": arrived is None,
            "go_on": self._first(found, standing),
            "parts": self._parts(found, standing, with_links=False),
            "computed": _computed(found, standing),
        }

    def first(self, found: Filled) -> str:
        """The address where to go on: the first open page that is not done, the review, or the receipt."""
        return self._first(found, found.standing(self.circumstances()))

    def pause(self, request: HttpRequest, found: Filled) -> HttpResponse:
        """Ask for the second thing, then show the code once."""
        values: dict[str, Any] = {
            "frame": self.frame,
            "title": found.document.title.say(),
            "go_on": self._first(found, found.standing(self.circumstances())),
            "resume": self.place("resume", None, ""),
            "token_name": TOKEN,
            "token": token_of(found.response),
            "kind": Secret.PIN.value,
        }
        if request.method == "POST":
            kind = Secret.BIRTH_DATE if request.POST.get("kind") == Secret.BIRTH_DATE else Secret.PIN
            values["kind"] = kind.value
            second = request.POST.get("birth_date" if kind == Secret.BIRTH_DATE else "pin", "")
            try:
                values["code"] = give_code(found.response, second_kind=kind, second=second, at=now())
            except WeakSecond as weak:
                values["error"] = str(weak)
        return render(request, "paperwork/pause.html", values)

    def resume(self, request: HttpRequest) -> HttpResponse:
        """Take code and second thing, and go on where it was left."""
        values: dict[str, Any] = {"frame": self.frame, "code": request.POST.get("code", "")[:40]}
        if request.method == "POST":
            try:
                response = find_by_code(values["code"], request.POST.get("second", ""), at=now())
            except CannotResume as trouble:
                values["error"] = str(trouble)
            else:
                hold(request, response)
                found = filled_in(response)
                if found is not None:
                    return redirect(self._first(found, found.standing(self.circumstances())))
                values["error"] = _("この回答は、保存期間が終わったため、もうありません。")
        return render(request, "paperwork/resume.html", values)

    def _first(self, found: Filled, standing: Standing) -> str:
        """Where to go on: the first page that is not done yet, else the review; the receipt of what has arrived."""
        if not found.is_open:
            return self.place("receipt", found.response, "")
        taken = set(found.revision.pages_taken)
        page = next((each for each in standing.pages if each.key not in taken or standing.troubles_on(each)), None)
        if page is None:
            return self.place("review", found.response, "")
        return self.place("page", found.response, page.key)

    def _parts(self, found: Filled, standing: Standing, *, with_links: bool = True) -> list[dict[str, Any]]:
        parts = []
        for page in standing.pages:
            fields = draw_page(found, standing, page, with_troubles=False)
            answers = [
                {"label": each.label, "words": _answer(standing, each), "source": each.source_words, "id": each.target}
                for each in fields
                if each.asks
            ]
            link = self.place("page", found.response, page.key) if with_links else ""
            parts.append({"title": page.title.say(), "answers": answers, "address": link})
        return parts

    def _faults(self, found: Filled, standing: Standing) -> list[dict[str, str]]:
        found_faults = []
        for page in standing.pages:
            address = self.place("page", found.response, page.key)
            found_faults += [
                {"label": each.label, "says": each.says, "address": f"{address}#{each.target}"}
                for each in summary(draw_page(found, standing, page, with_troubles=True))
            ]
        return found_faults


def _answer(standing: Standing, drawn: DrawnField) -> str:
    key = drawn.mark_name.partition("@")[2]
    question = standing.document.question(key)
    value = standing.values.get(key)
    if question is None:
        return ""
    kind = field_kinds[question.kind]
    if value is None:
        # What is still wrong stands there as it was typed; rows show their faults where they are.
        return "" if drawn.rows else words_as_typed(kind, drawn.raw)
    return kind.words(value, question)


def _computed(found: Filled, standing: Standing) -> list[tuple[str, str]]:
    """Computed values that have a label, for the review."""
    labels = {each.key: Words(each.label) for each in found.document.computed}
    return [
        (label.say(), computed_words(standing.computed.get(key))) for key, label in labels.items() if label.get("ja")
    ]


def _steps(standing: Standing, here: Page) -> list[Step]:
    place = standing.pages.index(here)
    states = [
        "done" if number < place else "current" if number == place else "waiting"
        for number in range(len(standing.pages))
    ]
    return [Step(page.title.say(), state) for page, state in zip(standing.pages, states, strict=True)]  # type: ignore[arg-type]
