"""繰り返しの項目: the same questions for each child, each dog, each car; rows come and go without script."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import BrokenDocument, Question, read_questions
from todoke.shared.paperwork.registry import Act, Box, Column, FieldKind, Setting, field_kinds
from todoke.shared.paperwork.types import Fault, Raw, Read, Sensitivity, Trouble, Value, below, joined

ROWS_MAX = 50
# A row without an entry is on the page all the same: this box says so.
MARK = "row"
_ROW = re.compile(r"(\d{1,3})\.")

_DEGREES = list(Sensitivity)


class Rows(FieldKind):
    """A repeating group. `questions`: as those of a page, without formulas; `least`, `most` rows (0, 50).

    Its value is a list with a mapping for each row. Rows in which nothing stands are left out.
    """

    key = "paperwork.rows"
    name = _("繰り返し")
    settings = (
        Setting("questions", _("1行の質問"), "questions", needed=True),
        Setting("least", _("最少の行数"), "whole"),
        Setting("most", _("最多の行数"), "whole"),
    )

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """None of its own: the questions of each row have theirs."""
        del question, raw
        return ()

    def inner(self, question: Question) -> Sequence[Question]:
        """The questions of a row."""
        try:
            return read_questions(question.settings.get("questions", []))
        except BrokenDocument:
            return ()

    def numbers(self, raw: Raw, question: Question) -> list[int]:
        """The numbers of the rows that are on the page, in order; at least one."""
        found = {int(match[1]) for name in raw if (match := _ROW.match(name))}
        least = max(1, int(question.settings.get("least") or 0))
        return sorted(found | set(range(least if not found else 0)))

    def is_blank(self, raw: Raw) -> bool:
        """Marks of empty rows are no answer."""
        return not any(word.strip() for name, posted in raw.items() if not name.endswith(f".{MARK}") for word in posted)

    def parse(self, raw: Raw, question: Question) -> Read:
        """Every row, with the troubles of each box."""
        rows: list[dict[str, Value]] = []
        troubles: list[Trouble] = []
        notes: list[Any] = []
        for number in self.numbers(raw, question):
            row, wrong, said = self._row(below(raw, str(number)), question)
            if row is None:
                continue
            rows.append(row)
            troubles += [each.within(str(number)) for each in wrong]
            notes += said
        least, most = int(question.settings.get("least") or 0), self._most(question)
        if len(rows) < least:
            mend = _("%(least)s件以上、書いてください。") % {"least": least}
            troubles.append(Trouble(_("件数が足りません。"), mend))
        if len(rows) > most:
            mend = _("%(most)s件までにしてください。") % {"most": most}
            troubles.append(Trouble(_("件数が多すぎます。"), mend))
        return Read(rows or None, tuple(troubles), tuple(notes))

    def _row(self, raw: Raw, question: Question) -> tuple[dict[str, Value] | None, list[Trouble], list[Any]]:
        values: dict[str, Value] = {}
        troubles: list[Trouble] = []
        notes: list[Any] = []
        missing = []
        for each in self.inner(question):
            kind = field_kinds[each.kind]
            read = kind.read(below(raw, each.key), each)
            troubles += [trouble.within(each.key) for trouble in read.troubles]
            notes += read.notes
            if read.value is not None:
                values[each.key] = read.value
            elif each.required and kind.asks and not read.troubles:
                mend = _("「%(label)s」を書くか、この行を消してください。") % {"label": each.label}
                missing.append(Trouble(_("書いていないところがあります。"), mend, each.key))
        if not values and not troubles:
            return None, [], []
        return values, troubles + missing, notes

    def _most(self, question: Question) -> int:
        return min(int(question.settings.get("most") or ROWS_MAX), ROWS_MAX)

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The boxes of all rows."""
        raw: dict[str, list[str]] = {}
        for number, row in enumerate(value):
            raw[f"{number}.{MARK}"] = ["1"]
            for each in self.inner(question):
                if row.get(each.key) is not None:
                    boxes = field_kinds[each.kind].raw_of(row[each.key], each)
                    raw |= {joined(str(number), each.key, part): posted for part, posted in boxes.items()}
        return raw

    def acts(self, question: Question, raw: Raw) -> Sequence[Act]:
        """One more row; and the way out for each."""
        numbers = self.numbers(raw, question)
        removing = [
            Act(f"remove.{number}", _("%(place)s件目を消す") % {"place": place})
            for place, number in enumerate(numbers, 1)
        ]
        adding = [Act("add", _("もう1件書く"))] if len(numbers) < self._most(question) else []
        return [*removing, *adding]

    def act(self, name: str, raw: Raw, question: Question) -> Raw:
        """A row more, a row less, or what a field inside a row does."""
        numbers = self.numbers(raw, question)
        marked = {**raw, **{f"{number}.{MARK}": ["1"] for number in numbers}}
        if name == "add" and len(numbers) < self._most(question):
            return {**marked, f"{numbers[-1] + 1}.{MARK}": ["1"]}
        number, _dot, rest = name.removeprefix("remove.").partition(".")
        if name.startswith("remove.") and number.isdecimal():
            left = {key: posted for key, posted in marked.items() if not key.startswith(f"{int(number)}.")}
            return left or {f"0.{MARK}": ["1"]}
        for each in self.inner(question):
            if rest.startswith(f"{each.key}."):
                inner = below(raw, f"{number}.{each.key}")
                acted = field_kinds[each.kind].act(rest.removeprefix(f"{each.key}."), inner, each)
                own = {joined(number, each.key, part): posted for part, posted in acted.items()}
                start = joined(number, each.key)
                others = {
                    key: posted for key, posted in marked.items() if key != start and not key.startswith(f"{start}.")
                }
                return {**others, **own}
        return marked

    def words(self, value: Value, question: Question) -> str:
        """Each row in its own lines."""
        texts = []
        for number, row in enumerate(value, 1):
            said = [f"({number})"] if len(value) > 1 else []
            said += [
                f"{each.label}：{field_kinds[each.kind].words(row[each.key], each)}"
                for each in self.inner(question)
                if row.get(each.key) is not None
            ]
            texts.append("\n".join(said))
        return "\n".join(texts)

    def columns(self, question: Question) -> Sequence[Column]:
        """The number of rows, then the columns of the first rows up to `most`."""
        found = [Column("count", _("件数"))]
        for number in range(1, self._most(question) + 1):
            for each in self.inner(question):
                found += [
                    Column(
                        joined(str(number), each.key, column.name), f"{number} {each.label} {column.heading}".strip()
                    )
                    for column in field_kinds[each.kind].columns(each)
                ]
        return found

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """The number of rows, then every cell."""
        rows = value or []
        cells = ["" if value is None else str(len(rows))]
        for number in range(self._most(question)):
            row = rows[number] if number < len(rows) else {}
            for each in self.inner(question):
                cells += field_kinds[each.kind].flat(row.get(each.key), each)
        return cells

    def index(self, value: Value) -> str | None:
        """How many rows there are."""
        return None if value is None else str(len(value))

    def sensitivity_of(self, question: Question) -> Sensitivity:
        """As the most delicate question of a row."""
        inner = [field_kinds[each.kind].sensitivity_of(each) for each in self.inner(question)]
        return max(inner, key=_DEGREES.index, default=Sensitivity.OPEN)

    def may_hold_twelve_digits(self, question: Question, part: str) -> bool:
        """As the field inside the row."""
        inner_part = part.partition(".")[2]
        for each in self.inner(question):
            if inner_part == each.key or inner_part.startswith(f"{each.key}."):
                rest = inner_part.removeprefix(each.key).removeprefix(".")
                return field_kinds[each.kind].may_hold_twelve_digits(each, rest)
        return False

    def reckoned(self, question: Question) -> Any:
        """Rows with the names of their questions."""
        names = [field_kinds[each.kind].reckoned(each) for each in self.inner(question)]
        inner = {each.key: each for each in names if each is not None}
        return Name(question.key, Kind.ROWS, question.label, inner=inner)

    def for_formula(self, value: Value, question: Question) -> Any:
        """Rows of values as formulas take them."""
        if value is None:
            return None
        inner = [(each, field_kinds[each.kind]) for each in self.inner(question)]
        return [{each.key: kind.for_formula(row.get(each.key), each) for each, kind in inner} for row in value]

    def generate(self, random: Random, question: Question) -> Value:
        """Some rows, in which every question is answered."""
        least = max(1, int(question.settings.get("least") or 0))
        count = random.randint(least, max(least, min(3, self._most(question))))
        asked = [(each, field_kinds[each.kind]) for each in self.inner(question)]
        return [{each.key: kind.generate(random, each) for each, kind in asked if kind.asks} for _row in range(count)]

    def faults(self, question: Question) -> Sequence[Fault]:
        """Its questions are sound, without formulas and groups of their own."""
        found: list[Fault] = []
        try:
            inner = read_questions(question.settings.get("questions", []), "settings.questions")
        except BrokenDocument as broken:
            return broken.faults
        if not inner:
            found.append(Fault("settings.questions", _("1行の質問を、一つ以上書いてください。")))
        for number, each in enumerate(inner):
            where = f"settings.questions.{number}"
            kind = field_kinds.find(each.kind)
            if kind is None or kind.key == self.key:
                found.append(Fault(where, _("この種類の質問は、繰り返しの中では使えません。")))
                continue
            if "." in each.key or each.visible is not None or not isinstance(each.required, bool):
                found.append(Fault(where, _("繰り返しの中の質問には、名前に点を付けず、条件を付けないでください。")))
            found += [Fault(joined(where, fault.where), fault.says) for fault in kind.faults(each)]
        least, most = question.settings.get("least", 0), question.settings.get("most", ROWS_MAX)
        if not isinstance(least, int) or not isinstance(most, int) or not 0 <= least <= most <= ROWS_MAX or most < 1:
            found.append(Fault("settings.most", _("行数は、最少から最多まで、50行以内にしてください。")))
        return found

    @property
    def template(self) -> str:
        """A frame for each row."""
        return "paperwork/rows.html"
