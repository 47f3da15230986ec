"""Tables as they are shown: on pages, and as files for statistics."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from todoke.civic.voices.rules.figures import FEW
from todoke.civic.voices.rules.hiding import K
from todoke.civic.voices.rules.tables import Cross, Table
from todoke.shared.paperwork.types import Words

HIDDEN = "x"
KINDS = {"one": "SA", "many": "MA", "number": "NUM", "text": "FA"}


def rows_of(table: Table) -> dict[str, Any]:
    """A table for a page: caption, columns, rows of words."""
    few = "*" if table.asked is not None and table.asked < FEW else ""
    rows = [
        [str(line.label), _cell(line.count), "−" if line.share is None else f"{line.share}{few}"]
        for line in table.lines
    ]
    return {
        "key": table.key,
        "label": table.label,
        "asked": table.asked,
        "is_many": table.kind == "many",
        "is_few": bool(few),
        "hides": table.hides_something,
        "mean": table.mean,
        "columns": [_("答え"), _("人数"), _("割合（％）")],
        "rows": rows,
    }


def cross_rows(cross: Cross) -> dict[str, Any]:
    """A cross table for a page."""
    columns = [_("答え"), *(str(each) for each in cross.columns), _("計")]
    rows = [
        [str(label), *(_cell(cell) for cell in cells), _cell(total)]
        for label, cells, total in zip(cross.rows, cross.cells, cross.row_sums, strict=True)
    ]
    rows.append([_("計"), *(_cell(each) for each in cross.column_sums), _cell(cross.asked)])
    return {"columns": columns, "rows": rows}


def _cell(number: int | None) -> str:
    return _hidden_word() if number is None else f"{number:,}"


def _hidden_word() -> str:
    return _("非表示")


def results_csv(tables: Iterable[Table]) -> str:
    """One line for each answer to each question; “x” where a number is hidden."""
    lines: list[Sequence[object]] = [("question", "type", "n", "option", "count", "percent", "mean")]
    for table in tables:
        for line in table.lines:
            numbers = (HIDDEN, HIDDEN) if line.count is None else (line.count, line.share)
            n = HIDDEN if table.asked is None else table.asked
            lines.append((table.key, KINDS[table.kind], n, line.key, *numbers, table.mean or ""))
    return _written(lines)


def codebook_csv(tables: Iterable[Table]) -> str:
    """What the names and signs of `results_csv` mean, in Japanese and English."""
    lines: list[Sequence[object]] = [("name", "value", "ja", "en")]
    lines += [
        ("type", "SA", "単数回答", "one answer"),
        (
            "type",
            "MA",
            "複数回答（割合の計は100％を超えることがあります）",
            "several answers (shares can exceed 100 %)",
        ),
        ("type", "NUM", "数値", "a number"),
        ("type", "FA", "自由記述（文は収録しません）", "free text (not part of this file)"),
        ("n", "", "その質問の対象者数（割合の基数）", "people who were asked this question, the base of its shares"),
        ("percent", "", "小数第2位を四捨五入", "rounded half up to one decimal"),
        ("mean", "", "平均（数値の質問だけ）", "mean (questions for a number only)"),
        ("option", "_none", "無回答", "no answer"),
        ("option", "_answered", "回答あり", "answered"),
        (
            "count",
            HIDDEN,
            f"{K}人未満の数、またはほかの数から{K}人未満の数が分かるため非表示",
            f"hidden: fewer than {K} people, or a number from which such a one could be reckoned",
        ),
    ]
    for table in tables:
        lines.append((table.key, "", *_both(table.label)))
        lines += [(table.key, line.key, *_both(line.label)) for line in table.lines if not line.key.startswith("_")]
    return _written(lines)


def _both(words: Words) -> tuple[str, str]:
    return words.say("ja"), words.get("en", "")


def _written(lines: Iterable[Sequence[object]]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet).writerows([[_harmless(cell) for cell in line] for line in lines])
    # The mark by which spreadsheets know UTF-8.
    return "\ufeff" + sheet.getvalue()


def _harmless(cell: object) -> object:
    # A spreadsheet takes a cell that begins so for a formula.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
