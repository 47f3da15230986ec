"""The register's pages: for staff, for everybody, and the simulated networks' timelines."""

import re
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs, public
from todoke.base.clock import in_japan, now
from todoke.ground.audit.actions import record
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.channels.line_each import LineEachChannel
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.simulators import control
from todoke.shared.messaging.simulators.door import where_simulated
from todoke.shared.social.actions import planning
from todoke.shared.social.actions import register as acts
from todoke.shared.social.forms import CardForm, NetworkFaultForm, PlanForm, WhyForm
from todoke.shared.social.models import SocialAccount
from todoke.shared.social.queries import (
    account_for,
    accounts_for,
    destinations_of,
    held_for,
    last_used,
    metered_accounts_for,
    meters_of,
    profile_of,
    public_accounts,
    service_name,
)
from todoke.shared.social.rules import Meter
from todoke.shared.social.simulators.timeline import Post, timelines

POSTS_SHOWN = 100
BAR_WIDTH = 1000
FORM_METHODS = ["GET", "HEAD", "POST"]


@needs("social.read")
@require_safe
def register(request: VisitorRequest) -> HttpResponse:
    """Every account, open ones first, and when it was last used."""
    accounts = list(accounts_for(request.viewer))
    used = last_used(accounts)
    lines = [
        {"account": account, "service": service_name(account.service), "used_at": used.get(account.pk)}
        for account in sorted(accounts, key=lambda account: not account.is_open)
    ]
    values = {"lines": lines, "may_manage": request.viewer.may(acts.MANAGE)}
    return render(request, "social/register.html", values)


@needs("social.read")
@require_safe
def account(request: VisitorRequest, pk: int) -> HttpResponse:
    """One account with everything but its secret."""
    found = _found(request, pk)
    secret = _("封印して保管") if found.sealed_secret is not None else found.secret_name or _("なし")
    posts = "、".join(post.name for post in found.poster_posts.all()) or _("すべての職")
    places = destinations_of([found]).get(found.pk, [])
    pairs = [
        (_("サービス"), service_name(found.service)),
        (_("アカウント名"), found.handle),
        (_("担当課"), found.section.name),
        (_("目的"), found.purpose),
        (_("根拠となる要綱・ガイドライン"), found.rule),
        (_("運用方針のページ"), found.rule_address),
        (_("問い合わせ先"), found.contact),
        (_("投稿できる課"), "、".join(section.name for section in found.poster_sections.all())),
        (_("投稿できる職"), posts),
        (_("公開"), _("市の公式アカウントとして公開") if found.is_listed else _("公開しない")),
        (_("配信先"), "、".join(place.name for place in places)),
        (_("鍵"), secret),
        (_("開設日"), found.opened_date.isoformat()),
        (_("閉鎖日"), found.closed_date.isoformat() if found.closed_date else ""),
    ]
    values = {
        "account": found,
        "pairs": pairs,
        "used_at": last_used([found]).get(found.pk),
        "profile": profile_of(found),
        "may_manage": request.viewer.may(acts.MANAGE),
        "form": WhyForm(),
        "bars": [_bar(meter, now()) for meter in meters_of(found, now())],
    }
    return render(request, "social/account.html", values)


@needs("social.manage")
@require_http_methods(FORM_METHODS)
def open_one(request: VisitorRequest) -> HttpResponse:
    """Put an account into the register."""
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        handle = re.sub(r"[^a-z0-9]+", "-", str(form.cleaned_data["handle"]).lower()).strip("-")
        key = f"{form.cleaned_data['service']}-{handle}"[:50] + f"-{uuid.uuid4().hex[:8]}"
        try:
            made = acts.open_account(
                form.card(), key=key, on=in_japan(now()).date(), by=request.viewer, why=form.cleaned_data["why"]
            )
        except acts.RegisterRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("「%(name)s」を台帳に登録しました。") % {"name": made.name})
            return redirect("social:account", made.pk)
    return _form(request, form, None)


@needs("social.manage")
@require_http_methods(FORM_METHODS)
def change(request: VisitorRequest, pk: int) -> HttpResponse:
    """Change what the register says of an account."""
    found = _found(request, pk)
    form = CardForm(request.POST) if request.method == "POST" else CardForm(initial=CardForm.values_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            acts.change_account(pk, form.card(), by=request.viewer, why=form.cleaned_data["why"])
        except acts.RegisterRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("台帳を変更しました。"))
            return redirect("social:account", pk)
    return _form(request, form, found)


@needs("social.manage")
@require_POST
def close(request: VisitorRequest, pk: int) -> HttpResponse:
    """Close an account."""
    found = _found(request, pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("閉鎖の理由を書いてください。"))
        return redirect("social:account", pk)
    try:
        acts.close_account(found.pk, on=in_japan(now()).date(), by=request.viewer, why=form.cleaned_data["why"])
    except acts.RegisterRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("アカウントを閉鎖として記録しました。"))
    return redirect("social:account", pk)


@needs("social.manage")
@require_http_methods(FORM_METHODS)
def set_quota(request: VisitorRequest, pk: int) -> HttpResponse:
    """Set how much an account may post in one window, and how much of it is kept."""
    found = _found(request, pk)
    form = PlanForm(request.POST or None, initial=_plan_of(found, request.GET.get("window", "")))
    if request.method == "POST" and form.is_valid():
        try:
            planning.set_quota(pk, form.plan(), by=request.viewer, why=form.cleaned_data["why"], at=now())
        except acts.RegisterRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("上限を決めました。監査記録に残りました。"))
            return redirect("social:account", pk)
    bars = [_bar(meter, now()) for meter in meters_of(found, now())]
    values = {"form": form, "account": found, "bars": bars}
    return render(request, "social/quota.html", values, status=422 if form.errors else 200)


