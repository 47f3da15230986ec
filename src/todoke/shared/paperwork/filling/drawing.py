"""Fields ready to be drawn: boxes with names, ids and what stands in them, so that no template reckons or asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from todoke.shared.paperwork.document import Page, Question
from todoke.shared.paperwork.fields.files import REFUSED, kept_in
from todoke.shared.paperwork.fields.rows import MARK, Rows
from todoke.shared.paperwork.filling.posted import ACT, SHOWN, name_of
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.registry import Act, Box, FieldKind, Look, field_kinds
from todoke.shared.paperwork.rules import mark_of
from todoke.shared.paperwork.sheet import Entry
from todoke.shared.paperwork.standing import Standing
from todoke.shared.paperwork.types import Raw, Source, Text, Trouble, Value, Words, below, joined


@dataclass(frozen=True)
class Option:
    """One choice of a box."""

    id: str
    value: str
    words: Text
    chosen: bool


@dataclass(frozen=True)
class DrawnBox:
    """A box with its place on the page."""

    box: Box
    id: str
    name: str
    value: str
    options: tuple[Option, ...] = ()
    errors: tuple[str, ...] = ()
    described_by: str = ""

    @property
    def size(self) -> str:
        """The class for its width."""
        width = self.box.width
        return "" if not width else "control--xs" if width <= 5 else "control--s" if width <= 10 else "control--m"

    @property
    def is_group(self) -> bool:
        """Whether it is several buttons or ticks."""
        return self.box.look in (Look.RADIO, Look.TICKS)

    @property
    def target(self) -> str:
        """What gets the focus when a link leads here."""
        return self.options[0].id if self.is_group and self.options else self.id

    @property
    def lines(self) -> int:
        """How high a box for several lines is."""
        return min(14, max(4, self.value.count("\n") + 2))


@dataclass(frozen=True)
class DrawnAct:
    """A button inside a field."""

    name: str
    words: Text


@dataclass(frozen=True)
class Row:
    """One entry of a repeating group."""

    place: int
    fields: tuple["DrawnField", ...]
    mark_name: str
    act: DrawnAct | None


@dataclass(frozen=True)
class DrawnField:
    """One question as it stands on the page."""

    id: str
    name: str
    label: str
    help: str
    template: str
    needed: bool
    asks: bool
    boxes: tuple[DrawnBox, ...]
    acts: tuple[DrawnAct, ...] = ()
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    closed: bool = False
    words: str = ""
    source: str = ""
    source_words: str = ""
    aside: str = ""
    mark_name: str = ""
    mark: str = ""
    text: str = ""
    files: tuple[Any, ...] = ()
    picture: DrawnAct | None = None
    level: int = 3
    raw: Raw = field(default_factory=dict)

    @property
    def is_single(self) -> bool:
        """One box that needs no frame around it."""
        return len(self.boxes) == 1 and not self.boxes[0].is_group and not self.rows

    @property
    def described_by(self) -> str:
        """The ids of what is said about the whole field."""
        ids = [f"{self.id}-error"] if self.errors else []
        return " ".join([*ids, f"{self.id}-hint"] if self.help else ids)

    @property
    def target(self) -> str:
        """Where a link from the summary leads: to the first thing in the field that can be typed in or pressed."""
        return self.boxes[0].target if self.boxes and not self.closed else self.id


@dataclass(frozen=True)
class Fault:
    """One line of the summary at the top of a page."""

    label: str
    says: str
    target: str


def draw_page(
    filled: Filled,
    standing: Standing,
    page: Page,
    *,
    with_troubles: bool,
    my_numbers: Mapping[str, Sequence[str]] | None = None,
) -> list[DrawnField]:
    """Every question of a page that is asked of this person."""
    drawn = []
    for question in standing.asked_on(page):
        entry = filled.sheet.get(question.key, Entry({}))
        # Why a file was not taken is told at once, whichever button sent it.
        is_told = with_troubles or bool(entry.raw.get(REFUSED))
        troubles = list(standing.troubles.get(question.key, ())) if is_told else []
        refused = [_my_number(part) for part in (my_numbers or {}).get(question.key, ())]
        drawn.append(
            draw(
                question,
                entry.raw,
                troubles=[*refused, *([] if refused else troubles)],
                notes=standing.notes.get(question.key, ()),
                needed=question.key in standing.needed,
                closed=not filled.may_change(question.key),
                source=filled.revision.sources.get(question.key, {}),
                aside=entry.aside,
                computed=standing.computed,
            )
        )
    return drawn


def draw(
    question: Question,
    raw: Raw,
    *,
    key: str = "",
    path: str = "",
    troubles: Sequence[Trouble] = (),
    notes: Sequence[Any] = (),
    needed: bool = False,
    closed: bool = False,
    source: Mapping[str, str] | None = None,
    aside: Raw | None = None,
    computed: Mapping[str, Any] | None = None,
) -> DrawnField:
    """One question; `key` and `path` lead to it where it stands inside a group."""
    kind = field_kinds[question.kind]
    key = key or question.key
    ident = "f-" + joined(key, path).replace(".", "-").replace("_", "-")
    boxes = tuple(
        _box(box, raw, name=_name(kind, question, box, key, path), ident=ident, troubles=troubles)
        for box in kind.boxes(question, raw)
    )
    parts = {box.box.part for box in boxes}
    own = [each for each in troubles if len(boxes) == 1 or each.part not in parts]
    rows = _rows(kind, question, raw, key, troubles) if isinstance(kind, Rows) else ()
    if rows:
        own = [each for each in troubles if not each.part]
    came_from = Source(source["source"]) if source else Source.TYPED
    read = kind.read(raw, question) if closed else None
    acts = kind.acts(question, raw) if not closed else ()
    return DrawnField(
        id=ident,
        name=name_of(key, path),
        label=question.label.say(),
        help=question.help.say(),
        template=kind.template,
        needed=needed,
        asks=kind.asks,
        boxes=boxes,
        acts=tuple(_act(act, key, path) for act in acts if not act.name.startswith("remove.") or not rows),
        errors=tuple(str(each) for each in own),
        notes=tuple(str(note) for note in notes),
        rows=rows,
        closed=closed,
        words=_closed_words(kind, read.value, question) if read else "",
        source=came_from.value,
        source_words=_source_words(came_from, (source or {}).get("detail", "")),
        aside=_aside(kind, aside, question),
        mark_name="" if path else f"{SHOWN}{key}",
        mark=mark_of(raw),
        text=_text_of(question, computed),
        files=tuple(kept_in(raw)) if "kept" in kind.held else (),
        picture=_act(Act("here", _("この地図で場所を選ぶ")), key, path)
        if kind.template.endswith("point.html")
        else None,
        raw=raw,
    )


def summary(fields: Sequence[DrawnField]) -> list[Fault]:
    """What is wrong on a page, each with a link to its place."""
    found = []
    for each in fields:
        found += [Fault(each.label, error, each.target) for error in each.errors]
        if len(each.boxes) > 1:
            found += [Fault(_box_label(each, box), error, box.target) for box in each.boxes for error in box.errors]
        for row in each.rows:
            found += [
                Fault(f"{each.label} {row.place}：{inner.label}", inner.says, inner.target)
                for inner in summary(row.fields)
            ]
    return found


def _box_label(drawn: DrawnField, box: DrawnBox) -> str:
    return f"{drawn.label}：{box.box.label}" if box.box.label else drawn.label


def _name(kind: FieldKind, question: Question, box: Box, key: str, path: str) -> str:
    return name_of(key, path, box.part, is_twelve=kind.may_hold_twelve_digits(question, box.part))


def _box(box: Box, raw: Raw, *, name: str, ident: str, troubles: Sequence[Trouble]) -> DrawnBox:
    box_id = f"{ident}-{box.part.replace('_', '-')}" if box.part else f"{ident}-box"
    posted = [word.strip() for word in raw.get(box.part, ())]
    value = box.choices[0].value if box.look == Look.HIDDEN and box.choices else next(iter(raw.get(box.part, ())), "")
    errors = tuple(str(each) for each in troubles if each.part == box.part)
    described = [f"{box_id}-error"] if errors and box.part else []
    described += [f"{box_id}-hint"] if box.hint else []
    if not box.part:
        described = [*([f"{ident}-error"] if troubles else []), *described]
    options = tuple(
        Option(f"{box_id}-{number}", choice.value, choice.words, choice.value in posted)
        for number, choice in enumerate(box.choices)
    )
    return DrawnBox(box, box_id, name, value, options, errors, " ".join(described))


def _rows(kind: Rows, question: Question, raw: Raw, key: str, troubles: Sequence[Trouble]) -> tuple[Row, ...]:
    numbers = kind.numbers(raw, question)
    found = []
    for place, number in enumerate(numbers, 1):
        inner = []
        for each in kind.inner(question):
            path = joined(str(number), each.key)
            own = [
                Trouble(trouble.what, trouble.mend, trouble.part.removeprefix(path).removeprefix("."))
                for trouble in troubles
                if trouble.part == path or trouble.part.startswith(f"{path}.")
            ]
            box = below(below(raw, str(number)), each.key)
            inner.append(draw(each, box, key=key, path=path, troubles=own, needed=each.required is True))
        words = _("%(place)s件目を消す") % {"place": place}
        act = _act(Act(f"remove.{number}", words), key, "") if len(numbers) > 1 else None
        found.append(Row(place, tuple(inner), name_of(key, f"{number}.{MARK}"), act))
    return tuple(found)


def _act(act: Act, key: str, path: str) -> DrawnAct:
    return DrawnAct(f"{ACT}{key}@{joined(path, act.name)}", act.words)


def _closed_words(kind: FieldKind, value: Value, question: Question) -> str:
    return _("なし") if value is None else kind.words(value, question)


def _aside(kind: FieldKind, aside: Raw | None, question: Question) -> str:
    if aside is None:
        return ""
    read = kind.read(aside, question)
    if read.is_sound and read.value is not None:
        return kind.words(read.value, question)
    return words_as_typed(kind, aside) or _("なし")


def words_as_typed(kind: FieldKind, raw: Raw) -> str:
    """What stands in the boxes, to the letter: for what cannot be read."""
    return " ".join(word for part, posted in raw.items() if part not in kind.held for word in posted if word)


def _source_words(source: Source, detail: str) -> str:
    words = {
        Source.CARRIED: _("前に答えた内容です。違うときは直してください。"),
        Source.REGISTER: _("市にある記録の内容です。違うときは直してください。"),
        Source.STAFF: _("職員が書いた内容です。"),
    }
    if source not in words:
        return ""
    return f"{words[source]}（{detail}）" if detail else words[source]


def _text_of(question: Question, computed: Mapping[str, Any] | None) -> str:
    given = question.settings.get("text")
    if isinstance(given, dict):
        return Words(given).say()
    key = str(question.settings.get("of", ""))
    return computed_words((computed or {}).get(key)) if key else ""


def computed_words(value: Any) -> str:
    """A computed value for people."""
    if value is None:
        return _("まだ計算できません。")
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, int):
        return _("%(amount)s円") % {"amount": f"{value:,}"}
    return f"{value:,}" if hasattr(value, "as_tuple") else str(value)


def _my_number(part: str) -> Trouble:
    what = _("マイナンバー（個人番号）のような数字が入っていたので、保存していません。")
    return Trouble(what, _("マイナンバーは書かないでください。ほかの番号のときは、窓口に相談してください。"), part)
