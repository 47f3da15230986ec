"""What the desk reads from the city folder: 文例 (templates.toml), every slot, level and length checked."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.tables import Document, read_toml
from todoke.civic.emergency.models import Template
from todoke.civic.emergency.rules.evacuation import retired_words_in
from todoke.civic.emergency.rules.notices import LANGUAGES, STATES_OF_THE_CITY, Hazard, NoticeKind, takes_levels
from todoke.civic.emergency.rules.slots import SLOTS, literal_length, unknown_slots
from todoke.ground.places.registry import LoadReport, Outcome
from todoke.shared.messaging.channels.registers import BOARD_MAX, POST_MAX, URGENT_MAX, URGENT_TITLE_MAX
from todoke.shared.messaging.channels.urgent import forbidden_in
from todoke.shared.messaging.types import Register

FILE = "templates.toml"
PARTS = ("title", "body", "short")
FIELDS = ("key", "name", "kind", "hazard", "level", "notice", "valid_hours", *LANGUAGES)
# What a text for one register may be long, apart from its slots; 0 where no carrier limits it.
REGISTERS = {
    Register.POST.value: POST_MAX,
    Register.BOARD.value: BOARD_MAX,
    Register.URGENT_TITLE.value: URGENT_TITLE_MAX,
    Register.URGENT.value: URGENT_MAX - URGENT_TITLE_MAX,
    Register.SPEECH.value: 0,
    Register.SHEET.value: 0,
}
PLACE_SLOTS = ("{areas}", "{all_areas}", "{area_lines}")
SHORT_MAX = 60
KEY_MAX = 60


@dataclass(frozen=True)
class TemplatesPart:
    """Reads `templates.toml`. A text that changed becomes a new version; one that is gone is no longer offered."""

    key: str = "emergency.templates"
    order: int = 400
    files: tuple[str, ...] = (FILE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store the templates of the file; without the file there are none, which is noted."""
        if not (folder / FILE).exists():
            report.note(_("templates.toml がないため、文例なしで読み込みました。"))
            return
        document = read_toml(folder / FILE, report)
        if document is None:
            return
        document.refuse_unknown(document.values, ["templates"])
        tables = document.values.get("templates", [])
        if not isinstance(tables, list):
            document.fault("templates", text=_("文例は [[templates]] で始めてください。"))
            return
        seen: set[str] = set()
        for number, table in enumerate(tables):
            values = _checked(document, number, table)
            if values["key"] in seen:
                document.fault("templates", number, "key", text=_("同じkeyの文例が2つあります。"))
            elif not report.faults:
                _store(values, report)
            seen.add(values["key"])
        if not report.faults:
            for gone in Template.objects.filter(is_current=True).exclude(key__in=seen):
                gone.is_current = False
                gone.save(update_fields=["is_current"])
                report.count("文例", Outcome.DELETED)


def _checked(document: Document, number: int, table: Mapping[str, Any]) -> dict[str, Any]:
    path = ("templates", number)
    document.refuse_unknown(table, FIELDS, *path)
    kind = document.text(table, "kind", *path)
    # The state of shelters and headquarters is entered on a page of its own, which writes its texts.
    templated = [value for value in NoticeKind.values if value not in STATES_OF_THE_CITY]
    if kind and kind not in templated:
        document.fault(*path, "kind", text=_one_of(templated))
    hazard = document.text(table, "hazard", *path, blank=True)
    if hazard not in Hazard.values:
        document.fault(*path, "hazard", text=_one_of(value for value in Hazard.values if value))
    level = table.get("level")
    if level is not None and (not isinstance(level, int) or level not in takes_levels(kind, hazard)):
        document.fault(
            *path, "level", text=_("この種類の文例には使えないレベルです。避難情報は3から5、気象情報は2から5です。")
        )
        level = None
    hours = table.get("valid_hours", 24)
    if not isinstance(hours, int) or isinstance(hours, bool) or not 1 <= hours <= 168:
        document.fault(*path, "valid_hours", text=_("1から168までの整数で、時間を書いてください。"))
        hours = 24
    texts = {language: _checked_texts(document, path, table, language, level) for language in LANGUAGES}
    return {
        "key": document.text(table, "key", *path)[:KEY_MAX],
        "name": document.text(table, "name", *path)[:100],
        "kind": kind,
        "hazard": hazard,
        "level": level,
        "notice": document.text(table, "notice", *path, blank=True)[:40],
        "valid_hours": hours,
        "texts": texts,
    }