def _plan_of(account: SocialAccount, window: str) -> dict[str, Any]:
    """What stands there for this window; the first one's where the address names none."""
    standing = list(account.quotas.all())
    quota = next((one for one in standing if one.window == window), standing[0] if standing and not window else None)
    if quota is None:
        return {"window": window}
    return {
        "window": quota.window,
        "limit": quota.limit,
        "reserve_percent": quota.reserve_percent,
        "since": quota.since_date,
        "source": quota.source,
    }


@needs("social.read")
@require_safe
def quotas(request: VisitorRequest) -> HttpResponse:
    """A bar for every quota, LINE's too, and what was held back."""
    at = now()
    lines = [
        {
            "account": account,
            "service": service_name(account.service),
            "bars": [_bar(meter, at) for meter in meters_of(account, at)],
        }
        for account in metered_accounts_for(request.viewer)
    ]
    values = {"lines": lines, "line_quota": _line_quota(), "held": held_for(request.viewer), "at": at}
    return render(request, "social/quotas.html", values)


@public
@require_safe
def official(request: VisitorRequest) -> HttpResponse:
    """Which accounts are the city's own, so that a fake can be told from them."""
    return render(request, "social/official.html", {"accounts": public_accounts()})


def _found(request: VisitorRequest, pk: int) -> SocialAccount:
    found = account_for(request.viewer, pk)
    if found is None:
        raise Http404
    return found


def _form(request: VisitorRequest, form: CardForm, found: SocialAccount | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "social/form.html", {"form": form, "account": found}, status=status)


def _bar(meter: Meter, at: datetime) -> dict[str, Any]:
    """A quota as its bar shows it."""
    runs_out = meter.runs_out_at(at)
    if meter.left == 0:
        word, tone = _("使い切りました"), "bad"
    elif meter.open == 0:
        word, tone = _("緊急用だけ残っています"), "bad"
    elif runs_out is not None:
        word, tone = _("この調子だと足りなくなります"), "attention"
    else:
        word, tone = _("余裕があります"), "good"
    return {
        "meter": meter,
        "window": meter.window.label,
        "word": word,
        "tone": tone,
        "runs_out_at": runs_out if meter.left else None,
        "key": meter.window.value,
        # Of a bar of a thousand: how far it is used, and where the reserve begins.
        "used_width": min(BAR_WIDTH, BAR_WIDTH * meter.used // meter.limit),
        "reserve_start": BAR_WIDTH - BAR_WIDTH * meter.reserve // meter.limit,
        "reserve_width": BAR_WIDTH * meter.reserve // meter.limit,
    }


def _line_quota() -> dict[str, Any] | None:
    """LINE's month as LINE itself tells it; None where LINE is not used or does not answer."""
    channel = channels.find(LineEachChannel.key)
    told = channel.line.quota.left() if isinstance(channel, LineEachChannel) else None
    if told is None or told[0].quota is None:
        return None
    reading, left = told
    return {"limit": reading.quota, "used": reading.used, "open": max(0, left)}


# ---- the simulated networks ----


@needs("messaging.read")
@require_safe
@where_simulated
def simulators(request: VisitorRequest) -> HttpResponse:
    """The networks, and how much stands on each."""
    lines = [
        {"service": service, "name": service_name(f"social.{service}"), "count": len(kept.posts())}
        for service, kept in timelines(settings.SIMULATOR_ROOT).items()
    ]
    return render(request, "social/simulators.html", {"lines": lines})


@needs("messaging.read")
@require_safe
@where_simulated
def timeline(request: VisitorRequest, service: str) -> HttpResponse:
    """What stands on one network, with what was edited and deleted."""
    return _timeline(request, service, NetworkFaultForm())


@needs("messaging.operate")
@require_POST
@where_simulated
def fault(request: VisitorRequest, service: str) -> HttpResponse:
    """Order a fault from a network, or take it back."""
    _kept(service)
    form = NetworkFaultForm(request.POST)
    port, target = settings.SOCIAL_SIMULATOR_PORT, ("social.simulator", service)
    try:
        if "clear" in request.POST:
            control.clear_fault(port, service)
            record("social.fault-cleared", on=target, by=request.viewer)
            messages.success(request, _("障害を解除しました。"))
        elif form.is_valid():
            control.order_fault(port, service, form.fault())
            record("social.fault-ordered", on=target, by=request.viewer, after=form.fault().as_json())
            messages.success(request, _("障害を設定しました。"))
        else:
            return _timeline(request, service, form)
    except control.SimulatorsAway:
        messages.error(request, _("模擬のソーシャルメディアが動いていません。「todoke networks」を起動してください。"))
    return redirect("social-simulators:timeline", service)


def _kept(service: str) -> list[Post]:
    kept = timelines(settings.SIMULATOR_ROOT).get(service)
    if kept is None:
        raise Http404
    return kept.posts()


def _timeline(request: VisitorRequest, service: str, form: NetworkFaultForm) -> HttpResponse:
    posts = [
        {
            "post": post,
            "posted_at": datetime.fromisoformat(post.posted_at),
            "edited_at": datetime.fromisoformat(post.edited_at) if post.edited_at else None,
            "deleted_at": datetime.fromisoformat(post.deleted_at) if post.deleted_at else None,
        }
        for post in _kept(service)[:POSTS_SHOWN]
    ]
    values = {
        "service": service,
        "name": service_name(f"social.{service}"),
        "posts": posts,
        "form": form,
        "may_operate": request.viewer.may("messaging.operate"),
    }
    return render(request, "social/timeline.html", values, status=422 if form.is_bound else 200)
