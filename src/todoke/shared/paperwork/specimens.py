"""Every kind of field on the living style page: empty, filled, refused, and closed."""

from random import Random

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.filling.drawing import DrawnField, draw
from todoke.shared.paperwork.registry import FieldKind, field_kinds
from todoke.shared.paperwork.types import Json, Trouble, Words

SHEET = "paperwork/paperwork.css"
_SEED = 7


def draw_every_kind(request: HttpRequest) -> str:
    """All kinds that are registered, each in its states; nothing on it is real."""
    kinds = [{"name": kind.name, "key": kind.key, "fields": _states(kind)} for kind in field_kinds]
    return render_to_string("paperwork/specimens.html", {"kinds": kinds}, request)


def _states(kind: FieldKind) -> list[DrawnField]:
    if not kind.asks:
        return [draw(_question(kind, "shown"), {})]
    empty, full, wrong, closed = (_question(kind, state) for state in ("empty", "filled", "refused", "closed"))
    raw = kind.raw_of(kind.generate(Random(_SEED), full), full)  # noqa: S311 - a sample for the eye
    boxes = kind.boxes(wrong, {})
    part = next((box.part for box in boxes if box.label), "")
    trouble = Trouble(_("書いたものが読めません。"), _("見本のように書いてください。"), part)
    return [
        draw(empty, {}, needed=True),
        draw(full, raw),
        draw(wrong, raw, troubles=[trouble], needed=True),
        draw(closed, raw, closed=True),
    ]


def _question(kind: FieldKind, state: str) -> Question:
    words = {
        "empty": _("書く前"),
        "filled": _("書いたあと"),
        "refused": _("直すところがあるとき"),
        "closed": _("直せないとき"),
        "shown": _("見せるだけのとき"),
    }
    key = f"{kind.key.partition('.')[2].replace('-', '_')}.{state}"
    return Question(
        key, kind.key, Words(ja=words[state]), Words(ja=_("ここに説明が入ります。")), settings=_settings(kind)
    )


def _settings(kind: FieldKind) -> dict[str, Json]:
    """What a kind needs, filled with samples by the type of its settings."""
    choices = [
        {"key": "north", "words": {"ja": _("北区")}},
        {"key": "south", "words": {"ja": _("南区")}},
    ]
    inner = [{"key": "name", "kind": "paperwork.short-text", "label": {"ja": _("名前")}, "required": True}]
    samples: dict[str, Json] = {
        "choices": choices,
        "questions": inner,
        "words": {"ja": _("見本の文です。")},
        "computed": "sample",
    }
    return {setting.name: samples[setting.type] for setting in kind.settings if setting.needed}
