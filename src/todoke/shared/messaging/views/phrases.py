"""The phrasebook for staff: what the system says by itself in each language, and who says so."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from todoke.base.access import needs
from todoke.base.ui.languages import language_tag
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.phrasebook import BOOKS, SOURCES, Book, Phrase

AUTHORITIES = {
    "ministry": _("国の機関"),
    "city": _("自治体など"),
    "house": _("市のシステム（公的な文ではありません）"),
}
# What the keys of a group begin with, in the order of the file, and what staff call it.
GROUPS = {
    "level": _("警戒レベル"),
    "notice": _("発表の名前"),
    "action": _("取る行動"),
    "hazard": _("災害の種類"),
    "kind": _("お知らせの種類"),
    "mark": _("印"),
    "said": _("決まった文"),
    "time": _("日時の書き方"),
    "taken-back": _("取り消し"),
    "speech": _("読み上げ"),
    "shelter": _("避難所"),
    "headquarters": _("災害対策本部"),
    "frame": _("文の骨組み"),
}


@needs("messaging.read")
@require_GET
def phrase_list(request: VisitorRequest) -> HttpResponse:
    """Every phrase of one language beside the Japanese one, with its source and whether it was confirmed."""
    # Not `language`: that name in an address chooses the language of the screen.
    asked = request.GET.get("phrases", "")
    book = BOOKS.get(asked) or BOOKS["ja"]
    values = {
        "book": book,
        "tag": language_tag(book.language),
        "counts": [_counted(each) for each in BOOKS.values()],
        "groups": [(name, rows) for key, name in GROUPS.items() if (rows := _rows(book, key))],
        "is_japanese": book.language == "ja",
        "sources": [
            {"source": source, "authority": AUTHORITIES[source.authority]}
            for source in SOURCES.values()
            if any(phrase.source == source.key for phrase in book.phrases.values())
        ],
    }
    return render(request, "messaging/phrase_list.html", values)


def _counted(book: Book) -> dict[str, Any]:
    return {
        "language": book.language,
        "name": book.japanese_name,
        "own_name": book.name,
        "tag": language_tag(book.language),
        "confirmed": sum(phrase.confirmed for phrase in book.phrases.values()),
        "whole": len(book.phrases),
    }


def _rows(book: Book, group: str) -> list[dict[str, Any]]:
    return [
        _row(phrase, BOOKS["ja"].text(key)) for key, phrase in book.phrases.items() if key.split(".", 1)[0] == group
    ]


def _row(phrase: Phrase, japanese: str) -> dict[str, Any]:
    return {"phrase": phrase, "japanese": japanese, "source": SOURCES[phrase.source]}
