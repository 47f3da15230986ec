"""The components of the screens as template tags: `{% load ui %}`. The style page shows each in all its states."""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from todoke.base import clock
from todoke.base.plain_japanese import Review
from todoke.base.ui import instants, languages
from todoke.base.ui import registry as hooks
from todoke.base.ui.levels import level_of
from todoke.base.ui.values import TONES, Entry, Step

log = logging.getLogger(__name__)
register = template.Library()

DUE_SOON_DAYS = 3


# The frame of the page


@register.simple_tag
def language_tag() -> str:
    """The BCP 47 tag of the page's language."""
    return languages.language_tag(get_language())


@register.simple_tag(takes_context=True)
def site_name(context: template.Context) -> str:
    """The city's name: `site_name` of the context (project fills it), else a plain word."""
    return str(context.get("site_name") or _("デジタル市役所"))


@register.inclusion_tag("ui/components/language_switch.html", takes_context=True)
def language_switch(context: template.Context) -> dict[str, Any]:
    """Links to this same page in every language; they work without script."""
    request = context.get("request")
    choices = []
    for code, name in settings.LANGUAGES:
        query = request.GET.copy() if request else None
        if query is not None:
            query["language"] = code
        choices.append(
            {
                "name": name,
                "tag": languages.language_tag(code),
                "current": code == get_language(),
                "address": f"?{query.urlencode()}" if query is not None else f"/?home&language={code}",
            }
        )
    return {"choices": choices}


@register.inclusion_tag("ui/components/menu.html", takes_context=True)
def resident_menu(context: template.Context) -> dict[str, Any]:
    """The residents' menu."""
    return _menu(context, hooks.resident_menu, _("サイトのメニュー"))


@register.inclusion_tag("ui/components/menu.html", takes_context=True)
def staff_menu(context: template.Context) -> dict[str, Any]:
    """The staff's menu: only what this person may do."""
    return _menu(context, hooks.staff_menu, _("職員のメニュー"))


def _menu(context: template.Context, menu: Iterable[hooks.MenuItem], label: str) -> dict[str, Any]:
    request = context.get("request")
    viewer = getattr(request, "viewer", None)
    lines = []
    for item in hooks.items_for(menu, lambda permission: viewer is not None and viewer.may(permission)):
        try:
            address = reverse(item.url_name)
        except NoReverseMatch:
            log.warning("ui.menu-item-leads-nowhere key=%s url_name=%s", item.key, item.url_name)
            continue
        lines.append({"title": item.title, "address": address})
    path = request.path if request is not None else ""
    # One place is where the reader is: below several items, the nearest.
    addresses = [str(line["address"]) for line in lines]
    here = max((each for each in addresses if each != "/" and path.startswith(each)), key=len, default=None)
    return {"label": label, "lines": [{**line, "here": line["address"] == here} for line in lines]}


