"""The residents' doors: the choice of means, the letter, the passkey, the counter's number, the way out."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from todoke.base.clock import now
from todoke.ground.people.gate import needs_level, public
from todoke.ground.people.openid.providers import providers
from todoke.ground.people.residents import letters, passkeys
from todoke.ground.people.residents.entering import (
    CannotEnter,
    Proof,
    arrive,
    ask_first,
    asked_first,
    needs_a_word,
)
from todoke.ground.people.residents.forms import CodeForm, MailForm, NumberForm
from todoke.ground.people.residents.numbers import enter_number
from todoke.ground.people.residents.session import leave
from todoke.ground.people.residents.way import Way, way_named
from todoke.ground.people.rules import Level
from todoke.ground.people.views.doors import go_on, place_of, present_resident, private, way_in


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The choice of means; those that do not reach what the door asks are not offered. POST asks for a letter."""
    way = way_in(request)
    if request.user.is_authenticated:
        return private(render(request, "people/residents/staff_here.html", {"way": way}))
    if way is not None and way.is_open_to(request.session) and request.viewer.is_resident:  # type: ignore[attr-defined]
        return go_on(request, way)
    form = MailForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            letters.ask_for_letter(
                form.cleaned_data["address"], place_of(request), language=get_language() or "ja", at=now()
            )
        except letters.TooManyFromHere as refused:
            form.add_error(None, str(refused))
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            return _to("people:mail-code", way)
    return private(render(request, "people/residents/sign_in.html", _choice(request, form, way), status=status))


def _choice(request: HttpRequest, form: MailForm, way: Way | None) -> dict[str, Any]:
    needed = Level(way.level) if way else Level.CONTACT
    is_resident = request.viewer.is_resident  # type: ignore[attr-defined]
    return {
        "form": form,
        "way": way,
        "needed": needed,
        "has_mail": needed <= Level.CONTACT,
        "has_passkey": needed <= Level.ACCOUNT,
        "has_number": is_resident and needed <= Level.COUNTER,
        "providers": [each for each in providers() if each.highest >= needed],
        "is_more": is_resident and needed > Level.CONTACT,
        "claims": [CLAIM_WORDS[claim]() for claim in (way.claims if way else ())],
        "keeps_form": bool(way and way.form),
    }


CLAIM_WORDS = {
    "name": lambda: _("氏名"),
    "address": lambda: _("住所"),
    "birthdate": lambda: _("生年月日"),
    "gender": lambda: _("性別"),
}


@public
@never_cache
@require_http_methods(["GET", "POST"])
def mail_code(request: HttpRequest) -> HttpResponseBase:
    """The six digits, typed where the letter was asked for."""
    way = way_in(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proof = letters.by_code(form.cleaned_data["code"], request.session, at=now())
            return came(request, proof, way)
        except CannotEnter as refused:
            form.add_error("code", str(refused))
    return private(render(request, "people/residents/mail_code.html", {"form": form, "way": way}))


@public
@never_cache
@require_http_methods(["GET", "POST"])
def mail_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows a button and signs nobody in, so that a mail scanner does not; POST does, in the asking browser."""
    if request.method == "POST":
        try:
            return came(request, letters.by_link(token, request.session, at=now()), None)
        except CannotEnter as refused:
            return refused_page(request, refused)
    is_here = letters.is_asked_here(token, request.session)
    answer = private(render(request, "people/residents/mail_link.html", {"is_here": is_here}))
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


@public
@never_cache
@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponseBase:
    """A passkey of this device; needs a script, which the page says."""
    way = way_in(request)
    trouble = ""
    if request.method == "POST":
        try:
            passkeys.come_in(request, request.POST.get("credential", ""), way, at=now())
            return go_on(request, way)
        except CannotEnter as refused:
            trouble = str(refused)
    question = passkeys.question_for_entering(request)
    return private(
        render(
            request,
            "people/residents/passkey.html",
            {"way": way, "trouble": trouble, "question": {"request_options": question}},
        )
    )


@needs_level(Level.CONTACT)
@never_cache
@require_http_methods(["GET", "POST"])
def number(request: HttpRequest) -> HttpResponseBase:
    """The number from the counter."""
    way = way_in(request)
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            enter_number(request, present_resident(request), form.cleaned_data["number"], way, at=now())
        except CannotEnter as refused:
            form.add_error("number", str(refused))
        else:
            return go_on(request, way)
    return private(render(request, "people/residents/number.html", {"form": form, "way": way}))


@public
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponseBase:
    """Whose is what was shown: of whoever is signed in, or of the next person at this computer?"""
    if request.method == "POST":
        waiting = asked_first(request)
        if waiting is None:
            return redirect("people:sign-in")
        proof, word = waiting
        way = way_named(request.session, word)
        try:
            arrive(request, proof, way, at=now(), join=request.POST.get("whose") == "mine")
        except CannotEnter as refused:
            return refused_page(request, refused)
        return go_on(request, way)
    return private(render(request, "people/residents/join.html"))


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the resident's session."""
    leave(request)
    messages.success(request, _("サインアウトしました。"))
    return redirect("/?home")


@public
@require_POST
def stop_being_staff(request: HttpRequest) -> HttpResponseBase:
    """A member of staff who wants to come as a resident signs out first; the two never share a session."""
    way = way_in(request)
    logout(request)
    if way is None:
        return redirect("people:sign-in")
    return redirect(way.path)


def came(request: HttpRequest, proof: Proof, way: Way | None) -> HttpResponseBase:
    """Let somebody in, or ask first whose proof it is. Raises CannotEnter."""
    if needs_a_word(request, proof):
        ask_first(request, proof, way)
        return redirect("people:join")
    arrive(request, proof, way, at=now())
    return go_on(request, way)


def refused_page(request: HttpRequest, refused: CannotEnter, way: Way | None = None) -> HttpResponseBase:
    """What went wrong, and the way to try again."""
    return private(
        render(
            request,
            "people/residents/refused.html",
            {"sentence": str(refused), "way": way},
            status=HTTPStatus.FORBIDDEN,
        )
    )


def _to(name: str, way: Way | None) -> HttpResponseBase:
    address = redirect(name).url
    return redirect(f"{address}?way={way.word}" if way else address)