def _checked_texts(
    document: Document, path: tuple[str | int, ...], table: Mapping[str, Any], language: str, level: int | None
) -> dict[str, str]:
    own = table.get(language)
    if not isinstance(own, dict):
        document.fault(*path, language, text=_("この言語の文がありません。title、body、shortを書いてください。"))
        return dict.fromkeys(PARTS, "")
    document.refuse_unknown(own, (*PARTS, *REGISTERS), *path, language)
    texts = {part: document.text(own, part, *path, language) for part in PARTS}
    texts |= {register: document.text(own, register, *path, language) for register in REGISTERS if register in own}
    for part, text in texts.items():
        for slot in unknown_slots(text):
            document.fault(
                *path,
                language,
                part,
                text=_("{%(slot)s} は使えません。使える差し込み: %(known)s。")
                % {"slot": slot, "known": ", ".join(SLOTS)},
            )
        for old, new in retired_words_in([text]).items():
            document.fault(
                *path,
                language,
                part,
                text=_("「%(old)s」は廃止された言葉です。「%(new)s」と書いてください。") % {"old": old, "new": new},
            )
    _check_registers(document, (*path, language), texts, level)
    if literal_length(texts["short"]) > SHORT_MAX and language != "en":
        document.fault(*path, language, "short", text=_("短い文は、差し込みを除いて60文字までにしてください。"))
    if level and language == "ja" and not texts["short"].startswith(("{warning}", f"警戒レベル{level}")):
        document.fault(*path, language, "short", text=_("短い文は {warning} か「警戒レベル」と数字で始めてください。"))
    return texts


def _check_registers(
    document: Document, path: tuple[str | int, ...], texts: Mapping[str, str], level: int | None
) -> None:
    """Whether the texts for single registers keep to their limits, and say level and place."""
    for register, limit in REGISTERS.items():
        if register not in texts:
            continue
        text = texts[register]
        if limit and (length := literal_length(text)) > limit:
            document.fault(
                *path,
                register,
                text=_("差し込みを除いて%(limit)d文字までにしてください（いま%(length)d文字）。")
                % {"limit": limit, "length": length},
            )
        if level and "{warning}" not in text and str(level) not in unicodedata.normalize("NFKC", text):
            document.fault(*path, register, text=_("{warning} か、レベルの数字を入れてください。"))
        if register != Register.URGENT_TITLE and not any(slot in text for slot in PLACE_SLOTS):
            document.fault(*path, register, text=_("対象地域の差し込み（{areas}）を入れてください。"))
        if register in (Register.URGENT, Register.URGENT_TITLE):
            found = [*forbidden_in(text), *([_("問い合わせ先")] if "{contact}" in text else [])]
            if found:
                document.fault(
                    *path,
                    register,
                    text=_("緊急速報メールには入れられません: %(found)s。") % {"found": ", ".join(found)},
                )


def _one_of(values: Any) -> str:
    return _("次のどれかを書いてください: %(known)s。") % {"known": ", ".join(values)}


def _store(values: Mapping[str, Any], report: LoadReport) -> None:
    current = Template.objects.filter(key=values["key"], is_current=True).first()
    if current is not None and all(getattr(current, name) == value for name, value in values.items()):
        report.count("文例", Outcome.UNCHANGED)
        return
    latest = Template.objects.filter(key=values["key"]).order_by("-version").first()
    Template.objects.filter(key=values["key"], is_current=True).update(is_current=False)
    Template.objects.create(**values, version=latest.version + 1 if latest else 1)
    report.count("文例", Outcome.CHANGED if latest else Outcome.CREATED)
