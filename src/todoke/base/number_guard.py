"""The guard at the door: a request that holds a My Number is refused before anything stores or logs it.

Every text of every request is looked at: the query, the fields and file names of a form, JSON, any other text. What is
found is covered in the request at once, so that nothing behind this line (an error page, the journal of an outage, a
log) has it any more. Then the visitor gets a page that says which field it is and gives back all else that was entered.

A view can say of itself, with its reason:
- `for_machines`: a programme speaks here whose identifiers have twelve digits, and no text of a person is kept;
- `takes_twelve_digits`: one of its fields lawfully holds twelve digits (運転免許証番号);
- `takes_marked_twelve_digits`: the same for forms whose fields are not known in advance;
- `shows_refused_numbers`: it shows the refusal beside its own field, with `refused_fields(request)`.
Every such word stands in a list of `tests/house/test_no_my_number.py`. docs/running/my-number.md is the policy.
"""

import inspect
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.shortcuts import render
from django.utils.translation import gettext as _

from todoke.base.codes.my_number import holds_my_number, scan_text, without_my_numbers

COVER = "＊＊＊＊"
# Never stored as they are: the mark of a form, and passwords that were set long ago and must still be accepted.
UNREAD = frozenset({"csrfmiddlewaretoken", "password", "oldpassword"})
TWELVE_DIGITS_MARK = "~12"
FIELDS_MAX = 2_000
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_NO_TEXT = ("image/", "audio/", "video/", "font/", "application/octet-stream", "application/pdf", "application/zip")
_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ONE_LINE_MAX = 60

Answer = Callable[[HttpRequest], HttpResponseBase]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class RefusedField:
    """A field that was refused: its name, what the page calls it, and its text with the number covered."""

    name: str
    label: str
    covered: str

    @property
    def is_long(self) -> bool:
        """Whether its text wants more than one line."""
        return "\n" in self.covered or len(self.covered) > _ONE_LINE_MAX


@dataclass(frozen=True)
class _Found:
    name: str
    text: str


def for_machines(why: str) -> Callable[[View], View]:
    """Leave this view unguarded: only a programme speaks here, and no text of a person is kept."""
    return _declared("unguarded_because", why)


def takes_twelve_digits(**fields: str) -> Callable[[View], View]:
    """Leave these fields of the view unread: `licence_number="運転免許証番号; 道路交通法93条"`."""
    return _declared("twelve_digit_fields", fields)


def takes_marked_twelve_digits(view: View) -> View:
    """Leave boxes unread whose name ends in `~12`: the view takes forms that a city makes, with a rule for each box."""
    return _declared("reads_marked_boxes", True)(view)


def shows_refused_numbers(view: View) -> View:
    """Let the view answer itself: its request has the numbers covered, and `refused_fields` says which fields."""
    return _declared("shows_refused_numbers", True)(view)


def refused_fields(request: HttpRequest) -> Mapping[str, str]:
    """For such a view: by name of the field, the sentence to show beside it; empty where all is well."""
    found: list[RefusedField] = getattr(request, "refused_numbers", [])
    return {field.name: sentence() for field in found}


def sentence() -> str:
    """What is said beside a field that holds one."""
    return _("マイナンバー（個人番号）と思われる12桁の数字があります。消すか、隠してください。保存していません。")


def declared(view: Callable[..., Any], word: str) -> Any:
    """What a view, as the resolver found it, has said of itself; None where it has said nothing."""
    return getattr(view, word, None) or getattr(getattr(view, "view_class", None), word, None)


class NumberGuardMiddleware:
    """Refuses a request with a My Number in it; stands before every other that looks at what was entered."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        del args, kwargs
        if declared(view, "unguarded_because"):
            return None
        unread = UNREAD | set(declared(view, "twelve_digit_fields") or ())
        if declared(view, "reads_marked_boxes"):
            unread |= {name for name in request.POST if name.endswith(TWELVE_DIGITS_MARK)}
        found = list(_found(request, unread))
        if not found:
            return None
        refused = list({each.name: _refused(view, each) for each in found}.values())
        _cover(request, unread)
        request.refused_numbers = refused  # type: ignore[attr-defined]
        return None if declared(view, "shows_refused_numbers") else _refusal(request, view, refused)


def _declared(word: str, value: object) -> Callable[[View], View]:
    def door(view: View) -> View:
        setattr(view, word, value)
        return view

    return door


def _found(request: HttpRequest, unread: Collection[str]) -> Iterator[_Found]:
    yield from _in_pairs(request.GET, unread)
    if request.method not in _BODIES:
        return
    if request.method == "POST" and request.content_type in _FORMS:
        yield from _in_pairs(request.POST, unread)
        for name, files in request.FILES.lists():
            yield from (_Found(name, file.name) for file in files if file.name and holds_my_number(file.name))
    elif not (request.content_type or "").startswith(_NO_TEXT):
        yield from _in_body(request.body, unread)


def _in_pairs(pairs: QueryDict, unread: Collection[str]) -> Iterator[_Found]:
    for name, values in pairs.lists():
        if holds_my_number(name):
            yield _Found("", name)
        if name not in unread:
            yield from (_Found(name, value) for value in values if holds_my_number(value))


def _in_body(body: bytes, unread: Collection[str]) -> Iterator[_Found]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        if scan_text(body):
            yield _Found("", "")
        return
    waiting: list[tuple[str, object]] = [("", told)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(key, below) for key, below in value.items() if key not in unread]
            # A key is a text like any other.
            waiting += [("", key) for key in value]
        elif isinstance(value, list):
            waiting += [(name, below) for below in value]
        elif isinstance(value, str | int) and not isinstance(value, bool) and holds_my_number(str(value)):
            yield _Found(name, "")


def _refused(view: Callable[..., Any], found: _Found) -> RefusedField:
    return RefusedField(found.name, _label(view, found.name), without_my_numbers(found.text, COVER))


def _label(view: Callable[..., Any], name: str) -> str:
    """What the view's own form calls the field; else its name, as far as it is one."""
    if not name or holds_my_number(name):
        return _("送られた内容")
    # A form of several rows, or one with a prefix, puts something before the name.
    last = name.rpartition("-")[2]
    for form in _forms_of(view):
        fields: Mapping[str, forms.Field] = getattr(form, "base_fields", {})
        field = fields.get(name) or fields.get(last)
        if field is not None:
            return str(field.label or name)
    return name[:_ONE_LINE_MAX]