@register.inclusion_tag("ui/components/who_am_i.html", takes_context=True)
def who_am_i(context: template.Context) -> dict[str, Any]:
    """Who is signed in, and the way out; a link to sign in for a stranger."""
    request = context.get("request")
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {"name": str(user) if signed_in else None, "request": request, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/components/messages.html", takes_context=True)
def page_messages(context: template.Context) -> dict[str, Any]:
    """What the last act has to say (django.contrib.messages), once."""
    tones = {"success": "good", "warning": "attention", "error": "bad"}
    lines = [
        {"text": message, "tone": tones.get(message.level_tag, "neutral")} for message in context.get("messages") or ()
    ]
    return {"lines": lines}


# Alerts


@register.inclusion_tag("ui/components/level_mark.html")
def level_mark(number: object, word: object = None, size: str = "") -> dict[str, Any]:
    """`{% level_mark 4 "避難指示" %}`: 警戒レベル as number, word and colour; `size="large"` for the head of a page.

    Without a word it is the mayor's (避難指示 …); give the weather service's where it is theirs, or "" for none.
    """
    level = level_of(number)
    return {"number": level.number, "word": level.word if word is None else word, "size": size}


@register.inclusion_tag("ui/components/level_banner.html")
def level_banner(number: object, place: object, word: object = None, act: object = None) -> dict[str, Any]:
    """`{% level_banner 4 "南区" %}`: an alert in force, over the full width, with what people do."""
    level = level_of(number)
    return {"number": level.number, "word": word or level.word, "act": act or level.act, "place": place}


@register.inclusion_tag("ui/components/mode_mark.html")
def mode_mark(mode: object) -> dict[str, Any]:
    """`{% mode_mark "exercise" %}`: 訓練 or 試験; nothing for an actual alert."""
    return {"mode": _mode(mode)}


@register.inclusion_tag("ui/components/mode_banner.html")
def mode_banner(mode: object = None) -> dict[str, Any]:
    """The striped banner over a page that is in exercise or test; nothing for an actual one."""
    return {"mode": _mode(mode)}


def _mode(mode: object) -> str:
    text = str(getattr(mode, "value", mode) or "actual")
    if text not in ("actual", "exercise", "test"):
        raise LookupError(f"a mode is actual, exercise or test, not “{text}”")
    return text


# Words and times


@register.inclusion_tag("ui/components/status_tag.html")
def status_tag(word: object, tone: str = "neutral") -> dict[str, Any]:
    """`{% status_tag "送信中" "active" %}`: a state; the tone adds a shape and a colour to the word."""
    return {"word": word, "tone": _tone(tone)}


@register.inclusion_tag("ui/components/moment.html")
def moment(instant: datetime | None) -> dict[str, Any]:
    """`{% moment sent_at %}`: an instant in Japanese time, as `<time>`; a dash where there is none."""
    if instant is None:
        return {"machine": None}
    return {
        "machine": clock.in_japan(instant).isoformat(timespec="seconds"),
        "text": instants.moment_text(instant, clock.now()),
    }


@register.inclusion_tag("ui/components/deadline.html")
def deadline(instant: datetime) -> dict[str, Any]:
    """`{% deadline due_at %}`: an instant and how long it is until then, or since it has passed."""
    left = instant - clock.now()
    passed = left.total_seconds() < 0
    return {**moment(instant), "span": instants.span_text(abs(left)), "passed": passed}


@register.inclusion_tag("ui/components/due_day.html")
def due_day(day: date | None, is_stopped: bool = False) -> dict[str, Any]:
    """`{% due_day case.due_date case.is_stopped %}`: the day by which it is due, how far off, and whether its clock
    stands still; an empty day without a stop shows that there is none."""
    today = clock.in_japan(clock.now()).date()
    if day is None:
        return {
            "machine": "",
            "note": _("期限は止まっています") if is_stopped else _("期限はありません"),
            "tone": "neutral",
        }
    left = (day - today).days
    if left < 0:
        note = ngettext("%(count)d日過ぎています", "%(count)d日過ぎています", -left) % {"count": -left}
    elif left == 0:
        note = _("きょうまでです")
    else:
        note = ngettext("あと%(count)d日", "あと%(count)d日", left) % {"count": left}
    tone = "bad" if left < 0 else "attention" if left <= DUE_SOON_DAYS else "neutral"
    return {"machine": day.isoformat(), "text": instants.day_text(day, today), "note": note, "tone": tone}


@register.inclusion_tag("ui/components/history.html")
def history(entries: Iterable[Entry]) -> dict[str, Any]:
    """`{% history entries %}`: what happened, oldest first; entries (todoke.base.ui.values.Entry) are ready to show."""
    return {"entries": list(entries)}


@register.filter(name="moment_text")
def moment_text(instant: datetime) -> str:
    """`{{ sent_at|moment_text }}`: the instant as plain text, for titles and labels."""
    return instants.moment_text(instant, clock.now())


# Blocks of a page


@register.simple_block_tag
def notice(content: str, tone: str = "neutral", title: object = None) -> SafeString:
    """`{% notice "attention" title="…" %}…{% endnotice %}`: something to know, said in a frame."""
    values = {"content": content, "tone": _tone(tone), "title": title}
    return render_to_string("ui/components/notice.html", values)


@register.inclusion_tag("ui/components/breadcrumb.html")
def breadcrumb(*parts: object) -> dict[str, Any]:
    """`{% breadcrumb "ホーム" "/" "災害対応" "/desk/…" "いまのページ" %}`: title, address, …; the last is this page."""
    if len(parts) % 2 == 0:
        raise template.TemplateSyntaxError("breadcrumb: pairs of title and address, then the title of this page")
    return {
        "steps": [{"title": parts[i], "address": parts[i + 1]} for i in range(0, len(parts) - 1, 2)],
        "here": parts[-1],
    }


@register.inclusion_tag("ui/components/definition_list.html")
def definition_list(pairs: Iterable[tuple[object, object]]) -> dict[str, Any]:
    """`{% definition_list pairs %}`: (term, value) pairs; an empty value is shown as a dash."""
    return {"pairs": list(pairs)}


@register.inclusion_tag("ui/components/table.html")
def table(caption: object, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> dict[str, Any]:
    """`{% table caption columns rows %}`: values ready to show; the first of each row is its heading."""
    names = list(columns)
    return {"caption": caption, "columns": names, "rows": [list(zip(names, row, strict=True)) for row in rows]}


@register.inclusion_tag("ui/components/paging.html", takes_context=True)
def paging(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """`{% paging page %}`: a way through the pages of a Django paginator, keeping the rest of the address."""
    request = context.get("request")

    def address(number: int) -> str:
        query = request.GET.copy() if request else QueryDict(mutable=True)
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "earlier": address(page.previous_page_number()) if page.has_previous() else None,
        "later": address(page.next_page_number()) if page.has_next() else None,
    }


@register.inclusion_tag("ui/components/empty_state.html")
def empty_state(sentence: object, address: str = "", act: object = "") -> dict[str, Any]:
    """`{% empty_state "届いた電文はまだありません。" address act %}`: said aloud instead of an empty place."""
    return {"sentence": sentence, "address": address, "act": act}


@register.inclusion_tag("ui/components/progress.html")
def progress(steps: Iterable[Step]) -> dict[str, Any]:
    """`{% progress steps %}`: the steps of a way (`ui.values.Step`), each with its state in words."""
    return {"steps": list(steps)}


@register.inclusion_tag("ui/components/plain_japanese.html")
def plain_japanese(review: Review, key: str = "plain") -> dict[str, Any]:
    """`{% plain_japanese review "easy" %}`: a checked text with its findings; `key` begins the ids on the page."""
    return {"review": review, "key": key}


@register.simple_block_tag
def map_frame(content: str, title: str, view_box: str, key: str = "map") -> SafeString:
    """`{% map_frame title "0 0 100 80" key="wards" %}<path …>{% endmap_frame %}`: an SVG map; put a list beside it."""
    values = {"content": content, "title": title, "view_box": view_box, "key": key}
    return render_to_string("ui/components/map_frame.html", values)


# Forms and acts


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """`{% field form.title %}`: label, hint, error and control, tied together for a screen reader."""
    kind = getattr(bound.field.widget, "input_type", "")
    many = bound.use_fieldset
    return {
        "field": bound,
        "many": many,
        "single_tick": kind == "checkbox" and not many,
        "hint_id": f"{bound.auto_id}_hint" if bound.help_text else None,
        "error_id": f"{bound.auto_id}_error" if bound.errors else None,
        "control": _control(bound, kind),
    }


def _control(bound: BoundField, kind: str) -> SafeString:
    # Django gives a group's classes to its frame and to each of its boxes.
    classes = {"checkbox": "tick", "radio": "tick", "select": "control control--select", "file": "control--file"}
    look = "choices" if bound.use_fieldset else classes.get(kind, "control")
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    described += [f"{bound.auto_id}_hint"] if bound.help_text else []
    attributes: dict[str, Any] = {"class": look}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors and not bound.use_fieldset:
        attributes["aria-invalid"] = "true"
    return bound.as_widget(attrs={**bound.field.widget.attrs, **attributes})


@register.inclusion_tag("ui/components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """`{% form_errors form %}`: above a refused form, what to mend, with links to the places."""
    return {
        "general": form.non_field_errors(),
        "fields": [bound for bound in form if bound.errors] if form.is_bound else [],
        "shown": form.is_bound and bool(form.errors),
    }


@register.inclusion_tag("ui/components/button.html")
def button(words: object, kind: str = "main", name: str = "", value: str = "", address: str = "") -> dict[str, Any]:
    """`{% button "送る" kind="main" %}`: kind is main, plain or danger; with `address` it is a link that looks so."""
    if kind not in ("main", "plain", "danger"):
        raise template.TemplateSyntaxError(f"button: a kind is main, plain or danger, not “{kind}”")
    return {"words": words, "kind": kind, "name": name, "value": value, "address": address}


def _tone(tone: str) -> str:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"a tone is one of {', '.join(TONES)}, not “{tone}”")
    return tone
