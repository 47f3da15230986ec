"""What documents read from the city folder; each file may be missing.

| file | tables |
| --- | --- |
| documents.toml | `[[series]]` key, section, mark; optional style (era, hyphen) |
| seals.toml | `[[seals]]` key, name, kind (office, acting, special), title, keeper, start_date, and `drawing` (an SVG |
| | file) or `characters` with `columns`, `frame`; optional holder, size_mm, for_letters, standing_letters, |
| | standing_rule, end_date |
| clauses.toml | `[[dispositions]]` key, name, nature; optional instructions (true: also where the law leaves it open) |
| | `[[clauses]]` key, name, part, basis, text, start_date; optional source, confirmed, end_date |
| letters.toml | `[[letters]]` key, name, and the letter as docs/how-to-add/letter.md tells |

A letter that differs from its published version is published as the next one. What the files no longer name stays:
papers that have gone out refer to it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.tables import Document, read_text, read_toml
from todoke.ground.people.models import Section
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.shared.documents.actions.letters import publish, save_draft
from todoke.shared.documents.actions.refusals import LetterRefused
from todoke.shared.documents.art import seal_drawing
from todoke.shared.documents.models import (
    Clause,
    ClausePart,
    ClauseVersion,
    Disposition,
    Letter,
    LetterVersion,
    Seal,
    SealKind,
    Series,
    VersionState,
)
from todoke.shared.documents.rules.dispositions import Nature, needs_instructions, needs_reasons
from todoke.shared.documents.rules.facts import digest
from todoke.shared.documents.rules.numbers import Style

BY = "city folder"


class DocumentsPart:
    """Marks, seals, clauses and letters; after people, whose sections they name."""

    key = "documents.letters"
    order = 350
    files = ("documents.toml", "seals.toml", "clauses.toml", "letters.toml")

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the files say; see the table above."""
        readers: tuple[tuple[str, dict[str, Callable[[_Table], None]]], ...] = (
            ("documents.toml", {"series": _series}),
            ("seals.toml", {"seals": _seal}),
            ("clauses.toml", {"dispositions": _disposition, "clauses": _clause}),
            ("letters.toml", {"letters": _letter}),
        )
        for name, tables in readers:
            if not (folder / name).exists():
                continue
            document = read_toml(folder / name, report)
            if document is None:
                continue
            document.refuse_unknown(document.values, tuple(tables))
            for table, read in tables.items():
                for number, values in enumerate(document.values.get(table, [])):
                    read(_Table(document, table, number, values, report, folder))


class _Table:
    """One table of a file, with the ways to read its keys; each tells a fault and gives the empty value."""

    def __init__(  # noqa: PLR0917 - made in one place
        self,
        document: Document,
        name: str,
        number: int,
        values: Mapping[str, Any],
        report: LoadReport,
        folder: Path,
    ) -> None:
        self.document, self.name, self.number = document, name, number
        self.values, self.report, self.folder = values, report, folder
        self._faults_before = report.fault_count

    def fault(self, key: str, text: str) -> None:
        self.document.fault(self.name, self.number, key, text=text)

    def text(self, key: str, *, blank: bool = False) -> str:
        return self.document.text(self.values, key, self.name, self.number, blank=blank)

    def texts(self, key: str) -> list[str]:
        return self.document.texts(self.values, key, self.name, self.number)

    def yes(self, key: str) -> bool:
        return self.document.yes(self.values, key, self.name, self.number)

    def one_of(self, key: str, allowed: list[str], default: str = "") -> str:
        value = self.text(key, blank=bool(default)) or default
        if value and value not in allowed:
            self.fault(key, _("次のどれかを書いてください: %(allowed)s。") % {"allowed": ", ".join(allowed)})
        return value

    def whole(self, key: str, default: int) -> int:
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100:
            self.fault(key, _("1から100までの整数で書いてください。"))
            return default
        return value

    def day(self, key: str, *, blank: bool = False) -> date | None:
        value = self.values.get(key)
        if value is None and blank:
            return None
        if not isinstance(value, date) or hasattr(value, "hour"):
            self.fault(key, _("日付ではありません。2026-04-01 の形で書いてください。"))
            return None
        return value

    def section(self, key: str) -> Section | None:
        name = self.text(key)
        found = Section.objects.filter(key=name).first() if name else None
        if name and found is None:
            self.fault(key, _("「%(key)s」という課はありません。sections.csv を確かめてください。") % {"key": name})
        return found

    @property
    def is_sound(self) -> bool:
        return self.report.fault_count == self._faults_before