def _forms_of(view: Callable[..., Any]) -> Iterator[type[forms.BaseForm]]:
    module = sys.modules.get(getattr(inspect.unwrap(getattr(view, "view_class", view)), "__module__", ""))
    for value in list(vars(module).values()) if module else []:
        within = vars(value).values() if inspect.ismodule(value) and value.__name__.endswith(".forms") else [value]
        yield from (each for each in within if isinstance(each, type) and issubclass(each, forms.BaseForm))


def _cover(request: HttpRequest, unread: Collection[str]) -> None:
    """Take the numbers out of the request itself, so that nothing behind this line has them."""
    request.GET = _covered(request.GET, unread)
    request.META["QUERY_STRING"] = request.GET.urlencode()
    if request.method not in _BODIES:
        return
    if request.method == "POST" and request.content_type in _FORMS:
        request.POST = _covered(request.POST, unread)
        for _name, files in request.FILES.lists():
            for file in files:
                file.name = without_my_numbers(file.name or "", COVER)
    request._body = b""


def _covered(pairs: QueryDict, unread: Collection[str]) -> Any:
    covered = QueryDict(mutable=True, encoding=pairs.encoding)
    for name, values in pairs.lists():
        clean = values if name in unread else [without_my_numbers(value, COVER) for value in values]
        covered.setlist(without_my_numbers(name, COVER), clean)
    covered._mutable = False
    return covered


def _refusal(request: HttpRequest, view: Callable[..., Any], refused: list[RefusedField]) -> HttpResponse:
    answer: HttpResponse
    if not _is_a_page_wanted(request):
        told = {"error": sentence(), "fields": [field.name for field in refused if field.name]}
        answer = JsonResponse(told, status=400)
    else:
        entered = request.POST if request.method == "POST" else request.GET
        again = all(field.name for field in refused) and _may_be_sent_again(request, view, entered)
        shown = {field.name for field in refused}
        values = {
            "refused": refused,
            "again": again,
            "method": "post" if request.method == "POST" else "get",
            "address": request.get_full_path() if request.method == "POST" else request.path,
            "mark": get_token(request) if again and request.method == "POST" else "",
            "others": [
                (name, value)
                for name, values in entered.lists()
                for value in values
                if name not in shown and name not in UNREAD
            ],
            "had_files": request.method == "POST" and request.content_type in _FORMS and bool(request.FILES),
        }
        answer = render(request, "ui/my_number.html", values, status=400)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_a_page_wanted(request: HttpRequest) -> bool:
    # Some servers name a type for requests that have no body.
    sends_a_form = request.method not in _BODIES or request.content_type in ("", *_FORMS)
    return sends_a_form and request.accepts("text/html")


def _may_be_sent_again(request: HttpRequest, view: Callable[..., Any], entered: QueryDict) -> bool:
    """Whether the page may carry what was entered: no files, no secrets, one value a refused field, not too much.

    A form from a stranger's page must not come back from us with our own mark in it.
    """
    names = set(entered)
    shown = {field.name for field in getattr(request, "refused_numbers", [])}
    if any("password" in name for name in names) or any(len(entered.getlist(name)) > 1 for name in shown):
        return False
    if not shown <= names or sum(map(len, (values for _name, values in entered.lists()))) > FIELDS_MAX:
        return False
    if request.method != "POST":
        return True
    return not request.FILES and _Origin(lambda _request: HttpResponse()).process_view(request, view, (), {}) is None


class _Origin(CsrfViewMiddleware):
    """Whether a form is our own: Django's check, without its page and its line in the log."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        del request, reason
        return HttpResponse(status=403)
