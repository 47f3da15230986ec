"""The resident's own page: ways in, mandates, what we keep, the end of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.clock import in_japan, now
from todoke.ground.looks.queries import SHOWN_MAX, looks_at
from todoke.ground.people.gate import needs_level
from todoke.ground.people.mandates import acting
from todoke.ground.people.models import Mandate, VerifiedFact
from todoke.ground.people.openid.providers import providers
from todoke.ground.people.queries import section_names
from todoke.ground.people.residents import leaving, passkeys
from todoke.ground.people.residents.entering import MAIL, NUMBER, PASSKEY, CannotEnter
from todoke.ground.people.residents.facts import facts_of
from todoke.ground.people.residents.forms import MandateForm
from todoke.ground.people.residents.letters import address_in
from todoke.ground.people.residents.session import keep_generation, leave
from todoke.ground.people.rules import Level
from todoke.ground.people.views.doors import present_resident, private

# What cannot be taken back, and what gives rights away, is asked of somebody who has just shown who they are.
FRESH_MINUTES = 15


@needs_level(Level.CONTACT)
@never_cache
@require_safe
def my(request: HttpRequest) -> HttpResponseBase:
    """Ways in, the latest sign-ins, facts."""
    resident = present_resident(request)
    words = _means_words()
    context = {
        "resident": resident,
        "reference": f"{resident.reference[:5]}-{resident.reference[5:]}",
        "level_words": LEVEL_WORDS[request.viewer.level](),  # type: ignore[attr-defined]
        "mails": [(each.pk, address_in(each.sealed)) for each in resident.mail_addresses.order_by("pk")],
        "passkeys": [(each.pk, each.wrap().name) for each in passkeys.of(resident)],
        "outside": [
            (each.pk, words.get(each.provider, each.provider)) for each in resident.outside_identities.order_by("pk")
        ],
        "providers": providers(),
        "facts": [(each, VerifiedFact.Name(each.name).label) for each in facts_of(resident, at=now())],
        "sign_ins": [(each.at, words.get(each.means, each.means)) for each in resident.sign_ins.order_by("-pk")[:10]],
        "can_remove": leaving.means_count(resident) > 1,
    }
    return private(render(request, "people/residents/my.html", context))


LEVEL_WORDS = {
    Level.NONE: lambda: _("なし"),
    Level.CONTACT: lambda: _("メールの確認"),
    Level.ACCOUNT: lambda: _("パスキーなどの確認"),
    Level.COUNTER: lambda: _("窓口か郵便での確認"),
    Level.CARD: lambda: _("マイナンバーカードの確認"),
    Level.SIGNED: lambda: _("マイナンバーカードの電子署名"),
}


def _means_words() -> dict[str, str]:
    return {
        MAIL: _("メール"),
        PASSKEY: _("パスキー"),
        NUMBER: _("窓口の番号"),
        **{each.means: each.title for each in providers()},
    }


@needs_level(Level.CONTACT, within_minutes=FRESH_MINUTES)
@never_cache
@require_http_methods(["GET", "POST"])
def add_passkey(request: HttpRequest) -> HttpResponseBase:
    """A new passkey; needs a script, which the page says."""
    resident, trouble = present_resident(request), ""
    if request.method == "POST":
        try:
            passkeys.add(request, resident, request.POST.get("credential", ""), request.POST.get("name", ""))
        except CannotEnter as refused:
            trouble = str(refused)
        else:
            messages.success(request, _("パスキーを加えました。次からは、この端末だけで入れます。"))
            return redirect("people:my")
    question = passkeys.question_for_adding(request, resident)
    context = {"trouble": trouble, "question": {"creation_options": question}}
    return private(render(request, "people/residents/add_passkey.html", context))


@needs_level(Level.CONTACT, within_minutes=FRESH_MINUTES)
@require_POST
def remove_means(request: HttpRequest) -> HttpResponseBase:
    """Take away one way in."""
    resident, (kind, _dot, pk) = present_resident(request), request.POST.get("means", "").partition(".")
    try:
        leaving.remove_means(resident, kind, int(pk) if pk.isascii() and pk.isdigit() else 0)
    except CannotEnter as refused:
        messages.error(request, str(refused))
    else:
        resident.refresh_from_db()
        keep_generation(request, resident)
        messages.success(request, _("サインイン方法を外しました。ほかの端末では、サインアウトしました。"))
    return redirect("people:my")


@needs_level(Level.CONTACT)
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponseBase:
    """Sign out everywhere else."""
    resident = present_resident(request)
    leaving.end_sessions(resident)
    keep_generation(request, resident)
    messages.success(request, _("ほかの端末では、サインアウトしました。"))
    return redirect("people:my")


@needs_level(Level.CONTACT)
@never_cache
@require_safe
def my_data(request: HttpRequest) -> HttpResponseBase:
    """Everything that this room keeps about them, as JSON."""
    answer = JsonResponse(
        leaving.own_data(present_resident(request), at=now()), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return private(answer)


@needs_level(Level.CONTACT)
@never_cache
@require_safe
def looks(request: HttpRequest) -> HttpResponseBase:
    """Who of the city has looked at what is kept about them, when and what for (閲覧記録)."""
    seen = looks_at(f"resident:{present_resident(request).pk}")
    sections = section_names(key for each in seen for key in each.sections)
    lines = [
        (
            each.day.isoformat(),
            "、".join([*(sections.get(key, key) for key in each.sections), *filter(None, [each.staff])]) or _("市役所"),
            f"{each.what}（{each.way}）",
            each.purpose,
        )
        for each in seen
    ]
    columns = [_("見た日"), _("見た課"), _("見たもの"), _("閲覧の目的")]
    context = {"lines": lines, "columns": columns, "is_full": len(lines) == SHOWN_MAX}
    return private(render(request, "people/residents/looks.html", context))


@needs_level(Level.CONTACT, within_minutes=FRESH_MINUTES)
@never_cache
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponseBase:
    """The end of a registration."""
    if request.method == "POST":
        leaving.close(present_resident(request), at=now())
        leave(request)
        messages.success(request, _("登録を閉じました。メールアドレスなどは消しました。"))
        return redirect("/?home")
    return private(render(request, "people/residents/close.html"))


@needs_level(Level.CONTACT)
@never_cache
@require_http_methods(["GET", "POST"])
def mandates(request: HttpRequest) -> HttpResponseBase:
    """Who acts for whom; and asking to act for somebody."""
    viewer, at = request.viewer, now()  # type: ignore[attr-defined]
    form = MandateForm(request.POST or None, today=in_japan(at).date())
    if request.method == "POST" and form.is_valid():
        try:
            acting.ask_to_act(
                present_resident(request),
                form.principal,
                form.cleaned_data["kind"],
                start_date=form.today,
                end_date=form.cleaned_data["end_date"],
                at=at,
            )
        except acting.CannotActFor as refused:
            form.add_error("end_date" if isinstance(refused, acting.BadPeriod) else None, str(refused))
        else:
            messages.success(request, _("代理を申し込みました。本人か窓口が確認すると、使えるようになります。"))
            return redirect("people:mandates")
    lines = [
        {
            "mandate": each,
            "is_principal": each.principal_id == viewer.resident_id,
            "can_confirm": each.principal_id == viewer.resident_id
            and each.state == Mandate.State.ASKED
            and each.kind != Mandate.Kind.LEGAL,
            "other": each.agent.reference if each.principal_id == viewer.resident_id else each.principal.reference,
            "tone": {"asked": "attention", "confirmed": "good"}.get(each.state, "neutral"),
        }
        for each in acting.mandates_seen_by(viewer)
    ]
    return private(render(request, "people/residents/mandates.html", {"form": form, "lines": lines}))


@needs_level(acting.PRINCIPAL_LEVEL, within_minutes=FRESH_MINUTES)
@never_cache
@require_http_methods(["GET", "POST"])
def confirm_mandate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The principal's word: GET shows what it means, POST gives it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    mandate = get_object_or_404(acting.mandates_seen_by(viewer), pk=pk)
    if request.method == "POST":
        try:
            acting.confirm_as_principal(mandate, viewer, at=now())
            messages.success(request, _("代理を認めました。いつでも取りやめられます。"))
        except acting.CannotActFor as refused:
            messages.error(request, str(refused))
        return redirect("people:mandates")
    return private(render(request, "people/residents/confirm_mandate.html", {"mandate": mandate}))


@needs_level(Level.CONTACT)
@require_POST
def withdraw_mandate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Either of the two ends it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    acting.withdraw(get_object_or_404(acting.mandates_seen_by(viewer), pk=pk), viewer, at=now())
    messages.success(request, _("代理を取りやめました。"))
    return redirect("people:mandates")
