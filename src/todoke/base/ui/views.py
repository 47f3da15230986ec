"""The living style page: every component in all its states, in the language of the visitor."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import public
from todoke.base.clock import in_japan, now
from todoke.base.plain_japanese import reviewed
from todoke.base.ui.forms import SpecimenForm
from todoke.base.ui.levels import LEVELS
from todoke.base.ui.registry import in_order, specimens
from todoke.base.ui.values import TONES, Entry, Step


@public
@require_safe
def style_page(request: HttpRequest) -> HttpResponse:
    """Shows every component; nothing on it is real."""
    moment = now()
    return render(
        request,
        "ui/style.html",
        {
            "levels": LEVELS.values(),
            "tones": TONES,
            "soon": moment + timedelta(minutes=35),
            "past": moment - timedelta(hours=2, minutes=10),
            "pairs": [(_("担当"), _("危機管理課")), (_("電話"), "000-000-0000"), (_("備考"), "")],
            "columns": [_("地区"), _("世帯"), _("人")],
            "rows": [[_("北区"), "1,204", "2,815"], [_("南区"), "986", "2,230"]],
            "steps": [
                Step(_("受け付け"), "done", _("本人から")),
                Step(_("送る文を確かめる"), "current"),
                Step(_("別の人が承認する"), "waiting"),
            ],
            "failed_steps": [Step(_("受け付け"), "done"), Step(_("送信"), "failed", _("相手が答えません。"))],
            "due_later": in_japan(moment).date() + timedelta(days=30),
            "due_soon": in_japan(moment).date() + timedelta(days=2),
            "due_today": in_japan(moment).date(),
            "due_past": in_japan(moment).date() - timedelta(days=4),
            "entries": [
                Entry(moment - timedelta(days=2), _("受け付け"), _("本人から")),
                Entry(moment - timedelta(hours=3), _("送る文を確かめる"), _("危機管理課"), _("別の人が承認する")),
            ],
            "page": Paginator(range(30), 10).page(2),
            # Texts in やさしい日本語 and in the office's, whatever the language of the visitor.
            "checked": reviewed("令和8年3/10の10:00〜、避難所を開設します。"),
            "plain": reviewed("きょうは やすみです。"),
            "form": SpecimenForm(),
            "specimens": [
                {"key": each.key.replace(".", "-"), "title": each.title, "html": each.draw(request)}
                for each in in_order(specimens)
            ],
            "sheets": sorted({sheet for each in specimens for sheet in each.sheets}),
            "refused_form": SpecimenForm({"name": "", "number": "12a", "how": "", "agree": ""}),
        },
    )
