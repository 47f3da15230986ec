"""What retention reads from the city folder: retention.toml, the city's own schedule (保存年限).

`[[classes]]` with code, name, counts_from (fiscal_year, calendar_year, event), then (delete, archive), basis (the rule
that says so), and years, or days (1年未満), or neither (永年).
"""

import re
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.tables import Document, read_toml
from todoke.ground.places.registry import LoadReport
from todoke.ground.retention.models import Custody, RetentionClass

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
KEYS = ("code", "name", "years", "days", "counts_from", "then", "basis")
LENGTH = ("years", "days", "counts_from")
NUMBER_MAX = 200


class RetentionPart:
    """The classes; without a file there is none, and nothing can be taken into custody."""

    key = "retention.classes"
    order = 150
    files = ("retention.toml",)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; a class in use keeps its length."""
        path = folder / "retention.toml"
        document = read_toml(path, report) if path.exists() else None
        if document is None:
            return
        document.refuse_unknown(document.values, ("classes",))
        tables = document.values.get("classes", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            document.fault("classes", text=_("保存年限は [[classes]] の見出しの下に1つずつ書いてください。"))
            return
        seen: set[str] = set()
        for number, table in enumerate(tables):
            code, values = _read(document, table, number)
            if code in seen:
                document.fault("classes", number, "code", text=_("このコードはもう使われています。"))
            elif code and values:
                seen.add(code)
                _store(document, number, code, values, report)
        report.drop_missing(RetentionClass.objects.exclude(code__in=seen), report.gone("retention.toml"))


def _read(document: Document, table: dict[str, Any], number: int) -> tuple[str, dict[str, Any]]:
    here = ("classes", number)
    before = document.faults.fault_count
    document.refuse_unknown(table, KEYS, *here)
    code = document.text(table, "code", *here)
    if code and not CODE.fullmatch(code):
        document.fault(*here, "code", text=_("コードは半角の英小文字・数字とハイフンで書いてください。"))
    values: dict[str, Any] = {name: document.text(table, name, *here) for name in ("name", "basis")}
    for name, known in (("counts_from", RetentionClass.Start), ("then", RetentionClass.Then)):
        values[name] = document.text(table, name, *here)
        if values[name] and values[name] not in known.values:
            document.fault(
                *here,
                name,
                text=_("「%(value)s」は使えません。次のどれかを書いてください: %(allowed)s。")
                % {"value": values[name], "allowed": ", ".join(known.values)},
            )
    for name in ("years", "days"):
        values[name] = table.get(name)
        if values[name] is not None and not _is_length(values[name]):
            document.fault(*here, name, text=_("1から200までの整数を書いてください（引用符は付けません）。"))
    if values["years"] is not None and values["days"] is not None:
        document.fault(*here, "days", text=_("年数と日数は、どちらか一方だけを書いてください。"))
    if values["days"] is not None and values["counts_from"] != RetentionClass.Start.EVENT:
        document.fault(*here, "counts_from", text=_("日数で数えるときは、counts_from を event にしてください。"))
    return (code, values) if document.faults.fault_count == before else ("", {})


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= NUMBER_MAX


def _store(document: Document, number: int, code: str, values: dict[str, Any], report: LoadReport) -> None:
    known = RetentionClass.objects.filter(code=code).first()
    differs = known is not None and any(getattr(known, name) != values[name] for name in LENGTH)
    if differs and Custody.objects.filter(retention_class=known, purged_at=None).exists():
        # The last days of these records were counted and hang on keys of their own: a new rule is a new class.
        document.fault(
            "classes",
            number,
            text=_(
                "保存年限「%(code)s」で保管している記録があるため、期間を変えられません。"
                "新しいコードの保存年限を加えてください。"
            )
            % {"code": code},
        )
        return
    report.store(RetentionClass, key={"code": code}, values=values)