def _series(table: _Table) -> None:
    key, mark, section = table.text("key"), table.text("mark"), table.section("section")
    style = table.one_of("style", list(Style.values), Style.ERA.value)
    if table.is_sound:
        table.report.store(Series, key={"key": key}, values={"section": section, "mark": mark, "style": style})


def _seal(table: _Table) -> None:
    values: dict[str, Any] = {name: table.text(name) for name in ("name", "title")}
    values |= {
        "kind": table.one_of("kind", list(SealKind.values)),
        "holder": table.text("holder", blank=True),
        "keeper": table.section("keeper"),
        "size_mm": table.whole("size_mm", 21),
        "for_letters": table.texts("for_letters"),
        "standing_letters": table.texts("standing_letters"),
        "standing_rule": table.text("standing_rule", blank=True),
        "start_date": table.day("start_date"),
        "end_date": table.day("end_date", blank=True),
        "drawing": _drawing(table),
    }
    if values["standing_letters"] and not values["standing_rule"]:
        table.fault("standing_rule", _("定例で使う文書があるときは、その根拠（専決規程など）を書いてください。"))
    if table.is_sound:
        table.report.store(Seal, key={"key": table.text("key")}, values=values)


def _drawing(table: _Table) -> str:
    if name := table.text("drawing", blank=True):
        text = read_text(table.folder / name, table.report) or ""
        if text and "<svg" not in text:
            table.fault("drawing", _("公印の図は、SVGのファイルにしてください。"))
        return text
    characters = table.text("characters")
    try:
        return seal_drawing(characters, columns=table.whole("columns", 2), frame=table.whole("frame", 1))
    except KeyError as error:
        table.fault(
            "characters",
            _("「%(character)s」の字は用意されていません。drawing にSVGのファイルを書いてください。")
            % {"character": error.args[0]},
        )
    except ValueError:
        table.fault("columns", _("文字の数が列の数で割り切れません。"))
    return ""


def _disposition(table: _Table) -> None:
    nature = table.one_of("nature", list(Nature.values))
    values = {
        "name": table.text("name"),
        "nature": nature,
        "needs_reasons": needs_reasons(nature),
        "needs_instructions": needs_instructions(nature) or table.yes("instructions"),
    }
    if table.is_sound:
        table.report.store(Disposition, key={"key": table.text("key")}, values=values)


def _clause(table: _Table) -> None:
    key, start = table.text("key"), table.day("start_date")
    part = table.one_of("part", list(ClausePart.values))
    values = {
        "basis": table.text("basis"),
        "text": table.text("text"),
        "source": table.text("source", blank=True),
        "is_confirmed": table.yes("confirmed"),
        "end_date": table.day("end_date", blank=True),
    }
    if not table.is_sound:
        return
    clause = table.report.store(Clause, key={"key": key}, values={"name": table.text("name"), "part": part})
    table.report.store(ClauseVersion, key={"clause": clause, "start_date": start}, values=values)


def _letter(table: _Table) -> None:
    key, name = table.text("key"), table.text("name")
    body = {part: value for part, value in table.values.items() if part not in ("key", "name")}
    if not table.is_sound:
        return
    letter = table.report.store(Letter, key={"key": key}, values={"name": name})
    published = letter.versions.filter(state=VersionState.PUBLISHED).first()
    what = str(LetterVersion._meta.verbose_name)
    if published is not None and published.sha256 == digest(body):
        table.report.count(what, Outcome.UNCHANGED)
        return
    try:
        save_draft(letter, body, by=BY, at=now())
        publish(letter, by=BY, at=now())
    except LetterRefused as refused:
        for fault in refused.faults:
            table.fault("", fault)
        return
    table.report.count(what, Outcome.CREATED)
