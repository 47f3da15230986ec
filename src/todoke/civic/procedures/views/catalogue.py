"""The catalogue of procedures, and the page of one: what it is, who, by when, what it costs, what to bring."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import public
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.document import Attachment, ProcedureDocument
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.queries.catalogue import Opening, found_cards, opening_of, published, sections
from todoke.civic.procedures.types import Instead, Proxy
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.mandates.acting import mandates_for
from todoke.ground.people.rules import Level
from todoke.shared.paperwork.models import Channel

A_PAGE = 40
WORDS_MAX = 100


@public
@require_safe
def catalogue(request: VisitorRequest) -> HttpResponse:
    """Everything that can be filed, found by words and by section."""
    words = request.GET.get("q", "").strip()[:WORDS_MAX]
    known = sections()
    section = next((key for key, _name in known if key == request.GET.get("section")), "")
    found = found_cards(words, section)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    values = {"words": words, "section": section, "sections": known, "page": page, "count": len(found)}
    return render(request, "procedures/catalogue.html", values)


@public
@require_safe
def procedure(request: VisitorRequest, key: str) -> HttpResponse:
    """One procedure, with the button to begin."""
    version = published(key)
    if version is None:
        raise Http404
    return render(request, "procedures/procedure.html", values_of(request, version))


def values_of(request: VisitorRequest, version: ProcedureVersion, says: str = "") -> dict[str, Any]:
    """What the page of a procedure shows; `says`: why it could not be begun."""
    document, form = version.document, version.procedure.form
    opening = opening_of(version.procedure, now())
    mandates = []
    if document.proxies and request.viewer.is_resident:
        mandates = mandates_for(request.viewer, scope=scope_of(document.key), on=in_japan(now()).date())
    return {
        "version": version,
        "document": document,
        "title": document.name.say(),
        "facts": facts(document, version.section.name),
        "papers": [paper(each) for each in document.attachments],
        "opening": opening.value,
        "is_open": opening is Opening.OPEN,
        "opens_at": form.opens_at,
        "closes_at": form.closes_at,
        "is_online": Channel.WEB in document.channels,
        "needs_sign_in": document.level > Level.NONE and request.viewer.level < document.level,
        "level": level_words(document.level),
        "proxies": [(each.value, PROXY_WORDS[each]()) for each in document.proxies],
        "mandates": [(each.pk, each.get_kind_display(), each.principal.reference) for each in mandates],
        "says": says,
    }


def scope_of(key: str) -> str:
    """Under what mandates name a procedure."""
    return f"procedures.{key}"


def facts(document: ProcedureDocument, section: str) -> list[tuple[str, str]]:
    """What there is to know, in the order of the questions that people have."""
    days = document.standard_days
    told = [
        (_("だれの手続きか"), document.for_whom.say()),
        (_("いつまで"), document.by_when.say()),
        (_("どこで"), document.where.say()),
        (_("申請の方法"), "、".join(str(each.label) for each in document.channels)),
        (_("手数料"), fee(document)),
        (_("結果までの日数"), _("受け付けてから、市役所の開いている日で%(days)s日") % {"days": days} if days else ""),
        (_("担当"), section),
        (_("根拠"), document.basis),
    ]
    return [(name, words) for name, words in told if words]


def fee(document: ProcedureDocument) -> str:
    """What it costs, in words; how much, the answers tell."""
    if document.fee is None:
        return _("かかりません")
    return _("%(words)s（金額は、入力した内容で決まります。提出する前に画面に出ます。根拠：%(basis)s）") % {
        "words": document.fee.words.say(),
        "basis": document.fee.basis,
    }


def paper(rule: Attachment) -> dict[str, Any]:
    """One paper that may be asked for."""
    return {
        "name": rule.name.say(),
        "purpose": rule.purpose.say(),
        "basis": rule.basis,
        "is_shown": rule.handling == "show",
        "can_leave_out": rule.instead is not Instead.NONE,
        "instead": rule.instead.label,
        "instead_basis": rule.instead_basis,
    }


PROXY_WORDS = {
    Proxy.LEGAL: lambda: _("親や後見人として、代わりに手続きする"),
    Proxy.CHOSEN: lambda: _("本人に頼まれて、代わりに手続きする"),
    Proxy.MESSENGER: lambda: _("本人の書いたものを届けるだけ"),
}


def level_words(level: Level) -> str:
    """What has to be shown to file it, in words."""
    words = {
        Level.NONE: lambda: _("サインインはいりません"),
        Level.CONTACT: lambda: _("メールでのサインイン"),
        Level.ACCOUNT: lambda: _("パスキーなどでのサインイン"),
        Level.COUNTER: lambda: _("窓口か郵便で本人確認をした人のサインイン"),
        Level.CARD: lambda: _("マイナンバーカードでのサインイン"),
        Level.SIGNED: lambda: _("マイナンバーカードの電子署名"),
    }
    return words[level]()
