"""An export layout as one file: saved, changed in any editor, and taken in again.

{"todoke-export-layout": 1, "procedure": "dog-registration", "key": "standard", "name": "標準",
 "columns": [{"from": "case.number", "heading": "番号"},
             {"from": "dog.kind", "heading": "犬種", "width": 20, "codes": {"柴": "01"}}]}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.document import KEY
from todoke.civic.procedures.exporting import COLUMNS_MAX
from todoke.civic.procedures.models import ExportLayout
from todoke.shared.paperwork.document import FormDocument
from todoke.shared.paperwork.registry import field_kinds

EDITION = 1
BYTES_MAX = 500_000
KEY_MAX, NAME_MAX = 60, 200
PARTS = {"todoke-export-layout", "procedure", "key", "name", "columns"}


# What is known of every case: its words, for headings and pages.
KNOWN_WORDS = {
    "case.number": _("受付番号"),
    "case.arrived": _("届いた日"),
    "case.state": _("状態"),
    "case.outcome": _("結果"),
    "case.closed": _("完了した日"),
    "channel": _("受付の方法"),
    "fee.yen": _("手数料（円）"),
}


class BrokenLayoutFile(Exception):
    """The file is no layout; the sentence says why and what to do."""

    def __init__(self, says: str | Promise) -> None:
        super().__init__()
        self.says = says

    def __str__(self) -> str:
        return str(self.says)


@dataclass(frozen=True)
class LayoutFile:
    """What a file says: of which procedure, under which name; its columns are not judged yet."""

    procedure: str
    key: str
    name: str
    columns: Any

    @property
    def text(self) -> str:
        """The file's text, for people and their editors."""
        told: Mapping[str, Any] = {
            "todoke-export-layout": EDITION,
            "procedure": self.procedure,
            "key": self.key,
            "name": self.name,
            "columns": self.columns,
        }
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def file_of(layout: ExportLayout) -> LayoutFile:
    """The file of a layout that is kept."""
    return LayoutFile(layout.procedure.key, layout.key, layout.name, layout.columns)


def first_file(procedure: str, form: FormDocument) -> LayoutFile:
    """A file to begin with: everything that is known of a case, and every question."""
    columns = [{"from": name, "heading": str(words)} for name, words in KNOWN_WORDS.items()]
    taken = {str(words) for words in KNOWN_WORDS.values()}
    for question in form.questions:
        if question.kind in field_kinds and field_kinds[question.kind].asks:
            label = question.label.say("ja") or question.key
            heading = question.key if label in taken else label
            taken.add(heading)
            columns.append({"from": question.key, "heading": heading})
    return LayoutFile(procedure, "standard", "標準", columns[:COLUMNS_MAX])


def read_file(data: bytes, procedure: str) -> LayoutFile:
    """What a file for this procedure says. Raises BrokenLayoutFile."""
    if len(data) > BYTES_MAX:
        raise BrokenLayoutFile(_("ファイルが大きすぎます。連携レイアウトのファイルか確かめてください。"))
    try:
        told = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BrokenLayoutFile(
            _("レイアウトのファイルとして読めません。書き出したファイルの形のまま、直してください。")
        ) from None
    if not isinstance(told, dict) or set(told) != PARTS or told["todoke-export-layout"] != EDITION:
        raise BrokenLayoutFile(
            _("レイアウトのファイルではありません。この画面から書き出したファイルを直してください。")
        )
    if told["procedure"] != procedure:
        raise BrokenLayoutFile(_("ほかの手続きのレイアウトです。その手続きの画面で取り込んでください。"))
    key, name = told["key"], told["name"]
    if not isinstance(key, str) or len(key) > KEY_MAX or not KEY.fullmatch(key):
        raise BrokenLayoutFile(_("key は、半角の英小文字・数字とハイフンで、60文字までで書いてください。"))
    if not isinstance(name, str) or not 0 < len(name.strip()) <= NAME_MAX:
        raise BrokenLayoutFile(_("name に、レイアウトの名前を200文字までで書いてください。"))
    return LayoutFile(procedure, key, name.strip(), told["columns"])
