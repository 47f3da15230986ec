"""Why a file is not taken, each with a sentence that says how to mend it."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reason(StrEnum):
    """The reasons, by their code; rooms may count them, never with the name of the file."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_ALLOWED = "not-allowed"
    UNKNOWN = "unknown"
    OTHER_PICTURE = "other-picture"
    OLD_OFFICE = "old-office"
    MARKUP = "markup"
    TWO_IN_ONE = "two-in-one"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_SLOW = "too-slow"
    LOCKED = "locked"
    ACTIVE = "active"
    ATTACHMENTS = "attachments"
    MACRO = "macro"
    EXTERNAL = "external"
    BOMB = "bomb"
    MY_NUMBER = "my-number"
    MALWARE = "malware"
    NOT_LOOKED_AT = "not-looked-at"


SENTENCES: dict[Reason, Promise] = {
    Reason.EMPTY: _("ファイルが空です。中身のあるファイルを選んでください。"),
    Reason.TOO_LARGE: _("ファイルが大きすぎます。小さくするか、いくつかに分けてください。"),
    Reason.NOT_ALLOWED: _("この種類のファイルは受け取れません。案内にある種類で保存し直してください。"),
    Reason.UNKNOWN: _("ファイルの種類が分かりません。PDFか写真（JPEG・PNG）で保存し直してください。"),
    Reason.OTHER_PICTURE: _("この形式の画像は受け取れません。JPEGかPNGで保存し直すか、もう一度撮影してください。"),
    Reason.OLD_OFFICE: _("古い形式の文書は受け取れません。xlsxかdocx、またはPDFで保存し直してください。"),
    Reason.MARKUP: _("ウェブページやSVGのファイルは受け取れません。PDFか写真（JPEG・PNG）で保存し直してください。"),
    Reason.TWO_IN_ONE: _("ファイルの前か後ろに余分なものが付いています。元の文書からもう一度保存してください。"),
    Reason.BROKEN: _("ファイルを読めません。壊れていないか確かめて、もう一度保存してください。"),
    Reason.TOO_MANY_PIXELS: _("画像の縦横が大きすぎます。小さくして保存し直してください。"),
    Reason.TOO_MANY_PAGES: _("ページが多すぎます。いくつかのファイルに分けてください。"),
    Reason.TOO_SLOW: _("中身を調べきれませんでした。ページを分けるか、印刷してPDFに保存し直してください。"),
    Reason.LOCKED: _("パスワードや制限が付いています。外してから保存し直してください。"),
    Reason.ACTIVE: _("動く仕掛け（スクリプトや自動の動作）があります。印刷してPDFに保存し直してください。"),
    Reason.ATTACHMENTS: _("中に別のファイルが入っています。取り出して、一つずつ送ってください。"),
    Reason.MACRO: _("マクロが入っています。マクロのない形式で保存し直してください。"),
    Reason.EXTERNAL: _("ほかのファイルやサイトを読みに行く設定があります。リンクを値に変えて保存し直してください。"),
    Reason.BOMB: _("開くと非常に大きくなるファイルです。PDFで保存し直してください。"),
    Reason.MY_NUMBER: _(
        "マイナンバー（個人番号）のような12桁の番号があります。番号を消すか、隠して保存し直してください。"
    ),
    Reason.MALWARE: _("ウイルスが見つかりました。このファイルは保管していません。お使いの機器を調べてください。"),
    Reason.NOT_LOOKED_AT: _("いまファイルを確かめられません。しばらくしてから、もう一度送ってください。"),
}


class Refused(Exception):
    """A file is not taken and nothing of it was kept. `reason` says why; the sentence is for who sent it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason
